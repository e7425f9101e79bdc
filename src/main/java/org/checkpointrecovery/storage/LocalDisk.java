package org.checkpointrecovery.storage;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static java.util.Objects.requireNonNull;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.checkpointrecovery.job.DescriptorShortage;
import org.jspecify.annotations.Nullable;

/**
 * The local file system. Files it creates are readable only by their owner, or as a {@link DataMode} says, whatever the
 * umask, or, for files that users asked for, as the umask allows.
 *
 * <p>Do not interrupt a thread that uses one of its files: the JDK would close the file.
 */
public final class LocalDisk implements Disk {
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    private static final boolean UNIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
    /** Maximum attempts to open a file that is being replaced. */
    private static final int TRIES = 20;

    /** Null where the umask decides. */
    private final @Nullable DataMode mode;

    /** Creates files that only their owner can read. */
    public LocalDisk() {
        this(DataMode.OWNER_ONLY);
    }

    /** Creates files that others can use as the mode says. */
    public LocalDisk(@Nullable DataMode mode) {
        this.mode = mode;
    }

    /** Creates an empty directory for temporary files, which only its owner can read. */
    public static Path createTemporaryDirectory(String prefix) throws IOException {
        return Files.createTempDirectory(prefix);
    }

    /** Creates files that the user asked for, with the permissions that the umask allows. */
    public static LocalDisk underUmask() {
        return new LocalDisk(null);
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        try {
            return new LocalFile(file, openForWrite(file));
        } catch (IOException e) {
            throw named(file, e);
        }
    }

    /** Opens a regular file for writing. Creates it if it does not exist. */
    FileChannel openForWrite(Path file) throws IOException {
        return openRegular(file, Set.of(WRITE, CREATE, NOFOLLOW_LINKS), mode);
    }

    @Override
    public SeekableByteChannel openForRead(Path file) throws IOException {
        try {
            return openRegular(file, Set.of(READ, NOFOLLOW_LINKS), null);
        } catch (IOException e) {
            throw named(file, e);
        }
    }

    /**
     * Opens a regular file and nothing else. Opening a named pipe would block until its other end is opened, and a
     * directory would fail only at the first read. Java has no non-blocking open, so the type is checked just before.
     */
    private static FileChannel openRegular(Path file, Set<? extends OpenOption> options, @Nullable DataMode mode)
            throws IOException {
        FileAttribute<?>[] atFirst = mode == null ? new FileAttribute<?>[0] : mode.atFirst(false);
        for (int tries = 1; ; tries++) {
            BasicFileAttributes before = regular(file);
            if (before == null && !options.contains(CREATE)) {
                throw new NoSuchFileException(file.toString());
            }
            FileChannel channel = FileChannel.open(file, options, atFirst);
            try {
                if (before == null) {
                    share(file, mode, false);
                }
                BasicFileAttributes after = regular(file);
                boolean same = before == null
                        || after == null // deleted or renamed in between
                        || Objects.equals(before.fileKey(), after.fileKey());
                if (same || tries == TRIES) {
                    return channel;
                }
            } catch (IOException | RuntimeException e) {
                closeAfter(e, channel);
                throw e;
            }
            channel.close();
        }
    }

    private static void share(Path created, @Nullable DataMode mode, boolean isDirectory) throws IOException {
        if (mode != null && mode.isShared()) {
            Files.setAttribute(created, "unix:mode", mode.modeOf(created, isDirectory));
        }
    }

    private static void closeAfter(Exception failure, FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** Returns the attributes of a regular file; null if it does not exist. */
    private static @Nullable BasicFileAttributes regular(Path file) throws IOException {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return null;
        }
        if (!attributes.isRegularFile()) {
            throw new NotAFileException(file, attributes);
        }
        return attributes;
    }

    @Override
    public byte[] read(Path file) throws IOException {
        try (InputStream bytes = Channels.newInputStream(openForRead(file))) {
            return bytes.readAllBytes();
        }
    }

    @Override
    public long size(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS)
                .size();
    }

    @Override
    public Instant modifiedAt(Path file) throws IOException {
        return Files.getLastModifiedTime(file, NOFOLLOW_LINKS).toInstant();
    }

    @Override
    public @Nullable Instant changedAt(Path file) throws IOException {
        if (!UNIX) {
            return null;
        }
        return ((FileTime) Files.getAttribute(file, "unix:ctime", NOFOLLOW_LINKS)).toInstant();
    }

    /** One system call; the views of the JDK make one for each attribute. */
    @Override
    public long stamp(Path path) throws IOException {
        if (!UNIX) {
            return Disk.super.stamp(path);
        }
        Map<String, Object> found = Files.readAttributes(path, "unix:size,lastModifiedTime,ctime,ino", NOFOLLOW_LINKS);
        return FileStamp.of(
                (long) requireNonNull(found.get("size")),
                ((FileTime) requireNonNull(found.get("lastModifiedTime"))).toInstant(),
                ((FileTime) requireNonNull(found.get("ctime"))).toInstant(),
                (long) requireNonNull(found.get("ino")));
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path, NOFOLLOW_LINKS);
    }

    @Override
    public boolean isDirectory(Path path) {
        return Files.isDirectory(path, NOFOLLOW_LINKS);
    }

    @Override
    public boolean isFile(Path path) {
        return Files.isRegularFile(path, NOFOLLOW_LINKS);
    }

    @Override
    public void copyPermissions(Path from, Path to) throws IOException {
        if (POSIX && regular(from) != null && regular(to) != null) {
            Files.setPosixFilePermissions(to, Files.getPosixFilePermissions(from, NOFOLLOW_LINKS));
        }
    }

    @Override
    public Path realPath(Path path) throws IOException {
        return path.toRealPath();
    }

    @Override
    public boolean restrictToOwner(Path file) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class, NOFOLLOW_LINKS);
        if (view == null || regular(file) == null) {
            return false;
        }
        Set<PosixFilePermission> owner = PosixFilePermissions.fromString("rw-------");
        boolean open = !owner.containsAll(view.readAttributes().permissions());
        if (open) {
            // Not through the view: the JDK cannot set permissions without following links. The check above found no
            // link.
            Files.setPosixFilePermissions(file, owner);
        }
        return open;
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
            if (mode == null) {
                Files.createDirectory(directory);
            } else {
                Files.createDirectory(directory, mode.atFirst(true));
                share(directory, mode, true);
            }
        } catch (FileAlreadyExistsException e) {
            if (!isDirectory(directory)) {
                throw new FileAlreadyExistsException(
                        directory.toString(), null, "it is not a directory, or is a symbolic link");
            }
        } catch (IOException e) {
            throw named(directory, e);
        }
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        if (Files.isSymbolicLink(directory)) {
            throw new NotDirectoryException(directory.toString());
        }
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.sorted().toList();
        } catch (UncheckedIOException e) {
            throw named(directory, requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw named(directory, e);
        }
    }

    /**
     * A directory is forced like a file, as Linux requires in fsync(2): "Calling fsync() does not necessarily ensure that
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

    /**
     * Converts a failure to its own type if callers handle it differently. The JDK exposes it only as the kernel's message.
     */
    static IOException named(Path path, IOException failure) {
        String message = String.valueOf(failure.getMessage());
        boolean full = message.contains("No space left on device") || message.contains("Disk quota exceeded");
        if (full) {
            return new DiskFullException("No space left for " + path + ": " + message, failure);
        }
        return DescriptorShortage.isCauseOf(failure)
                ? new DescriptorsExhaustedException("Out of file descriptors opening " + path + ": " + message, failure)
                : failure;
    }

    static final class LocalFile implements DiskFile {
        /** The JDK keeps a direct buffer per thread, as large as the largest array the thread has written at once. */
        private static final int SLICE_BYTES = 256 << 10;

        private final Path path;
        private final FileChannel channel; // positioned at the file's end

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
        public void append(SeekableByteChannel from, long bytes) throws IOException {
            if (!(from instanceof FileChannel source)) {
                DiskFile.super.append(from, bytes);
                return;
            }
            try {
                for (long left = bytes; left > 0; ) {
                    long count = source.transferTo(source.position(), left, channel);
                    if (count == 0 && source.position() >= source.size()) {
                        throw new EOFException("the file to copy from was truncated");
                    }
                    source.position(source.position() + count);
                    left -= count;
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

        /**
         * {@code force(false)} is fdatasync, which also persists a changed size. No other metadata matters here.
         */
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
