package org.checkpointrecovery.storage;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Replaces a small file in one step: temporary file, force, rename, force the directory. After a crash the file is the old
 * or the new one, whole.
 */
public final class Replacement {
    private Replacement() {}

    static Path temporaryFor(Path file) {
        return file.resolveSibling(file.getFileName() + ".tmp");
    }

    static Path directoryOf(Path file) {
        return requireNonNull(file.toAbsolutePath().getParent());
    }

    /** On return the file holds the bytes for good. */
    public static void write(Disk disk, Path file, byte[] bytes) throws IOException {
        Path temporary = temporaryFor(file);
        writeForced(disk, temporary, bytes);
        disk.move(temporary, file);
        disk.forceDirectory(directoryOf(file));
    }

    /** The same where others may write the file at the same time: it is one of theirs, whole. */
    public static void writeByMany(Disk disk, Path file, byte[] bytes) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        writeForced(disk, temporary, bytes);
        disk.move(temporary, file);
        disk.forceDirectory(directoryOf(file));
    }

    /** Writes a file whose name is not forced. */
    static void writeForced(Disk disk, Path file, byte[] bytes) throws IOException {
        try (DiskFile open = disk.open(file)) {
            open.cutBack(0);
            open.append(bytes, 0, bytes.length);
            open.force();
        }
    }
}
