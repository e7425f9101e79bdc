package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The disk operations for files that must survive a crash. The next call sees a change at once, but a change survives a
 * power cut only after it was forced: the bytes of a file by {@link DiskFile#force}, the names in a directory (created,
 * moved, deleted) by {@link #forceDirectory}.
 *
 * <p>After a failed write or force, assume nothing about unforced data: the kernel may have marked pages clean that it
 * could not write. The caller must stop and read again from disk ("Can Applications Recover from fsync Failures?",
 * USENIX ATC 2020).
 *
 * <p>A symbolic link as the last name of a path is never followed: it is neither a file nor a directory, and its target
 * is neither read nor changed. To open a file that may be behind a link, use its {@link #realPath}.
 *
 * <p>Thread-safe. A missing path throws {@link java.nio.file.NoSuchFileException}, a full disk
 * {@link DiskFullException}, and opening a directory, link, pipe or device as a file {@link NotAFileException}.
 */
public interface Disk {
    /** Opens a file for appending. Creates it, empty, if it does not exist. */
    DiskFile open(Path file) throws IOException;

    /** Opens a file for reading. Sees all earlier writes, forced or not. */
    SeekableByteChannel openForRead(Path file) throws IOException;

    /** Reads all bytes of a small file. */
    byte[] read(Path file) throws IOException;

    /** Bytes in a file. */
    long size(Path file) throws IOException;

    /** Returns the time of the last write to the file. */
    Instant modifiedAt(Path file) throws IOException;

    /**
     * Returns when the file system last recorded any change of the file: bytes, name or attributes. Programs cannot set
     * this time. Null if the file system does not keep it.
     */
    default @Nullable Instant changedAt(Path file) throws IOException {
        return null;
    }

    /**
     * Digests the size, times and identity of a file or directory, without reading it. If two looks give the same number,
     * nobody has written to the file in between, replaced it, or changed the names in the directory. Never 0.
     */
    default long stamp(Path path) throws IOException {
        return FileStamp.of(size(path), modifiedAt(path), changedAt(path), 0);
    }

    /** Whether the name exists, even as a dangling symbolic link. */
    boolean exists(Path path);

    /** Whether the path is a directory, and not a symbolic link to one. */
    boolean isDirectory(Path path);

    /** Renames a file or directory on the same disk, atomically. Replaces a file of that name. */
    void move(Path from, Path to) throws IOException;

    /** Whether the path is a regular file, and not a symbolic link to one. */
    default boolean isFile(Path path) {
        return exists(path) && !isDirectory(path);
    }

    /** Copies the permissions of a file to another, if the file system has permissions. */
    default void copyPermissions(Path from, Path to) throws IOException {}

    /**
     * Follows all symbolic links in a path.
     *
     * @return the path of the target, without links
     */
    default Path realPath(Path path) throws IOException {
        return path;
    }

    /** Deletes a file, a symbolic link or an empty directory. Does nothing if it does not exist. */
    void delete(Path path) throws IOException;

    /**
     * Deletes a file, or a directory with its contents. Does nothing if it does not exist. Like {@code rm -r}, deletes
     * a symbolic link but not its target.
     */
    default void deleteTree(Path path) throws IOException {
        if (isDirectory(path)) {
            for (Path child : list(path)) {
                deleteTree(child);
            }
        }
        delete(path);
    }

    /** Creates a directory, unless it exists. Its parent must exist. */
    void createDirectory(Path directory) throws IOException;

    /** Lists the paths in a directory, sorted by name. A symbolic link to a directory does not count as a directory. */
    List<Path> list(Path directory) throws IOException;

    /**
     * Lets only the owner read or write a file, if the file system has permissions.
     *
     * @return whether others had access to it
     */
    default boolean restrictToOwner(Path file) throws IOException {
        return false;
    }

    /** Makes the names in a directory survive a power cut. */
    void forceDirectory(Path directory) throws IOException;
}
