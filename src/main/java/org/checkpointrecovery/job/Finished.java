package org.checkpointrecovery.job;

/**
 * Items of a job that are finished for good: those that are committed, and those that a cluster has finished behind them. They
 * survive a power cut, but only what is committed is in the results.
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
