package org.checkpointrecovery.job;

/** The outcome of a COMPLETED job's items. */
public enum Outcome {
    /** No item failed. */
    SUCCEEDED,
    /** Some items failed. */
    PARTIAL,
    /** There were items, and all of them failed. */
    ALL_FAILED;

    public static Outcome of(Position committed) {
        if (committed.failed() == 0) {
            return SUCCEEDED;
        }
        return committed.succeeded() == 0 ? ALL_FAILED : PARTIAL;
    }
}
