package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;

/**
 * The outcome of an item of a sample.
 *
 * @param line of the results or errors: JSON without a line end
 */
@SuppressWarnings("ArrayRecordComponent") // handed on to be sent, never compared
public record SampledItem(boolean succeeded, byte[] line) {
    public SampledItem {
        requireNonNull(line);
    }
}
