package org.checkpointrecovery.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores uploaded inputs, one directory each, with the bytes in {@code content} and the record in {@code file.json}:
 *
 * <pre>
 * {"version":1,"id":"0mh3k2v9x-7fq2mzt4","name":"words.txt","bytes":123,"sha256":"...","createdAt":"...","crc32c":"..."}
 * </pre>
 *
 * Thread-safe.
 */
public final class FileStore {
    private static final Logger log = LoggerFactory.getLogger(FileStore.class);
    private static final int VERSION = 1;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Disk disk;
    private final Path root;
    private final StagedDirectory directories;
    private final ConcurrentSkipListMap<String, UploadedFile> files = new ConcurrentSkipListMap<>();

    public FileStore(Disk disk, Path root) {
        this.disk = disk;
        this.root = root;
        this.directories = new StagedDirectory(disk, root);
    }

    /** Deletes uploads that a crash interrupted, and reads the records. Call once, before everything else. */
    public void open() throws IOException {
        directories.open();
        for (Path directory : directories.list()) {
            try {
                UploadedFile file = read(disk, directory);
                files.put(file.id(), file);
            } catch (IOException e) {
                log.error(
                        "Cannot read upload record {}: {}. The upload is unavailable; its bytes were kept. Restore "
                                + "the record, or delete the directory.",
                        record(directory),
                        e.toString());
            }
        }
    }

    static Path record(Path directory) {
        return directory.resolve("file.json");
    }

    static Path content(Path directory) {
        return directory.resolve("content");
    }

    /** Reads the record of an upload. */
    static UploadedFile read(Disk disk, Path directory) throws IOException {
        UploadedFile file = StoredJson.read(disk.read(record(directory)), VERSION, UploadedFile.class);
        if (!directory.endsWith(file.id())) {
            throw new DamagedFileException("it belongs to another upload, " + file.id());
        }
        return file;
    }

    /**
     * Starts an upload.
     *
     * @param maxBytes the maximum size; more bytes are a {@link TooLargeException}
     */
    public IncomingFile begin(String id, @Nullable String name, long maxBytes, Instant now) throws IOException {
        Path staged = directories.begin(id);
        boolean started = false;
        try {
            IncomingFile file = new Incoming(id, name, maxBytes, now, staged, disk.open(content(staged)));
            started = true;
            return file;
        } finally {
            if (!started) {
                directories.discard(staged);
            }
        }
    }

    /**
     * Stores the bytes of a stream. On return they survive a power cut; after an exception none of them are kept.
     *
     * @param maxBytes the maximum size
     * @throws TooLargeException if the stream has more bytes
     */
    public UploadedFile receive(String id, @Nullable String name, InputStream body, long maxBytes, Instant now)
            throws IOException {
        try (IncomingFile file = begin(id, name, maxBytes, now)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
                file.append(buffer, 0, count);
            }
            return file.publish();
        }
    }

    private final class Incoming implements IncomingFile {
        private final String id;
        private final @Nullable String name;
        private final long maxBytes;
        private final Instant now;
        private final Path staged;
        private final DiskFile content;
        private final MessageDigest sha256 = sha256();
        private long bytes;
        private boolean ended;

        Incoming(String id, @Nullable String name, long maxBytes, Instant now, Path staged, DiskFile content) {
            this.id = id;
            this.name = name;
            this.maxBytes = maxBytes;
            this.now = now;
            this.staged = staged;
            this.content = content;
        }

        @Override
        public void append(byte[] source, int start, int end) throws IOException {
            bytes += end - start;
            if (bytes > maxBytes) {
                throw new TooLargeException(maxBytes);
            }
            sha256.update(source, start, end - start);
            content.append(source, start, end);
        }

        @Override
        public UploadedFile publish() throws IOException {
            content.force();
            content.close();
            UploadedFile file = new UploadedFile(id, name, bytes, HexFormat.of().formatHex(sha256.digest()), now);
            Replacement.writeForced(disk, record(staged), StoredJson.write(VERSION, file));
            directories.publish(staged, id);
            ended = true;
            files.put(id, file);
            return file;
        }

        @Override
        public void close() {
            if (ended) {
                return;
            }
            ended = true;
            try {
                content.close();
            } catch (IOException e) {
                log.warn("Cannot close a discarded upload: {}", e.toString());
            }
            directories.discard(staged);
        }
    }

    public Optional<UploadedFile> find(String id) {
        return Optional.ofNullable(files.get(id));
    }

    /** Lists the uploads, newest first. */
    public List<UploadedFile> list() {
        List<UploadedFile> all = new ArrayList<>(files.values());
        Collections.reverse(all);
        return all;
    }

    public Path content(String id) {
        return content(root.resolve(id));
    }

    /**
     * Deletes an upload. On return it stays deleted after a power cut; after an exception it still exists.
     *
     * @throws NoSuchFileException if there is no such upload
     */
    public void delete(String id) throws IOException {
        if (!files.containsKey(id)) {
            throw new NoSuchFileException(id);
        }
        directories.delete(id);
        files.remove(id);
    }

    /** Returns the SHA-256 of the rest of a stream. */
    static byte[] sha256(InputStream bytes) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = bytes.read(buffer); count >= 0; count = bytes.read(buffer)) {
            digest.update(buffer, 0, count);
        }
        return digest.digest();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    /** An upload or decoded input exceeds its maximum size. */
    public static final class TooLargeException extends IOException {
        private final long maxBytes;

        public TooLargeException(long maxBytes) {
            super("more than " + maxBytes + " bytes");
            this.maxBytes = maxBytes;
        }

        public long maxBytes() {
            return maxBytes;
        }
    }
}
