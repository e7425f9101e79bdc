package org.checkpointrecovery.job;

/** When a simulated crash happens during a batch, and so what it leaves on disk. */
public enum CrashPoint implements Named {
    /** While the batch is processed: its work is lost. */
    PROCESSING,
    /** After the batch is processed, before anything is written. */
    BEFORE_COMMIT,
    /** After its results are forced to disk, before the checkpoint is written. */
    BETWEEN_RESULTS_AND_CHECKPOINT,
    /** After its results are written up to the middle of the last line. */
    TORN_RESULTS,
    /** After half of the temporary file of its checkpoint is written. */
    TORN_CHECKPOINT,
    /** After its commit is complete; then the checkpoint itself is made unreadable. */
    CORRUPT_CHECKPOINT;

    /** Whether the crash happens after the results are safe, when the checkpoint is written. */
    public boolean isOfCheckpoint() {
        return this == TORN_CHECKPOINT || this == CORRUPT_CHECKPOINT;
    }
}
