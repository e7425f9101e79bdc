package org.checkpointrecovery.job;

/**
 * Consecutive items that a cluster processes as a unit.
 *
 * @param firstItem index of its first item, from 0
 * @param items number of items, at least 1
 * @param inputBytes input position where the search for its first item starts
 */
public record Range(long firstItem, long items, long inputBytes) {
    public Range {
        if (firstItem < 0 || items < 1 || inputBytes < 0) {
            throw new IllegalArgumentException("range " + firstItem + ", " + items + ", " + inputBytes);
        }
    }

    /** Returns the index of the first item after the range. */
    public long nextItem() {
        return firstItem + items;
    }
}
