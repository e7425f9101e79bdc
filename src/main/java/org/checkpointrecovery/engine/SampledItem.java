package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;

/**
 * What became of an item of a sample.
 *
 * @param line of the results, or of the errors; JSON without a line end
 */
@SuppressWarnings("ArrayRecordComponent") // handed on to be sent, never compared
public record SampledItem(boolean succeeded, byte[] line) {
    public SampledItem {
        requireNonNull(line);
    }
}
