package org.checkpointrecovery.job;

/**
 * A place between two items of a job, with what lies before it.
 *
 * @param nextItem number of items before it: succeeded + failed
 * @param inputBytes where in the input the next item is looked for
 * @param resultsBytes bytes of the results file that belong to the items before it
 * @param errorsBytes bytes of the errors file that belong to the items before it
 */
public record Position(
        long nextItem, long inputBytes, long resultsBytes, long errorsBytes, long succeeded, long failed) {
    public static final Position START = new Position(0, 0, 0, 0, 0, 0);

    public Finished finished() {
        return new Finished(succeeded, failed);
    }

    public Position {
        if (inputBytes < 0 || resultsBytes < 0 || errorsBytes < 0 || succeeded < 0 || failed < 0) {
            throw new IllegalArgumentException("a negative count");
        }
        if (nextItem != succeeded + failed) {
            throw new IllegalArgumentException(
                    "nextItem " + nextItem + " is not " + succeeded + " succeeded and " + failed + " failed");
        }
    }
}
