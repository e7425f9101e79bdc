package org.checkpointrecovery.job;

/**
 * Consecutive items that a cluster works on as a whole.
 *
 * @param firstItem number in the job of the first of them, from 0
 * @param items how many, at least 1
 * @param inputBytes where in the input the first one is looked for
 */
public record Range(long firstItem, long items, long inputBytes) {
    public Range {
        if (firstItem < 0 || items < 1 || inputBytes < 0) {
            throw new IllegalArgumentException("range " + firstItem + ", " + items + ", " + inputBytes);
        }
    }

    /** Number of the first item behind. */
    public long nextItem() {
        return firstItem + items;
    }
}
