package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a job is committed. Its size does not depend on the size of the job.
 *
 * @param run number of the run that committed it, from 1
 * @param position the end of a batch; results and errors before it are forced to disk
 * @param inputTimes times of the input when the bytes before the position were last verified; null for inputs that the
 *     service owns
 * @param took duration of the run so far, by a monotonic clock
 */
public record Checkpoint(
        JobId jobId, int run, Position position, @Nullable InputTimes inputTimes, Instant savedAt, Duration took) {
    public Checkpoint {
        requireNonNull(jobId);
        requireNonNull(position);
        requireNonNull(savedAt);
        requireNonNull(took);
        if (run < 1) {
            throw new IllegalArgumentException("run " + run);
        }
    }
}
