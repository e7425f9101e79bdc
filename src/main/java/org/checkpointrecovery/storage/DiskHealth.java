package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks that a directory is writable and has room. */
public final class DiskHealth {
    private static final Logger log = LoggerFactory.getLogger(DiskHealth.class);

    /**
     * A disk with fewer free bytes is nearly full: enough for the checkpoints and records of many jobs, but not for
     * results.
     */
    private static final long LEAST_FREE_BYTES = 64L * 1024 * 1024;

    /** On a disk so small that {@link #LEAST_FREE_BYTES} would be much of it, one part in this many must be free. */
    private static final int SMALL_DISK_PART = 20;

    private DiskHealth() {}

    /** Describes the problem for a person; empty if there is none. Creates and deletes a probe file. */
    public static Optional<String> problem(Disk disk, Path directory) {
        Path probe = directory.resolve(".probe");
        try {
            disk.open(probe).close();
            disk.delete(probe);
            java.nio.file.FileStore store = Files.getFileStore(directory);
            long free = store.getUsableSpace();
            return isNearlyFull(free, store.getTotalSpace())
                    ? Optional.of(
                            "The disk of the data directory is nearly full: " + free + " bytes free. Free up space.")
                    : Optional.empty();
        } catch (IOException | RuntimeException e) {
            log.warn("Cannot write to the data directory: {}. Repair the disk or its permissions.", e.toString());
            return Optional.of("The data directory is not writable; see the log. Repair the disk or its permissions.");
        }
    }

    /** Returns the bytes that the service can still write to the disk of a directory. May wait for the disk without end. */
    public static long freeBytes(Path directory) throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    static boolean isNearlyFull(long freeBytes, long totalBytes) {
        return freeBytes < Math.min(LEAST_FREE_BYTES, totalBytes / SMALL_DISK_PART);
    }
}
