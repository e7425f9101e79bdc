package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a job from its submission on. Only the name and the labels in the spec change.
 *
 * @param parentId the job whose failed items this one retries, or null
 * @param spec null only if the job's record is damaged
 * @param identity of the input at that time; null only if the job's record is damaged
 * @param idempotencyKey of the request, or null
 */
public record Submission(
        JobId id,
        @Nullable JobId parentId,
        @Nullable JobSpec spec,
        @Nullable InputIdentity identity,
        @Nullable IdempotencyKey idempotencyKey,
        Instant createdAt) {
    public Submission {
        requireNonNull(id);
        requireNonNull(createdAt);
    }

    Submission with(JobSpec changed) {
        return new Submission(id, parentId, changed, identity, idempotencyKey, createdAt);
    }
}
