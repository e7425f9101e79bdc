package org.checkpointrecovery.processor.http;

import java.time.Duration;

/**
 * How long to wait before the next attempt: anything from nothing to a limit that doubles with each attempt. With "full jitter"
 * calls that failed together do not come back together
 * (<a href="https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/">Exponential Backoff And Jitter</a>).
 *
 * @param first the limit after the first attempt
 * @param max the limit after any
 */
record Backoff(Duration first, Duration max) {
    static final Backoff DEFAULT = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));

    /**
     * The wait after an attempt.
     *
     * @param attempt its number, from 1
     * @param chance from 0 to 1
     */
    Duration after(int attempt, double chance) {
        double limit = Math.min((double) max.toNanos(), Math.scalb((double) first.toNanos(), attempt - 1));
        return Duration.ofNanos((long) (limit * chance));
    }
}
