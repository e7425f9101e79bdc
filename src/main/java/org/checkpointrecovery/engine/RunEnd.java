package org.checkpointrecovery.engine;

import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param reason of a crash or failure, of a pause that nobody asked for, or of a stop after which the job has to wait;
 *     otherwise null
 * @param committed how far the job is committed
 */
public record RunEnd(Run.End end, @Nullable Reason reason, Position committed) {
    /** Whether the job continues by itself after a while. */
    boolean waits() {
        return end == Run.End.STOPPED && reason != null;
    }
}
