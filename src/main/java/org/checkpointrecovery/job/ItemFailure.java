package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The failure of an item. A value, not an exception: a failed item does not end its job.
 *
 * @param message a message for people, with the relevant values but without the item itself
 * @param status of the HTTP response that failed it, or null
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
