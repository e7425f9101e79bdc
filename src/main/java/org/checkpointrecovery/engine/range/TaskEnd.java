package org.checkpointrecovery.engine.range;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.Replacement;
import org.checkpointrecovery.storage.StoredJson;

/**
 * Why a cluster task ended the work on a job: the content of {@code ended-1.json},
 *
 * <pre>{"version":1,"end":"PAUSED","reason":{"code":"NOT_AUTHORIZED","message":"..."},"crc32c":"0b6f3c11"}</pre>
 *
 * on one line.
 *
 * @param end CRASHED, PAUSED or FAILED; STOPPED if the service ended it
 */
public record TaskEnd(Run.End end, Reason reason) {
    private static final int VERSION = 1;

    /** Writes the file. If several tasks write it, the last one wins. */
    void write(Disk disk, Path file) throws IOException {
        Replacement.writeByMany(disk, file, StoredJson.write(VERSION, this));
    }

    /** Empty if no task ended it. */
    static Optional<TaskEnd> read(Disk disk, Path file) throws IOException {
        if (!disk.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(StoredJson.read(disk.read(file), VERSION, TaskEnd.class));
        } catch (DamagedFileException e) {
            throw RangeStore.damaged(file, file, e);
        }
    }
}
