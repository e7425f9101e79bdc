package org.checkpointrecovery.processor.http;

import org.checkpointrecovery.job.ItemErrorCode;
import org.jspecify.annotations.Nullable;

/** The outcome of a {@link Call}. */
sealed interface Reply {
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
            byte[] body) implements Reply {}

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
