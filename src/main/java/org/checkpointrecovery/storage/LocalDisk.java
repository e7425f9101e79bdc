package org.checkpointrecovery.storage;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.checkpointrecovery.job.DescriptorShortage;

/**
 * The machine's own file system.
 *
 * <p>A thread that uses one of its files must not be interrupted: the JDK then closes the file.
 */
public final class LocalDisk implements Disk {
    @Override
    public DiskFile open(Path file) throws IOException {
        try {
            return new LocalFile(file, FileChannel.open(file, WRITE, CREATE));
        } catch (IOException e) {
            throw named(file, e);
        }
    }

    @Override
    public SeekableByteChannel openForRead(Path file) throws IOException {
        try {
            return FileChannel.open(file, READ);
        } catch (IOException e) {
            throw named(file, e);
        }
    }

    @Override
    public byte[] read(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw named(file, e);
        }
    }

    @Override
    public long size(Path file) throws IOException {
        return Files.size(file);
    }

    @Override
    public Instant modifiedAt(Path file) throws IOException {
        return Files.getLastModifiedTime(file).toInstant();
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public boolean isDirectory(Path path) {
        return Files.isDirectory(path);
    }

    @Override
    public void restrictToOwner(Path file) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view != null) {
            view.setPermissions(Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
        }
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, ATOMIC_MOVE);
        } catch (IOException e) {
            throw named(to, e);
        }
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        } catch (IOException e) {
            throw named(directory, e);
        }
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.sorted().toList();
        } catch (UncheckedIOException e) {
            throw named(directory, requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw named(directory, e);
        }
    }

    /**
     * A directory is forced like a file. What Linux asks for is in fsync(2): "Calling fsync() does not necessarily ensure that
     * the entry in the directory containing the file has also reached disk. For that an explicit fsync() on a file descriptor
     * for the directory is also needed."
     */
    @Override
    public void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw named(directory, e);
        }
    }

    /** The failure, by its own type where the caller treats it otherwise. The JDK tells it by the kernel's words alone. */
    static IOException named(Path path, IOException failure) {
        String message = String.valueOf(failure.getMessage());
        boolean full = message.contains("No space left on device") || message.contains("Disk quota exceeded");
        if (full) {
            return new DiskFullException("No room on the disk for " + path + ": " + message, failure);
        }
        return DescriptorShortage.isCauseOf(failure)
                ? new DescriptorsExhaustedException("No free file descriptor to open " + path + ": " + message, failure)
                : failure;
    }

    private static final class LocalFile implements DiskFile {
        /** The JDK keeps a direct buffer as large as the largest array that a thread has written at once. */
        private static final int SLICE_BYTES = 256 << 10;

        private final Path path;
        private final FileChannel channel; // stands at the file's end

        LocalFile(Path path, FileChannel channel) throws IOException {
            this.path = path;
            this.channel = channel;
            channel.position(channel.size());
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void append(byte[] source, int start, int end) throws IOException {
            try {
                for (int at = start; at < end; at += SLICE_BYTES) {
                    ByteBuffer slice = ByteBuffer.wrap(source, at, Math.min(SLICE_BYTES, end - at));
                    while (slice.hasRemaining()) {
                        channel.write(slice);
                    }
                }
            } catch (IOException e) {
                throw named(path, e);
            }
        }

        @Override
        public void cutBack(long size) throws IOException {
            try {
                channel.truncate(size);
                channel.position(channel.size());
            } catch (IOException e) {
                throw named(path, e);
            }
        }

        /** {@code force(false)} is fdatasync, which also persists a changed size: nothing else of the metadata matters here. */
        @Override
        public void force() throws IOException {
            try {
                channel.force(false);
            } catch (IOException e) {
                throw named(path, e);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
