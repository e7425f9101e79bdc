package org.checkpointrecovery.sink;

import java.nio.charset.StandardCharsets;

/** How results stand in their file. */
public enum ResultsFormat {
    /** One result a line. */
    JSON_LINES("", "", "\n", ""),
    /**
     * One JSON array, a result a line. What is committed is its beginning; the end is appended when the job is done, so that
     * nothing that is committed ever changes.
     */
    JSON_ARRAY("[", ",\n", "", "\n]\n");

    private final String beginning;
    private final String before;
    private final String after;
    private final String end;

    ResultsFormat(String beginning, String before, String after, String end) {
        this.beginning = beginning;
        this.before = before;
        this.after = after;
        this.end = end;
    }

    /** What the file begins with. */
    byte[] beginning() {
        return ascii(beginning);
    }

    /** What stands before each result; before the first one without its comma. */
    public byte[] before() {
        return ascii(before);
    }

    /** What stands behind each result. */
    public byte[] after() {
        return ascii(after);
    }

    /** What the file ends with. */
    byte[] end() {
        return ascii(end);
    }

    /** How much of {@link #before} the first result in a file goes without. */
    int leftOutBeforeFirst() {
        return before.startsWith(",") ? 1 : 0;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
