package org.checkpointrecovery.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.checkpointrecovery.job.IdempotencyKey;
import org.checkpointrecovery.job.JobId;
import org.jspecify.annotations.Nullable;

/** Maps idempotency keys to jobs, as long as the job exists. Thread-safe. */
final class IdempotencyKeys {
    private final ConcurrentHashMap<String, Claim> claims = new ConcurrentHashMap<>();

    private record Claim(IdempotencyKey key, CompletableFuture<JobId> job) {}

    /** Adds an existing job. */
    void put(IdempotencyKey key, JobId job) {
        claims.put(key.key(), new Claim(key, CompletableFuture.completedFuture(job)));
    }

    /**
     * Claims a key for a submission. Waits while the same submission is in progress.
     *
     * @return null if the key was free: the caller must {@link #settle} or {@link #release} it. Otherwise the job that
     *     the same submission created
     * @throws RefusedException if another submission has the key
     */
    @Nullable
    JobId claim(IdempotencyKey key) throws RefusedException {
        while (true) {
            Claim mine = new Claim(key, new CompletableFuture<>());
            Claim other = claims.putIfAbsent(key.key(), mine);
            if (other == null) {
                return null;
            }
            if (!other.key.equals(key)) {
                throw new Refusal.KeyUsed(key.key()).exception();
            }
            try {
                return other.job.join();
            } catch (CompletionException e) {
                // The other submission failed: try this one.
            }
        }
    }

    /** Records the job created with the claimed key. */
    void settle(IdempotencyKey key, JobId job) {
        Claim claim = claims.get(key.key());
        if (claim != null) {
            claim.job.complete(job);
        }
    }

    /** Frees a claimed key that created no job. */
    void release(IdempotencyKey key) {
        Claim claim = claims.remove(key.key());
        if (claim != null) {
            claim.job.completeExceptionally(new IllegalStateException("the submission failed"));
        }
    }
}
