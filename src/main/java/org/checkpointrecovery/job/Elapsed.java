package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The duration of the current run by a monotonic clock, because the time of day may jump.
 *
 * @param run time since it started; zero if there is no current run
 * @param toCheckpoint time from its start to its last checkpoint; null before the first one
 */
public record Elapsed(Duration run, @Nullable Duration toCheckpoint) {
    public static final Elapsed NONE = new Elapsed(Duration.ZERO, null);

    public Elapsed {
        requireNonNull(run);
    }

    /** Returns the age of the last checkpoint, or of the run if it has none. */
    public Duration sinceCheckpoint() {
        return toCheckpoint == null ? run : run.minus(toCheckpoint);
    }
}
