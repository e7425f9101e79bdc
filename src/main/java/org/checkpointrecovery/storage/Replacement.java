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

    /** Replaces the content of the file, and forces nothing. A power cut may leave anything, or nothing, of the file. */
    static void writeUnforced(Disk disk, Path file, byte[] bytes) throws IOException {
        Path temporary = temporaryFor(file);
        writeAtOnce(disk, temporary, bytes);
        disk.move(temporary, file);
    }

    /** Does the same as {@link #write} when others may write the file at the same time. The file is then one complete version. */
    public static void writeByMany(Disk disk, Path file, byte[] bytes) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        writeForced(disk, temporary, bytes);
        disk.move(temporary, file);
        disk.forceDirectory(directoryOf(file));
    }

    /** Writes and forces a file, but not its name. */
    public static void writeForced(Disk disk, Path file, byte[] bytes) throws IOException {
        try (DiskFile open = disk.open(file)) {
            write(open, bytes);
            open.force();
        }
    }

    /** Writes a file that does not exist yet or that nobody reads, and forces nothing. */
    static void writeAtOnce(Disk disk, Path file, byte[] bytes) throws IOException {
        try (DiskFile open = disk.open(file)) {
            write(open, bytes);
        }
    }

    private static void write(DiskFile file, byte[] bytes) throws IOException {
        if (file.size() > 0) {
            file.cutBack(0);
        }
        file.append(bytes, 0, bytes.length);
    }
}
