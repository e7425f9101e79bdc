package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long the run under way has taken, by a clock that is never set: the time of day may jump while a run works.
 *
 * @param run since it began; zero if none is under way
 * @param toCheckpoint from its beginning to its last checkpoint; null before the first one
 */
public record Elapsed(Duration run, @Nullable Duration toCheckpoint) {
    public static final Elapsed NONE = new Elapsed(Duration.ZERO, null);

    public Elapsed {
        requireNonNull(run);
    }

    /** How old the last checkpoint is, or how old the run is if it has none. */
    public Duration sinceCheckpoint() {
        return toCheckpoint == null ? run : run.minus(toCheckpoint);
    }
}
