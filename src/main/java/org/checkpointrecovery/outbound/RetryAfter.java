package org.checkpointrecovery.outbound;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
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

    /** In the root locale, the names of days are always abbreviated. */
    private static final Locale NAMES = Locale.US;

    private static final DateTimeFormatter ASCTIME = DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", NAMES);

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
        Instant now = date == null ? ours : date(date.strip(), ours).orElse(ours);
        return date(text, now).map(then -> then.isBefore(now) ? Duration.ZERO : Duration.between(now, then));
    }

    private static Optional<Instant> date(String text, Instant now) {
        try {
            return Optional.of(ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeException e) {
            // try the obsolete formats
        }
        try {
            return Optional.of(LocalDateTime.parse(text, rfc850(now)).toInstant(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            // try the last format
        }
        try {
            return Optional.of(LocalDateTime.parse(text, ASCTIME).toInstant(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** A two-digit year is at most 50 years ahead. */
    private static DateTimeFormatter rfc850(Instant now) {
        int base = now.atOffset(ZoneOffset.UTC).getYear() - 49;
        return new DateTimeFormatterBuilder()
                .appendPattern("EEEE, dd-MMM-")
                .appendValueReduced(ChronoField.YEAR, 2, 2, base)
                .appendPattern(" HH:mm:ss 'GMT'")
                .toFormatter(NAMES);
    }
}
