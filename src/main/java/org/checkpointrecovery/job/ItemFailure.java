package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

/**
 * What became of an item that has no result. A value, not an exception: a failed item does not end its job.
 *
 * @param message one sentence for a person, with the values that matter, without the item itself
 */
public record ItemFailure(ItemErrorCode code, String message) {
    public ItemFailure {
        requireNonNull(code);
        requireNonNull(message);
    }
}
