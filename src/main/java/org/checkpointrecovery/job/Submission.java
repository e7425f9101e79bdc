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
 * @param submittedBy the name of the client's token; null if the service needed none
 */
public record Submission(
        JobId id,
        @Nullable JobId parentId,
        @Nullable JobSpec spec,
        @Nullable InputIdentity identity,
        @Nullable IdempotencyKey idempotencyKey,
        Instant createdAt,
        @Nullable String submittedBy) {
    public Submission {
        requireNonNull(id);
        requireNonNull(createdAt);
    }

    /** A submission that needed no token. */
    public Submission(
            JobId id,
            @Nullable JobId parentId,
            @Nullable JobSpec spec,
            @Nullable InputIdentity identity,
            @Nullable IdempotencyKey idempotencyKey,
            Instant createdAt) {
        this(id, parentId, spec, identity, idempotencyKey, createdAt, null);
    }

    Submission with(JobSpec changed) {
        return new Submission(id, parentId, changed, identity, idempotencyKey, createdAt, submittedBy);
    }

    Submission by(@Nullable String client) {
        return new Submission(id, parentId, spec, identity, idempotencyKey, createdAt, client);
    }
}
