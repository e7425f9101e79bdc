package org.checkpointrecovery.processor.http;

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

/** The header {@code Retry-After} (RFC 9110, section 10.2.3): seconds, or a date in one of three forms (section 5.6.7). */
final class RetryAfter {
    /** What an endpoint may ask for at the most; who asks for more does not want to be called now. */
    static final Duration MOST = Duration.ofMinutes(5);

    private static final Duration FOREVER = Duration.ofDays(36_500);

    /** In the root locale the names of days are never written out. */
    private static final Locale NAMES = Locale.US;

    private static final DateTimeFormatter ASCTIME = DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", NAMES);

    private RetryAfter() {}

    /** Empty if the header says nothing that can be understood. Never negative. */
    static Optional<Duration> parse(String header, Instant now) {
        String text = header.strip();
        if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.of(text.length() > 9 ? FOREVER : Duration.ofSeconds(Long.parseLong(text)));
        }
        return date(text, now).map(date -> date.isBefore(now) ? Duration.ZERO : Duration.between(now, date));
    }

    private static Optional<Instant> date(String text, Instant now) {
        try {
            return Optional.of(ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeException e) {
            // perhaps one of the forms that only old servers send
        }
        try {
            return Optional.of(LocalDateTime.parse(text, rfc850(now)).toInstant(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            // perhaps the last one
        }
        try {
            return Optional.of(LocalDateTime.parse(text, ASCTIME).toInstant(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** A year of two digits is at most 50 years ahead. */
    private static DateTimeFormatter rfc850(Instant now) {
        int base = now.atOffset(ZoneOffset.UTC).getYear() - 49;
        return new DateTimeFormatterBuilder()
                .appendPattern("EEEE, dd-MMM-")
                .appendValueReduced(ChronoField.YEAR, 2, 2, base)
                .appendPattern(" HH:mm:ss 'GMT'")
                .toFormatter(NAMES);
    }
}
