package org.checkpointrecovery.cli;

import java.util.List;

/** Thrown when options or the input cannot be used. */
final class BadOptionsException extends Exception {
    private final transient List<String> problems;

    BadOptionsException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** One sentence for each problem, without a period at its end. */
    List<String> problems() {
        return problems;
    }
}
