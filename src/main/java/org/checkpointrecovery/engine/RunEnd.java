package org.checkpointrecovery.engine;

import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param reason of a crash, a failure, a pause that the run made itself, or a stop after which the job must wait;
 *     otherwise null
 * @param committed the committed position
 */
public record RunEnd(Run.End end, @Nullable Reason reason, Position committed) {
    /** Whether the job continues automatically after a delay. */
    boolean waits() {
        return end == Run.End.STOPPED && reason != null;
    }
}
