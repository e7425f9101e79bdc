package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * What became of an item that has no result. A value, not an exception: a failed item does not end its job.
 *
 * @param message one sentence for a person, with the values that matter, without the item itself
 * @param status of the HTTP answer that failed it, or null
 */
public record ItemFailure(
        ItemErrorCode code, String message, @Nullable Integer status) {
    public ItemFailure {
        requireNonNull(code);
        requireNonNull(message);
    }

    public ItemFailure(ItemErrorCode code, String message) {
        this(code, message, null);
    }
}
