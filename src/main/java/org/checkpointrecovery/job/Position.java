package org.checkpointrecovery.job;

import org.jspecify.annotations.Nullable;

/**
 * A position between two items of a job, with the counts before it.
 *
 * @param nextItem number of items before it: succeeded + failed
 * @param inputBytes input position where the search for the next item starts
 * @param resultsBytes bytes of the results file that belong to the items before it
 * @param errorsBytes bytes of the errors file that belong to the items before it
 * @param inputCrc32c CRC-32C of the {@code inputBytes} bytes before it; null if it was not computed
 */
public record Position(
        long nextItem,
        long inputBytes,
        long resultsBytes,
        long errorsBytes,
        long succeeded,
        long failed,
        @Nullable Integer inputCrc32c) {
    public static final Position START = new Position(0, 0, 0, 0, 0, 0);

    /** Creates a position without a checksum of the input. */
    public Position(long nextItem, long inputBytes, long resultsBytes, long errorsBytes, long succeeded, long failed) {
        this(nextItem, inputBytes, resultsBytes, errorsBytes, succeeded, failed, null);
    }

    public Finished finished() {
        return new Finished(succeeded, failed);
    }

    public Position {
        if (inputBytes < 0 || resultsBytes < 0 || errorsBytes < 0 || succeeded < 0 || failed < 0) {
            throw new IllegalArgumentException("negative count");
        }
        if (nextItem != succeeded + failed) {
            throw new IllegalArgumentException(
                    "nextItem " + nextItem + " is not " + succeeded + " succeeded and " + failed + " failed");
        }
    }
}
