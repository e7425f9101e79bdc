package org.checkpointrecovery.api;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The part of a file that a client asks for (RFC 9110, section 14).
 *
 * @param start first byte
 * @param end behind the last byte
 */
record ByteRange(long start, long end) {
    private static final Pattern ONE_RANGE = Pattern.compile("bytes[ ]*=[ ]*(\\d{0,18})-(\\d{0,18})[ ]*");

    long length() {
        return end - start;
    }

    /**
     * Reads a {@code Range} header.
     *
     * @param length of the whole
     * @return null if the whole is to be sent: there is no such header, or one that asks for several ranges or is not
     *     understood
     * @throws ProblemException if the range lies outside
     */
    static @Nullable ByteRange of(@Nullable String header, long length) {
        Matcher matcher = header == null ? null : ONE_RANGE.matcher(header);
        if (matcher == null || !matcher.matches()) {
            return null;
        }
        String first = matcher.group(1);
        String last = matcher.group(2);
        if (first.isEmpty() && last.isEmpty()) {
            return null;
        }
        if (first.isEmpty()) {
            long count = Math.min(length, Long.parseLong(last));
            if (count == 0) {
                throw outside(header, length);
            }
            return new ByteRange(length - count, length);
        }
        long start = Long.parseLong(first);
        long end = last.isEmpty() ? length : Math.min(length, Long.parseLong(last) + 1);
        if (!last.isEmpty() && Long.parseLong(last) < start) {
            return null; // not a valid range: to be ignored
        }
        if (start >= length) {
            throw outside(header, length);
        }
        return new ByteRange(start, end);
    }

    private static ProblemException outside(@Nullable String header, long length) {
        return new RangeProblem(header, length);
    }

    /** The range lies outside; the answer names the length. */
    static final class RangeProblem extends ProblemException {
        private final long length;

        RangeProblem(@Nullable String header, long length) {
            super(Problem.of(
                    Problem.Kind.RANGE_NOT_SATISFIABLE,
                    "The range \"" + header + "\" is not satisfiable: " + length
                            + " bytes are committed. Request a range within them, or retry later."));
            this.length = length;
        }

        long length() {
            return length;
        }
    }
}
