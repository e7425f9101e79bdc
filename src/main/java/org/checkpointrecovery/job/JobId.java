package org.checkpointrecovery.job;

import java.util.regex.Pattern;

/**
 * Identifies a job in paths, files and logs. Ids sort by the time of submission.
 *
 * @param value matches {@code [0-9a-z-]{10,40}}
 */
public record JobId(String value) implements Comparable<JobId> {
    private static final Pattern FORM = Pattern.compile("[0-9a-z-]{10,40}");

    public JobId {
        if (!isValid(value)) {
            throw new IllegalArgumentException("not a job id: " + value);
        }
    }

    public static boolean isValid(String text) {
        return FORM.matcher(text).matches();
    }

    @Override
    public int compareTo(JobId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
