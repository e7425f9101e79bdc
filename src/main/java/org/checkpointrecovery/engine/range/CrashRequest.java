package org.checkpointrecovery.engine.range;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.rehearsal.CrashOrder;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.Replacement;

/** A requested crash on its way to a task: a file that one task takes. Example content: {@code JOB PROCESSING}. */
final class CrashRequest {
    private CrashRequest() {}

    static void write(Disk disk, Path file, CrashOrder order) throws IOException {
        String text = order.mode().name() + " " + order.point().name();
        Replacement.write(disk, file, text.getBytes(US_ASCII));
    }

    /** Takes the request, so that it happens once; empty if there is none, or another task took it. */
    static Optional<CrashOrder> take(Disk disk, Path file) throws IOException {
        if (!disk.exists(file)) {
            return Optional.empty();
        }
        Path taken = file.resolveSibling(file.getFileName() + "-" + UUID.randomUUID());
        try {
            disk.move(file, taken);
        } catch (IOException e) {
            return Optional.empty();
        }
        String[] words = new String(disk.read(taken), US_ASCII).split(" ", 2);
        disk.delete(taken);
        try {
            return Optional.of(new CrashOrder(CrashMode.valueOf(words[0]), CrashPoint.valueOf(words[1]), 0));
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            return Optional.empty(); // not a valid request
        }
    }
}
