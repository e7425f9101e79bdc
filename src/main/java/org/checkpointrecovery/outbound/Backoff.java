package org.checkpointrecovery.outbound;

import java.time.Duration;

/**
 * The wait before the next attempt: a random time between zero and a limit that doubles with each attempt. This "full
 * jitter" keeps calls that failed together from being retried together (<a
 * href="https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/">Exponential Backoff And Jitter</a>).
 *
 * @param first the limit after the first attempt
 * @param max the maximum limit
 */
public record Backoff(Duration first, Duration max) {
    public static final Backoff DEFAULT = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));

    /**
     * Returns the wait after an attempt.
     *
     * @param attempt its number, from 1
     * @param chance from 0 to 1
     */
    Duration after(int attempt, double chance) {
        double limit = Math.min((double) max.toNanos(), Math.scalb((double) first.toNanos(), attempt - 1));
        return Duration.ofNanos((long) (limit * chance));
    }

    /** Returns the wait after an attempt whose answer asks for one: the longer of the two. */
    public Duration after(int attempt, double chance, Duration asked) {
        Duration own = after(attempt, chance);
        return asked.compareTo(own) > 0 ? asked : own;
    }
}
