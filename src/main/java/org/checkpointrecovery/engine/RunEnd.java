package org.checkpointrecovery.engine;

import java.time.Duration;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param reason of a crash, a failure, a pause that the run made itself, or a stop after which the job must wait;
 *     otherwise null
 * @param committed the committed position; if there is a last commit, the position after it
 * @param last the last commit of a COMPLETED job; null if it has its own checkpoint
 */
public record RunEnd(
        Run.End end,
        @Nullable Reason reason,
        Position committed,
        @Nullable LastCommit last) {
    public RunEnd(Run.End end, @Nullable Reason reason, Position committed) {
        this(end, reason, committed, null);
    }

    /**
     * A commit of which no checkpoint is written, because the record of the COMPLETED job says the same. Its results and
     * errors are forced.
     *
     * @param took the time to force them
     */
    public record LastCommit(Checkpoint checkpoint, Duration took) {}

    /** Whether the job continues automatically after a delay. */
    boolean waits() {
        return end == Run.End.STOPPED && reason != null;
    }
}
