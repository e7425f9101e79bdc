package org.checkpointrecovery.engine;

import java.time.Instant;
import java.util.List;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Progress;
import org.checkpointrecovery.job.Verb;
import org.jspecify.annotations.Nullable;

/** A job as it was at one moment, with how far it was committed then. */
public record JobView(Job job, Position committed, @Nullable Instant lastCheckpointAt, Instant at) {
    public Progress progress() {
        return Progress.of(job, committed, lastCheckpointAt, at);
    }

    public List<Verb> allowedActions() {
        return job.allowedActions(committed.failed());
    }
}
