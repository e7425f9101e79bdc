package org.checkpointrecovery.storage;

import static java.util.Objects.requireNonNull;

import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.job.Traits;
import org.jspecify.annotations.Nullable;

/**
 * What the service knows of a job that has ended without reading its record.
 *
 * @param fileId the upload that the job reads; null if there is none
 * @param keyDigest of its idempotency key; 0 if it has none
 * @param stamp of its record and its directory, from {@link JobStore#stamp}
 */
public record SettledJob(
        JobId id,
        Status status,
        @Nullable JobId parentId,
        @Nullable String fileId,
        Traits traits,
        long keyDigest,
        long stamp) {
    public SettledJob {
        requireNonNull(id);
        requireNonNull(traits);
        if (!status.isEnd()) {
            throw new IllegalArgumentException(status + " is not an end");
        }
    }
}
