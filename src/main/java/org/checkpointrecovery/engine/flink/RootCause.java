package org.checkpointrecovery.engine.flink;

import java.util.Optional;

/** Finds the root cause in a stack trace. */
final class RootCause {
    private static final int MAX_CHARS = 500;
    private static final String CAUSED_BY = "Caused by: ";

    private RootCause() {}

    /** Returns the innermost exception in one line, without its stack; empty if there is none. */
    static Optional<String> of(String stackTrace) {
        String cause = "";
        for (String line : stackTrace.split("\n", -1)) {
            if (cause.isEmpty() && !line.isBlank()) {
                cause = line.strip();
            } else if (line.startsWith(CAUSED_BY)) {
                cause = line.substring(CAUSED_BY.length()).strip();
            }
        }
        if (cause.length() > MAX_CHARS) {
            cause = cause.substring(0, MAX_CHARS) + "…";
        }
        return cause.isEmpty() ? Optional.empty() : Optional.of(cause);
    }
}
