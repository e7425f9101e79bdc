package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

/**
 * Why a job is in its state or a run ended.
 *
 * @param message for people: what happened, with the values; what was done about it; what to do next
 */
public record Reason(ErrorCode code, String message) {
    public Reason {
        requireNonNull(code);
        requireNonNull(message);
    }
}
