package org.checkpointrecovery.sink;

import java.nio.charset.StandardCharsets;

/** The format of a results file. */
public enum ResultsFormat {
    /** One result per line. */
    JSON_LINES("", "", "\n", ""),
    /**
     * One JSON array, one result per line. Commits append to it; the end of the array is appended when the job
     * completes, so that committed bytes never change.
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

    /** Returns the start of the file. */
    byte[] beginning() {
        return ascii(beginning);
    }

    /** Returns the separator before each result; the first result has it without the comma. */
    public byte[] before() {
        return ascii(before);
    }

    /** Returns the separator after each result. */
    public byte[] after() {
        return ascii(after);
    }

    /** Returns the end of the file. */
    byte[] end() {
        return ascii(end);
    }

    /** Returns how many bytes of {@link #before} the first result omits. */
    int leftOutBeforeFirst() {
        return before.startsWith(",") ? 1 : 0;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
