package org.checkpointrecovery.processor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import org.checkpointrecovery.job.JobId;
import org.jspecify.annotations.Nullable;

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

    /** Returns the item as text; null if it is not valid UTF-8. */
    public @Nullable String text() {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(item)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
