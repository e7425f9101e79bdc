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
 * @param remarks what to show in addition to the state
 * @param elapsed duration of the current run
 */
public record JobView(
        Job job,
        Position committed,
        Finished finished,
        @Nullable Instant lastCheckpointAt,
        Remarks remarks,
        Elapsed elapsed) {
    /**
     * What to show in addition to the state. Never on disk.
     *
     * @param notice a problem, or null
     * @param waitingFor what the run waits for outside the service, in words; null if it does not wait
     */
    public record Remarks(@Nullable Reason notice, @Nullable String waitingFor) {
        public static final Remarks NONE = new Remarks(null, null);
    }

    /** Creates a view of a job without a current run, whose finished items are the committed ones. */
    public JobView(Job job, Position committed, @Nullable Instant lastCheckpointAt) {
        this(job, committed, committed.finished(), lastCheckpointAt, Remarks.NONE, Elapsed.NONE);
    }

    /** Returns the reason of the state, or else the notice; null if there is neither. */
    public @Nullable Reason reason() {
        Reason ofState = job.state().reason();
        return ofState != null ? ofState : remarks.notice();
    }

    /** Returns what the run waits for outside the service, in words; null if it does not wait. */
    public @Nullable String waitingFor() {
        return remarks.waitingFor();
    }

    public Progress progress() {
        return Progress.of(job, committed, finished, lastCheckpointAt, elapsed);
    }

    public List<Verb> allowedActions() {
        return job.allowedActions(committed.failed());
    }
}
