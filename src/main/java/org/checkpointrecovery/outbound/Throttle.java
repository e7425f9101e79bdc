package org.checkpointrecovery.outbound;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides when the next attempt of a run may start. After an overload answer, waits as long as the endpoint asks and
 * then halves the concurrency. Each success restores a part: concurrency grows by one after as many successes as there
 * are concurrent calls (additive increase, multiplicative decrease, as in TCP: RFC 5681).
 *
 * <p>Times are nanoseconds of a monotonic clock. Not thread-safe.
 */
public final class Throttle {
    /** No attempt may start before a current one ends. */
    public static final long UNTIL_ONE_ENDS = Long.MAX_VALUE;

    private final int concurrency;
    private final long nanosBetween;
    private double atOnce;
    private long open;
    private long next;
    private long slowed;

    public Throttle(int concurrency, @Nullable Double requestsPerSecond, long now) {
        this.concurrency = concurrency;
        this.nanosBetween = requestsPerSecond == null ? 0 : (long) Math.min(1e9 / requestsPerSecond, 1e18);
        this.atOnce = concurrency;
        this.open = now;
        this.next = now;
        this.slowed = now;
    }

    /** Returns the wait before the next attempt; 0 for none, or {@link #UNTIL_ONE_ENDS}. */
    public long untilNext(long now, int underWay) {
        if (underWay >= (int) atOnce) {
            return UNTIL_ONE_ENDS;
        }
        return Math.max(0, Math.max(open - now, next - now));
    }

    public void began(long now) {
        next = Math.max(now, next) + nanosBetween;
    }

    public void succeeded() {
        atOnce = Math.min(concurrency, atOnce + 1 / atOnce);
    }

    /**
     * Slows down after an overload answer.
     *
     * @param began when the attempt started: overload answers to concurrent attempts count once
     */
    public void slowDown(long now, long began, Duration wait) {
        if (began - slowed >= 0) {
            atOnce = Math.max(1, atOnce / 2);
            slowed = now;
        }
        long until = now + wait.toNanos();
        open = until - open > 0 ? until : open;
    }
}
