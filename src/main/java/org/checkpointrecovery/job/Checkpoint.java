package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * How far a job is committed. Its size does not depend on the job's.
 *
 * @param run number of the run that committed it, from 1
 * @param position results and errors before it are forced to disk; it stands at the end of a batch
 */
public record Checkpoint(JobId jobId, int run, Position position, Instant savedAt) {
    public Checkpoint {
        requireNonNull(jobId);
        requireNonNull(position);
        requireNonNull(savedAt);
        if (run < 1) {
            throw new IllegalArgumentException("run " + run);
        }
    }
}
