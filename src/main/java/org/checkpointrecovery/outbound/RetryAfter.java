package org.checkpointrecovery.outbound;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpDateTime;
import org.jspecify.annotations.Nullable;

/**
 * The header {@code Retry-After} (RFC 9110, section 10.2.3): seconds, or a date in one of three forms (section 5.6.7).
 */
public final class RetryAfter {
    /** The longest wait that is honoured. */
    public static final Duration MAX = Duration.ofMinutes(5);

    private static final Duration FOREVER = Duration.ofDays(36_500);

    /** Some endpoints send fractions, although RFC 9110 allows only whole seconds. */
    private static final Pattern SECONDS = Pattern.compile("\\d+(\\.\\d{1,9})?");

    private RetryAfter() {}

    /**
     * Parses the header; empty if it is invalid. Never negative.
     *
     * @param date the header {@code Date} of the same response, or null. The endpoint's clock may be wrong
     */
    static Optional<Duration> parse(String header, @Nullable String date, Instant ours) {
        String text = header.strip();
        if (SECONDS.matcher(text).matches()) {
            boolean huge = text.indexOf('.') > 9 || (text.indexOf('.') < 0 && text.length() > 9);
            return Optional.of(huge ? FOREVER : Duration.ofMillis((long) Math.ceil(Double.parseDouble(text) * 1000)));
        }
        Instant now = date == null ? ours : date(date).orElse(ours);
        return date(text).map(then -> then.isBefore(now) ? Duration.ZERO : Duration.between(now, then));
    }

    private static Optional<Instant> date(String text) {
        try {
            return Optional.of(HttpDateTime.parse(text).toInstant());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
