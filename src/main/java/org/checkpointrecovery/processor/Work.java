package org.checkpointrecovery.processor;

import static java.util.Objects.requireNonNull;

import org.checkpointrecovery.job.JobId;

/**
 * An item on its way to a {@link ConcurrentProcessor}.
 *
 * @param index of the item in the input; with the job's id the same over attempts, resumes and crashes
 * @param item its bytes, which nobody changes any more; UTF-8, unless the input is not
 * @param json whether the item is a JSON value, not mere text
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Work(JobId job, long index, byte[] item, boolean json) {
    public Work {
        requireNonNull(job);
        requireNonNull(item);
    }
}
