package org.checkpointrecovery.processor.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When the next attempt of a run may begin. An endpoint that is pushed too hard is left alone for as long as it asks, and then
 * called half as many times at once; each success brings back a part, so that the number grows by one when as many calls have
 * succeeded as are made at once (additive increase, multiplicative decrease, as TCP has it: RFC 5681).
 *
 * <p>Times are nanoseconds of any clock that only goes forward. Not thread-safe.
 */
final class Throttle {
    /** Nothing may begin before an attempt under way has ended. */
    static final long UNTIL_ONE_ENDS = Long.MAX_VALUE;

    private final int concurrency;
    private final long nanosBetween;
    private double atOnce;
    private long open;
    private long next;
    private long slowed;

    Throttle(int concurrency, @Nullable Double requestsPerSecond, long now) {
        this.concurrency = concurrency;
        this.nanosBetween = requestsPerSecond == null ? 0 : (long) Math.min(1e9 / requestsPerSecond, 1e18);
        this.atOnce = concurrency;
        this.open = now;
        this.next = now;
        this.slowed = now;
    }

    /** How long until another attempt may begin; 0 for now, or {@link #UNTIL_ONE_ENDS}. */
    long untilNext(long now, int underWay) {
        if (underWay >= (int) atOnce) {
            return UNTIL_ONE_ENDS;
        }
        return Math.max(0, Math.max(open - now, next - now));
    }

    void began(long now) {
        next = Math.max(now, next) + nanosBetween;
    }

    void succeeded() {
        atOnce = Math.min(concurrency, atOnce + 1 / atOnce);
    }

    /**
     * The endpoint answered that it has too much to do.
     *
     * @param began when the attempt began: those that were under way together count as one complaint
     */
    void slowDown(long now, long began, Duration wait) {
        if (began - slowed >= 0) {
            atOnce = Math.max(1, atOnce / 2);
            slowed = now;
        }
        long until = now + wait.toNanos();
        open = until - open > 0 ? until : open;
    }
}
