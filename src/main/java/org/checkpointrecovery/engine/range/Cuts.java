package org.checkpointrecovery.engine.range;

import java.time.Duration;

/**
 * Where ranges end. A crash repeats at most the ranges in progress, and each range costs one commit. So ranges start small
 * and grow or shrink towards {@link #AIM}, by the time that the last one took.
 *
 * @param batchSize items in a batch of the job
 * @param items items in a range, at least 1; with whole batches, a range has at least one batch of any size
 * @param bytes a range ends with the item or batch that reaches this many bytes of the input
 * @param maxItems the most that {@code items} may become
 * @param wholeBatches whether a range ends only where a batch does
 * @param cut number of an item that must start a range; -1 for none
 */
public record Cuts(int batchSize, long items, long bytes, long maxItems, boolean wholeBatches, long cut) {
    /** A loss repeats no more than this per task, and a billion items of 0.1 s each are half a million ranges. */
    static final Duration AIM = Duration.ofSeconds(4);

    /** Some items are slower than the ones before. */
    private static final int GROWTH = 4;

    private static final long MAX_BYTES = 256L * 1024 * 1024;

    /**
     * Returns the sizes of the next ranges.
     *
     * @param done a finished range
     * @param took from its assignment to its end
     */
    Cuts after(long done, long doneBytes, Duration took) {
        double times = (double) AIM.toNanos() / Math.max(1, took.toNanos());
        return new Cuts(
                batchSize,
                size(done * times, items, maxItems),
                size(doneBytes * times, bytes, MAX_BYTES),
                maxItems,
                wholeBatches,
                cut);
    }

    private static long size(double wanted, long now, long most) {
        double limit = Math.min((double) now * GROWTH, (double) Math.max(now, most));
        return Math.max(1, (long) Math.min(wanted, limit));
    }

    /** Returns how many items can be read without passing a possible end of the range. */
    int maxItems(long next) {
        int most = wholeBatches ? (int) (batchSize - next % batchSize) : 1;
        return next < cut ? (int) Math.min(most, cut - next) : most;
    }

    /**
     * Whether a range ends before an item.
     *
     * @param length its bytes so far
     */
    boolean ends(long first, long next, long length) {
        boolean may = !wholeBatches || next % batchSize == 0;
        int more = wholeBatches ? batchSize : 1;
        boolean enough = next - first + more > items || length >= bytes;
        return next == cut || (may && enough);
    }
}
