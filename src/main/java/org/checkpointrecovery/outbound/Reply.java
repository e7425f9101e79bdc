package org.checkpointrecovery.outbound;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.checkpointrecovery.job.ItemErrorCode;
import org.jspecify.annotations.Nullable;

/** The outcome of a {@link Call}. */
public sealed interface Reply {
    /**
     * A complete response. The body of an unsuccessful one may be cut.
     *
     * @param contentType the header, or null
     * @param retryAfter the header, or null
     * @param date the header, or null
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Answered(
            int status,
            @Nullable String contentType,
            @Nullable String retryAfter,
            @Nullable String date,
            byte[] body) implements Reply {
        /** Timeout, conflict, too early, and too many requests: a later attempt may succeed. */
        private static final Set<Integer> RETRYABLE = Set.of(408, 409, 425, 429);

        /** A retry cannot make the endpoint support the method or the version. */
        private static final Set<Integer> PERMANENT = Set.of(501, 505);

        public boolean isSuccess() {
            return status >= 200 && status < 300;
        }

        public boolean isRetryable() {
            return RETRYABLE.contains(status) || (status >= 500 && status < 600 && !PERMANENT.contains(status));
        }

        /** Returns the wait that the endpoint asks for; empty if it does not. */
        public Optional<Duration> requestedWait(Instant now) {
            return retryAfter == null ? Optional.empty() : RetryAfter.parse(retryAfter, date, now);
        }
    }

    /**
     * No response, or an unusable one.
     *
     * @param what happened, as a sentence
     * @param retryable whether another attempt may succeed
     */
    record Broken(ItemErrorCode code, String what, boolean retryable) implements Reply {}

    /** Nothing was sent, because the process is out of file descriptors. */
    record NotSent() implements Reply {}
}
