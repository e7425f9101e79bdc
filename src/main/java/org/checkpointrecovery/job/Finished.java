package org.checkpointrecovery.job;

/**
 * Finished items of a job: those that are committed, and those that a cluster has finished after them. They survive a
 * power cut, but only committed items are in the results.
 */
public record Finished(long succeeded, long failed) {
    public Finished {
        if (succeeded < 0 || failed < 0) {
            throw new IllegalArgumentException("negative count");
        }
    }

    public long items() {
        return succeeded + failed;
    }
}
