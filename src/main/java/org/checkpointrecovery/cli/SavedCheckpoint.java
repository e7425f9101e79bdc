package org.checkpointrecovery.cli;

import org.checkpointrecovery.job.Progress;

/**
 * The progress of a run at a checkpoint.
 *
 * @param inputBytes bytes of the input before the next item
 * @param totalBytes size of the input
 */
record SavedCheckpoint(Progress progress, long inputBytes, long totalBytes) {
    /**
     * Returns the percentage of the items, or of the bytes until the items have been counted; rounded down to 0.1. 100.0 only
     * for all of them, before the run ends too.
     */
    double percent() {
        Long items = progress.totalItems();
        long done = items == null ? inputBytes : progress.processedItems();
        long all = items == null ? totalBytes : items;
        return all == 0 ? 100.0 : Math.min(1000, Math.floor((double) done / all * 1000)) / 10;
    }

    @Override
    public String toString() {
        Long items = progress.totalItems();
        return items == null
                ? progress.processedItems() + " items (" + percent() + " % of the input)"
                : progress.processedItems() + " of " + items + " items (" + percent() + " %)";
    }
}
