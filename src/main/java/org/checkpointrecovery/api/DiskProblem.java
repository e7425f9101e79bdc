package org.checkpointrecovery.api;

import java.io.IOException;
import java.nio.file.FileSystemException;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.DescriptorsExhaustedException;
import org.checkpointrecovery.storage.DiskFullException;
import org.jspecify.annotations.Nullable;

/** Turns a disk error into a problem that says what was changed and what to do next. */
final class DiskProblem {
    private DiskProblem() {}

    static Problem of(IOException e, String method) {
        if (e instanceof DamagedFileException) {
            return Problem.of(Problem.Kind.DAMAGED_DATA, String.valueOf(e.getMessage()));
        }
        if (e instanceof DescriptorsExhaustedException) {
            return Problem.of(
                    Problem.Kind.UNAVAILABLE,
                    "The service has no free file descriptor. Nothing was changed. Send the request again in a few"
                            + " seconds; if this persists, raise the limit of open files (ulimit -n).");
        }
        if (e instanceof DiskFullException) {
            return Problem.of(
                    Problem.Kind.DISK_FULL,
                    "The disk is full. Nothing was changed. Free up space, then send the request again.");
        }
        if (method.equals("GET") || method.equals("HEAD")) {
            return Problem.of(
                    Problem.Kind.DAMAGED_DATA,
                    "Stored data cannot be read" + reason(e) + ". Nothing was changed. Check the disk of the data"
                            + " directory. The log has details.");
        }
        return Problem.of(
                Problem.Kind.DISK_FULL,
                "Disk error" + reason(e)
                        + ". Nothing was changed. Check the disk of the data directory, then send the"
                        + " request again. The log has details.");
    }

    /** Returns the operating system's message. The JDK's message would disclose the path on the server. */
    private static String reason(IOException e) {
        @Nullable String reason = e instanceof FileSystemException ofFile ? ofFile.getReason() : null;
        return reason == null ? "" : " (" + reason + ")";
    }
}
