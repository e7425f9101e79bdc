package org.checkpointrecovery.job;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The times of the last changes of a file. If neither changes, nobody has written to the file; if one does, somebody may have.
 *
 * @param modifiedAt the last write; programs can set it to any time
 * @param changedAt the last change of any kind recorded by the file system; null if it does not keep this time
 */
public record InputTimes(
        @Nullable Instant modifiedAt, @Nullable Instant changedAt) {
    /** Whether the file was not touched between {@code before} and these times. An unknown time counts as unchanged. */
    public boolean untouchedSince(InputTimes before) {
        return isSame(modifiedAt, before.modifiedAt) && isSame(changedAt, before.changedAt);
    }

    private static boolean isSame(@Nullable Instant one, @Nullable Instant other) {
        return one == null || other == null || one.equals(other);
    }
}
