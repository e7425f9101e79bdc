package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Where a run after the first one went on from.
 *
 * @param item number of the first item of the run
 * @param reason what was wrong, if it was not the checkpoint that the run went on from; otherwise null
 */
public record Recovery(From from, long item, @Nullable Reason reason) {
    public Recovery {
        requireNonNull(from);
    }

    /** What a run goes on from. */
    public enum From implements Named {
        CHECKPOINT,
        PREVIOUS_CHECKPOINT,
        BEGINNING
    }
}
