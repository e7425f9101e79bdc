package org.checkpointrecovery.engine.range;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.Replacement;
import org.checkpointrecovery.storage.StoredJson;

/**
 * Why a cluster task ended the work on a job: the content of {@code ended-1.json},
 *
 * <pre>{"version":1,"end":"PAUSED","code":"NOT_AUTHORIZED","message":"...","crc32c":"0b6f3c11"}</pre>
 *
 * on one line.
 *
 * @param end CRASHED, PAUSED or FAILED; STOPPED if the service ended it
 */
public record TaskEnd(Run.End end, Reason reason) {
    private static final int VERSION = 1;

    /** Writes the file. If several tasks write it, the last one wins. */
    void write(Disk disk, Path file) throws IOException {
        ObjectNode json = StoredJson.object(VERSION);
        json.put("end", end.name()).put("code", reason.code().name()).put("message", reason.message());
        Replacement.writeByMany(disk, file, StoredJson.write(json));
    }

    /** Empty if no task ended it. */
    static Optional<TaskEnd> read(Disk disk, Path file) throws IOException {
        if (!disk.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(decode(disk.read(file)));
        } catch (DamagedFileException e) {
            throw RangeStore.damaged(file, file, e);
        }
    }

    private static TaskEnd decode(byte[] bytes) throws IOException {
        JsonNode json = StoredJson.read(bytes, VERSION);
        try {
            return new TaskEnd(
                    Run.End.valueOf(StoredJson.text(json, "end")),
                    new Reason(ErrorCode.valueOf(StoredJson.text(json, "code")), StoredJson.text(json, "message")));
        } catch (IllegalArgumentException e) {
            throw new DamagedFileException(String.valueOf(e.getMessage()));
        }
    }
}
