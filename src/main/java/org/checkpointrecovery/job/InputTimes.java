package org.checkpointrecovery.job;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When a file was last touched. While neither time moves, nobody has written to the file; when one does, somebody may have.
 *
 * @param modifiedAt when it was last written to; programs can set it to any time
 * @param changedAt when the file system last recorded a change of any kind; null if it keeps no such time
 */
public record InputTimes(
        @Nullable Instant modifiedAt, @Nullable Instant changedAt) {
    /** Whether the file was not touched between {@code before} and these times. A time that is unknown tells nothing. */
    public boolean untouchedSince(InputTimes before) {
        return isSame(modifiedAt, before.modifiedAt) && isSame(changedAt, before.changedAt);
    }

    private static boolean isSame(@Nullable Instant one, @Nullable Instant other) {
        return one == null || other == null || one.equals(other);
    }
}
