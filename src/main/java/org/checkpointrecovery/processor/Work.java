package org.checkpointrecovery.processor;

import static java.util.Objects.requireNonNull;

import org.checkpointrecovery.job.JobId;

/**
 * An item on its way to a {@link ConcurrentProcessor}.
 *
 * @param first the job that the item was submitted with: another one if this job retries failed items
 * @param index of the item in the input; together with the first job's id, stable across attempts, resumes, crashes and
 *     retries
 * @param item its bytes, which never change; UTF-8 unless the input is not
 * @param json whether the item is a JSON value, not plain text
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Work(JobId job, JobId first, long index, byte[] item, boolean json) {
    public Work {
        requireNonNull(job);
        requireNonNull(first);
        requireNonNull(item);
    }

    /** Creates an item of a job that is not a retry. */
    public Work(JobId job, long index, byte[] item, boolean json) {
        this(job, job, index, item, json);
    }
}
