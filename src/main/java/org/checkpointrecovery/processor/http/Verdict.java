package org.checkpointrecovery.processor.http;

import java.time.Duration;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.Reason;
import org.jspecify.annotations.Nullable;

/** What a {@link Reply} means for its item. */
sealed interface Verdict {
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Succeeded(byte[] result) implements Verdict {}

    /** No other attempt would fare better. */
    record Failed(ItemFailure failure) implements Verdict {}

    /** The item is to be worked on in a later run of the job. */
    record Postponed(Reason reason) implements Verdict {}

    /**
     * Another attempt may succeed.
     *
     * @param failure of the item, if this was its last attempt
     * @param retryAfter what the endpoint asks for, or null
     * @param overloaded whether the endpoint has too much to do, and all calls must slow down
     */
    record Retry(ItemFailure failure, @Nullable Duration retryAfter, boolean overloaded) implements Verdict {}
}
