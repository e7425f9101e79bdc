package org.checkpointrecovery.engine;

import java.time.Instant;
import java.util.List;
import org.checkpointrecovery.job.Elapsed;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Progress;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Verb;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of a job and its committed position.
 *
 * @param finished the finished items, which include the committed ones
 * @param notice a problem to show in addition to the state, or null
 * @param elapsed duration of the current run
 */
public record JobView(
        Job job,
        Position committed,
        Finished finished,
        @Nullable Instant lastCheckpointAt,
        @Nullable Reason notice,
        Elapsed elapsed) {
    /** Creates a view of a job without a current run, whose finished items are the committed ones. */
    public JobView(Job job, Position committed, @Nullable Instant lastCheckpointAt) {
        this(job, committed, committed.finished(), lastCheckpointAt, null, Elapsed.NONE);
    }

    /** Returns the reason of the state, or else the notice; null if there is neither. */
    public @Nullable Reason reason() {
        Reason ofState = job.state().reason();
        return ofState != null ? ofState : notice;
    }

    public Progress progress() {
        return Progress.of(job, committed, finished, lastCheckpointAt, elapsed);
    }

    public List<Verb> allowedActions() {
        return job.allowedActions(committed.failed());
    }
}
