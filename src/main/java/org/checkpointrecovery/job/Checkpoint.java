package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a job is committed. Its size does not depend on the job's.
 *
 * @param run number of the run that committed it, from 1
 * @param position results and errors before it are forced to disk; it stands at the end of a batch
 * @param inputTimes of the input when the bytes before the position were known to be the ones that were read; null for
 *     inputs that the service owns
 * @param took how long the run had taken, by a clock that is never set; null if an older release did not note it
 */
public record Checkpoint(
        JobId jobId,
        int run,
        Position position,
        @Nullable InputTimes inputTimes,
        Instant savedAt,
        @Nullable Duration took) {
    public Checkpoint {
        requireNonNull(jobId);
        requireNonNull(position);
        requireNonNull(savedAt);
        if (run < 1) {
            throw new IllegalArgumentException("run " + run);
        }
    }
}
