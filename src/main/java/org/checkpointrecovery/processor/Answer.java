package org.checkpointrecovery.processor;

import static java.util.Objects.requireNonNull;

import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.Reason;
import org.jspecify.annotations.Nullable;

/** The outcome of an item passed to a {@link ConcurrentProcessor}. */
public sealed interface Answer {
    /** @param result one JSON value in UTF-8 without a line break, an object whose first field is {@code index} */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Succeeded(byte[] result) implements Answer {
        public Succeeded {
            requireNonNull(result);
        }
    }

    /** @param attempts number of attempts, at least 0 */
    record Failed(ItemFailure failure, int attempts) implements Answer {
        public Failed {
            requireNonNull(failure);
        }
    }

    /**
     * The item neither succeeded nor failed, and is left for a later run.
     *
     * @param pause why the job must pause, or wait for file descriptors; null if its run ends anyway
     */
    record GivenUp(@Nullable Reason pause) implements Answer {}
}
