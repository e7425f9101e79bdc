package org.checkpointrecovery.job;

/** Where in the work on a batch a simulated crash strikes, and so what it leaves on disk. */
public enum CrashPoint implements Named {
    /** While the batch is processed: its work is lost. */
    PROCESSING,
    /** When the batch is processed and nothing of it is written. */
    BEFORE_COMMIT,
    /** When its results are forced to disk and the checkpoint is not written. */
    BETWEEN_RESULTS_AND_CHECKPOINT,
    /** When its results are written up to the middle of the last line. */
    TORN_RESULTS,
    /** When the temporary file of its checkpoint is written by half. */
    TORN_CHECKPOINT,
    /** When its commit is complete; then the checkpoint itself is made unreadable. */
    CORRUPT_CHECKPOINT;

    /** Whether it strikes when the results are safe, and the checkpoint is written. */
    public boolean isOfCheckpoint() {
        return this == TORN_CHECKPOINT || this == CORRUPT_CHECKPOINT;
    }
}
