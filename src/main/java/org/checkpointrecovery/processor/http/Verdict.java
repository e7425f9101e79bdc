package org.checkpointrecovery.processor.http;

import java.time.Duration;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.outbound.Reply;
import org.jspecify.annotations.Nullable;

/** The meaning of a {@link Reply} for its item. */
sealed interface Verdict {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Succeeded(byte[] result) implements Verdict {}

    /** No other attempt would succeed. */
    record Failed(ItemFailure failure) implements Verdict {}

    /** The item is left for a later run of the job. */
    record Postponed(Reason reason) implements Verdict {}

    /**
     * Another attempt may succeed.
     *
     * @param failure of the item, if this was its last attempt
     * @param retryAfter the wait that the endpoint requests, or null
     * @param overloaded whether the endpoint is overloaded, so that all calls must slow down
     */
    record Retry(ItemFailure failure, @Nullable Duration retryAfter, boolean overloaded) implements Verdict {}
}
