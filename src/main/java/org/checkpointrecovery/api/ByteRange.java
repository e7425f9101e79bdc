package org.checkpointrecovery.api;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The range of a file that a client requests (RFC 9110, section 14).
 *
 * @param start the first byte
 * @param end the byte after the last
 */
record ByteRange(long start, long end) {
    private static final Pattern ONE_RANGE = Pattern.compile("bytes[ ]*=[ ]*(\\d{0,18})-(\\d{0,18})[ ]*");

    long length() {
        return end - start;
    }

    /**
     * Reads a {@code Range} header.
     *
     * @param length the length of the file
     * @return null to send the whole file: the header is missing, names several ranges or cannot be
     *     parsed
     * @throws ProblemException if the range cannot be satisfied
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
            return null; // an invalid range is ignored
        }
        if (start >= length) {
            throw outside(header, length);
        }
        return new ByteRange(start, end);
    }

    private static ProblemException outside(@Nullable String header, long length) {
        return new RangeProblem(header, length);
    }

    /** The range cannot be satisfied. The response contains the length. */
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
