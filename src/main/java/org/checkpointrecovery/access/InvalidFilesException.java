package org.checkpointrecovery.access;

import java.util.List;

/** Files of credentials are unreadable or invalid. */
public final class InvalidFilesException extends Exception {
    private final List<String> problems;

    InvalidFilesException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    InvalidFilesException(String problem) {
        this(List.of(problem));
    }

    /** Returns what is wrong: one sentence without a period each, which names the file and contains no secret. */
    public List<String> problems() {
        return problems;
    }
}
