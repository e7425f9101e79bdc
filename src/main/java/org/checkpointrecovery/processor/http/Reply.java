package org.checkpointrecovery.processor.http;

import org.checkpointrecovery.job.ItemErrorCode;
import org.jspecify.annotations.Nullable;

/** What came of a {@link Call}. */
sealed interface Reply {
    /**
     * An answer, whole. Of one that is no success only the beginning of a long body.
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
     * No answer, or one that cannot be used.
     *
     * @param what happened, as a sentence
     * @param retryable whether another attempt may fare better
     */
    record Broken(ItemErrorCode code, String what, boolean retryable) implements Reply {}

    /** Nothing was sent, because this process has no free file descriptor. */
    record NotSent() implements Reply {}
}
