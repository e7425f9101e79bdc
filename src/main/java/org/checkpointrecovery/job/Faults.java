package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Failures to rehearse.
 *
 * @param crashAfterItems the first run crashes after this many processed items, at least 1; null for no crash
 * @param failItems indexes of items that fail in every run, in order
 * @param itemDelay delay of each item, 0 to {@link #MAX_ITEM_DELAY}
 */
public record Faults(@Nullable Long crashAfterItems, CrashPoint crashPoint, Set<Long> failItems, Duration itemDelay) {
    public static final Duration MAX_ITEM_DELAY = Duration.ofMinutes(1);
    public static final int MAX_FAIL_ITEMS = 10_000;

    public Faults {
        requireNonNull(crashPoint);
        failItems = Collections.unmodifiableSortedSet(new TreeSet<>(failItems));
        if (crashAfterItems != null && crashAfterItems < 1) {
            throw new IllegalArgumentException("crashAfterItems " + crashAfterItems);
        }
        if (itemDelay.isNegative() || itemDelay.compareTo(MAX_ITEM_DELAY) > 0) {
            throw new IllegalArgumentException("itemDelay " + itemDelay);
        }
    }

    /** Returns these failures without a crash. */
    public Faults withoutCrash() {
        return new Faults(null, crashPoint, failItems, itemDelay);
    }
}
