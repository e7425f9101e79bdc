package org.checkpointrecovery.storage;

import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Generates ids that sort by time: nine digits of milliseconds since 1970 in base 36 (enough until the year 5188), a
 * hyphen, and eight random digits. Ids of one generator never repeat and always increase, even if the clock is set
 * back. Thread-safe.
 */
public final class IdGenerator {
    private static final int TIME_DIGITS = 9;
    private static final int RANDOM_DIGITS = 8;
    private static final long RANDOM_BOUND = (long) Math.pow(36, RANDOM_DIGITS);

    private final Clock clock;
    private final RandomGenerator random;
    private long lastMillis; // guarded by this

    public IdGenerator(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    public synchronized String next() {
        lastMillis = Math.max(clock.millis(), lastMillis + 1);
        return digits(lastMillis, TIME_DIGITS) + "-" + digits(random.nextLong(RANDOM_BOUND), RANDOM_DIGITS);
    }

    /** Makes the next ids larger than an existing id, of this generator or an earlier one. */
    public synchronized void startAfter(String id) {
        Instant time = timeOf(id);
        if (time != null) {
            lastMillis = Math.max(lastMillis, time.toEpochMilli());
        }
    }

    /** Returns the creation time in an id; null if it has none. */
    public static @Nullable Instant timeOf(String id) {
        try {
            return id.length() > TIME_DIGITS && id.charAt(TIME_DIGITS) == '-'
                    ? Instant.ofEpochMilli(Long.parseLong(id.substring(0, TIME_DIGITS), 36))
                    : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static String digits(long value, int count) {
        String digits = Long.toString(value, 36).toLowerCase(Locale.ROOT);
        return "0".repeat(Math.max(0, count - digits.length())) + digits;
    }
}
