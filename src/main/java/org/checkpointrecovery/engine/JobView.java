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
 * A job as it was at one moment, with how far it was committed then.
 *
 * @param finished at least what is committed
 * @param notice what someone should know of the job beyond its state, or null
 * @param elapsed of the run under way
 */
public record JobView(
        Job job,
        Position committed,
        Finished finished,
        @Nullable Instant lastCheckpointAt,
        @Nullable Reason notice,
        Elapsed elapsed) {
    /** Of a job that has no run under way, and of which nothing more is finished than what is committed. */
    public JobView(Job job, Position committed, @Nullable Instant lastCheckpointAt) {
        this(job, committed, committed.finished(), lastCheckpointAt, null, Elapsed.NONE);
    }

    /** Why the job is in its state, or else what someone should know of it; null if there is nothing to say. */
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
