package org.checkpointrecovery.job;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How long the service keeps jobs that have ended, and files that no job needs. What has expired is deleted.
 *
 * @param jobs from the end of a job; null to keep jobs. A job's own {@code retainFor} takes precedence
 * @param files from the upload of a file, or from the end of the last job that read it; null to keep files
 */
public record Retention(@Nullable Duration jobs, @Nullable Duration files) {
    public static final Retention UNLIMITED = new Retention(null, null);
    public static final Duration LONGEST = Duration.ofDays(36_500);
    /** Completes a message about a text that {@link #parse} rejects. */
    public static final String RANGE = "must be between 1s and 36500d, in s, m, h or d, such as 12h or 30d";

    private static final Pattern PERIOD = Pattern.compile("(\\d{1,10})([smhd])");
    private static final String UNITS = "smhd";
    private static final long[] SECONDS = {1, 60, 3600, 86_400};

    /** Reads a period such as {@code 90s}, {@code 12h} or {@code 30d}; empty if it is no period from 1 s to {@link #LONGEST}. */
    public static Optional<Duration> parse(String text) {
        Matcher matcher = PERIOD.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Duration period =
                Duration.ofSeconds(Long.parseLong(matcher.group(1)) * SECONDS[UNITS.indexOf(matcher.group(2))]);
        return isValid(period) ? Optional.of(period) : Optional.empty();
    }

    /** Writes a period in its largest unit that is whole. */
    public static String text(Duration period) {
        int unit = UNITS.length() - 1;
        while (period.toSeconds() % SECONDS[unit] != 0) {
            unit--;
        }
        return period.toSeconds() / SECONDS[unit] + UNITS.substring(unit, unit + 1);
    }

    static boolean isValid(Duration period) {
        return period.compareTo(Duration.ofSeconds(1)) >= 0
                && period.compareTo(LONGEST) <= 0
                && period.equals(Duration.ofSeconds(period.toSeconds()));
    }

    public Retention {
        if ((jobs != null && !isValid(jobs)) || (files != null && !isValid(files))) {
            throw new IllegalArgumentException("jobs " + jobs + ", files " + files);
        }
    }

    /**
     * Returns when a job expires; null if it does not.
     *
     * @param ended null if the job has not ended
     */
    public @Nullable Instant expiry(@Nullable Ended ended) {
        if (ended == null) {
            return null;
        }
        Duration period = ended.retainFor() == null ? jobs : ended.retainFor();
        return period == null ? null : ended.at().plus(period);
    }

    /** Whether a job has expired. */
    public boolean hasExpired(@Nullable Ended ended, Instant now) {
        Instant expiry = expiry(ended);
        return expiry != null && !expiry.isAfter(now);
    }
}
