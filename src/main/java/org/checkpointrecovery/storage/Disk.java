package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that may be asked of a disk for files that must survive a crash. What a call changes is seen by the next call at once,
 * but survives a power cut only when it was forced: the bytes of a file by {@link DiskFile#force}, and the names in a
 * directory (created, moved, deleted) by {@link #forceDirectory}.
 *
 * <p>After a failed write or force nothing may be assumed of what was not forced before: the kernel may have marked pages
 * clean that it could not write. The caller must stop and read again from what is on disk ("Can Applications Recover from
 * fsync Failures?", USENIX ATC 2020).
 *
 * <p>A symbolic link is never followed where it is the last name of a path: it is neither a file nor a directory, and what it
 * leads to is neither read nor changed. Files that others may have put links to are opened by their {@link #realPath}.
 *
 * <p>Thread-safe. A path that is not there is a {@link java.nio.file.NoSuchFileException}; a full disk is a {@link
 * DiskFullException}; a directory, a link, a pipe or a device where a file is to be opened is a {@link NotAFileException}.
 */
public interface Disk {
    /** Opens a file for writing at its end, and creates it, empty, if it is not there. */
    DiskFile open(Path file) throws IOException;

    /** Opens a file for reading. It sees what was written before, also what is not forced. */
    SeekableByteChannel openForRead(Path file) throws IOException;

    /** All bytes of a small file. */
    byte[] read(Path file) throws IOException;

    /** Bytes in a file. */
    long size(Path file) throws IOException;

    /** When the file was last written to. */
    Instant modifiedAt(Path file) throws IOException;

    /**
     * When the file system last recorded a change of the file, of its bytes or of anything else. No program can set it back.
     * Null if the file system keeps no such time.
     */
    default @Nullable Instant changedAt(Path file) throws IOException {
        return null;
    }

    /** Whether something has that name, a symbolic link that leads nowhere included. */
    boolean exists(Path path);

    /** Whether the path is a directory, and not a symbolic link to one. */
    boolean isDirectory(Path path);

    /** Gives a file or directory another name on the same disk, in one step; a file of that name is replaced. */
    void move(Path from, Path to) throws IOException;

    /** Whether the path is a regular file, and not a symbolic link to one. */
    default boolean isFile(Path path) {
        return exists(path) && !isDirectory(path);
    }

    /** Gives a file the permissions of another one, where the file system has any. */
    default void copyPermissions(Path from, Path to) throws IOException {}

    /**
     * Follows all symbolic links in a path.
     *
     * @return the path of what it leads to, without links
     */
    default Path realPath(Path path) throws IOException {
        return path;
    }

    /** Deletes a file, a symbolic link or an empty directory; nothing happens if it is not there. */
    void delete(Path path) throws IOException;

    /**
     * Deletes a file, or a directory with all that is in it; nothing happens if it is not there. Like {@code rm -r}, it deletes
     * a symbolic link and leaves alone what that leads to.
     */
    default void deleteTree(Path path) throws IOException {
        if (isDirectory(path)) {
            for (Path child : list(path)) {
                deleteTree(child);
            }
        }
        delete(path);
    }

    /** Creates a directory; nothing happens if it is there. Its parent must be there. */
    void createDirectory(Path directory) throws IOException;

    /** The paths in a directory, sorted by name. A symbolic link to a directory is none. */
    List<Path> list(Path directory) throws IOException;

    /**
     * Keeps a file from being read or written by anyone but its owner, where the file system can.
     *
     * @return whether others had access to it
     */
    default boolean restrictToOwner(Path file) throws IOException {
        return false;
    }

    /** Makes the names in a directory survive a power cut. */
    void forceDirectory(Path directory) throws IOException;
}
