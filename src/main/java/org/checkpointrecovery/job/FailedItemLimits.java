package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The numbers of failed items that a job tolerates.
 *
 * @param maxItems at least 0; null for no limit
 * @param maxPercent percentage of processed items, 0 to 100, applied from {@link #PERCENT_FROM_ITEMS} processed items
 *     on; null for no limit
 */
public record FailedItemLimits(
        OnItemError onItemError,
        @Nullable Long maxItems,
        @Nullable Double maxPercent) {
    /** Number of processed items from which the percentage applies. */
    public static final long PERCENT_FROM_ITEMS = 1000;

    public static final FailedItemLimits NONE = new FailedItemLimits(OnItemError.SKIP, null, null);

    public FailedItemLimits {
        requireNonNull(onItemError);
        if (maxItems != null && maxItems < 0) {
            throw new IllegalArgumentException("maxItems " + maxItems);
        }
        if (maxPercent != null && !(maxPercent >= 0 && maxPercent <= 100)) {
            throw new IllegalArgumentException("maxPercent " + maxPercent);
        }
    }

    /** Returns how many items may fail by {@code maxItems} alone. One more fails the job. */
    public long itemsAllowed() {
        if (onItemError == OnItemError.FAIL) {
            return 0;
        }
        return maxItems == null ? Long.MAX_VALUE : maxItems;
    }

    /** Whether failed items can end their job. */
    public boolean areSet() {
        return itemsAllowed() < Long.MAX_VALUE || maxPercent != null;
    }

    /** Whether the failure limit is exceeded. */
    public boolean areExceeded(long failed, long processed) {
        return failed > itemsAllowed()
                || (maxPercent != null && processed >= PERCENT_FROM_ITEMS && failed * 100.0 > maxPercent * processed);
    }
}
