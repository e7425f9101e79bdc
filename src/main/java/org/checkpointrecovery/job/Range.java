package org.checkpointrecovery.job;

/**
 * Consecutive items that a cluster processes as a unit.
 *
 * @param firstItem index of its first item, from 0
 * @param items number of items; 0 only at the end of the input, if no range ends there
 * @param inputBytes input position where the search for its first item starts
 * @param nextBytes input position after its last item
 * @param last whether the input ends with it
 */
public record Range(long firstItem, long items, long inputBytes, long nextBytes, boolean last) {
    public Range {
        if (firstItem < 0 || items < (last ? 0 : 1) || inputBytes < 0 || nextBytes < inputBytes) {
            throw new IllegalArgumentException(
                    "range " + firstItem + ", " + items + ", " + inputBytes + ", " + nextBytes);
        }
    }

    /**
     * Returns the range without its first items.
     *
     * @param item the first item of the result
     * @param bytes the input position before it
     */
    public Range from(long item, long bytes) {
        return new Range(item, nextItem() - item, bytes, nextBytes, last);
    }

    /** Returns the index of the first item after the range. */
    public long nextItem() {
        return firstItem + items;
    }
}
