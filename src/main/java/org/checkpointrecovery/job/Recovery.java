package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Where a run after the first one started from.
 *
 * @param item index of the first item of the run
 * @param reason the problem, if there was one with the checkpoint or the journal; otherwise null
 */
public record Recovery(From from, long item, @Nullable Reason reason) {
    public Recovery {
        requireNonNull(from);
    }

    /** The source of a run's starting position. */
    public enum From implements Named {
        CHECKPOINT,
        PREVIOUS_CHECKPOINT,
        BEGINNING
    }
}
