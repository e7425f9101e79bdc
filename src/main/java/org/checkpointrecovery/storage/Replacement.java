package org.checkpointrecovery.storage;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Replaces a small file atomically: temporary file, force, rename, force the directory. After a crash the file is the
 * complete old or new one.
 */
public final class Replacement {
    private Replacement() {}

    static Path temporaryFor(Path file) {
        return file.resolveSibling(file.getFileName() + ".tmp");
    }

    public static Path directoryOf(Path file) {
        return requireNonNull(file.toAbsolutePath().getParent());
    }

    /** Replaces the content of the file. On return it survives a power cut. */
    public static void write(Disk disk, Path file, byte[] bytes) throws IOException {
        Path temporary = temporaryFor(file);
        writeForced(disk, temporary, bytes);
        disk.move(temporary, file);
        disk.forceDirectory(directoryOf(file));
    }

    /** Does the same when others may write the file at the same time. The file is then one complete version. */
    public static void writeByMany(Disk disk, Path file, byte[] bytes) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        writeForced(disk, temporary, bytes);
        disk.move(temporary, file);
        disk.forceDirectory(directoryOf(file));
    }

    /** Writes and forces a file, but not its name. */
    public static void writeForced(Disk disk, Path file, byte[] bytes) throws IOException {
        try (DiskFile open = disk.open(file)) {
            open.cutBack(0);
            open.append(bytes, 0, bytes.length);
            open.force();
        }
    }
}
