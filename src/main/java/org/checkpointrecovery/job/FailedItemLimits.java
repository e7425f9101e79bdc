package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * How many items may fail before their job does.
 *
 * @param maxItems at least 0; null for any number
 * @param maxPercent of the items that are processed, 0 to 100, looked at from {@link #PERCENT_FROM_ITEMS} items on; null for
 *     any share
 */
public record FailedItemLimits(
        OnItemError onItemError,
        @Nullable Long maxItems,
        @Nullable Double maxPercent) {
    /** Items that a share is told of at the earliest. */
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

    /** How many items may fail by their number alone; one more and the job becomes FAILED. */
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

    /** Whether so many of so many are too many. */
    public boolean areExceeded(long failed, long processed) {
        return failed > itemsAllowed()
                || (maxPercent != null && processed >= PERCENT_FROM_ITEMS && failed * 100.0 > maxPercent * processed);
    }
}
