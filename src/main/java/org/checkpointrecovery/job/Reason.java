package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

/**
 * Why something is as it is.
 *
 * @param message for a person: what happened, with the values; what was done about it; what to do next
 */
public record Reason(ErrorCode code, String message) {
    public Reason {
        requireNonNull(code);
        requireNonNull(message);
    }
}
