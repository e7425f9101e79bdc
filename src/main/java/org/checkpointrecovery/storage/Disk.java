package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * All that may be asked of a disk for files that must survive a crash. What a call changes is seen by the next call at once,
 * but survives a power cut only when it was forced: the bytes of a file by {@link DiskFile#force}, and the names in a
 * directory (created, moved, deleted) by {@link #forceDirectory}.
 *
 * <p>After a failed write or force nothing may be assumed of what was not forced before: the kernel may have marked pages
 * clean that it could not write. The caller must stop and read again from what is on disk ("Can Applications Recover from
 * fsync Failures?", USENIX ATC 2020).
 *
 * <p>Thread-safe. A path that is not there is a {@link java.nio.file.NoSuchFileException}; a full disk is a {@link
 * DiskFullException}.
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

    boolean exists(Path path);

    boolean isDirectory(Path path);

    /** Gives a file or directory another name on the same disk, in one step; a file of that name is replaced. */
    void move(Path from, Path to) throws IOException;

    /** Deletes a file or an empty directory; nothing happens if it is not there. */
    void delete(Path path) throws IOException;

    /** Deletes a file, or a directory with all that is in it; nothing happens if it is not there. */
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

    /** The paths in a directory, sorted by name. */
    List<Path> list(Path directory) throws IOException;

    /** Keeps a file from being read by anyone but its owner, where the file system can. */
    default void restrictToOwner(Path file) throws IOException {}

    /** Makes the names in a directory survive a power cut. */
    void forceDirectory(Path directory) throws IOException;
}
