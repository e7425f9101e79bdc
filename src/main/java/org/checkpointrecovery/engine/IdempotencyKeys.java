package org.checkpointrecovery.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.checkpointrecovery.job.IdempotencyKey;
import org.checkpointrecovery.job.JobId;
import org.jspecify.annotations.Nullable;

/**
 * Maps idempotency keys to jobs, as long as the job exists. Of the keys of settled jobs it holds a digest only, and reads the
 * record of the job that has it. Thread-safe.
 */
final class IdempotencyKeys {
    private final ConcurrentHashMap<String, Claim> claims = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, JobId> settled = new ConcurrentHashMap<>();
    private final Owner owner;

    private record Claim(IdempotencyKey key, CompletableFuture<JobId> job) {
        void fail() {
            job.completeExceptionally(new IllegalStateException("the submission failed"));
        }
    }

    /** Knows the keys of jobs. */
    interface Owner {
        /** Returns the key of a job; null if it has none or does not exist. */
        @Nullable
        IdempotencyKey keyOf(JobId job) throws IOException;
    }

    IdempotencyKeys(Owner owner) {
        this.owner = owner;
    }

    /** Returns the first 64 bits of the SHA-256 of a job's key; 0 if it has none. */
    static long digest(@Nullable IdempotencyKey key) {
        if (key == null) {
            return 0;
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(key.key().getBytes(UTF_8));
            return Math.max(1, ByteBuffer.wrap(digest).getLong() & Long.MAX_VALUE);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Adds an existing job. */
    void put(IdempotencyKey key, JobId job) {
        claims.put(key.key(), new Claim(key, CompletableFuture.completedFuture(job)));
    }

    /** Adds a settled job. */
    void put(long digest, JobId job) {
        settled.put(digest, job);
    }

    /** Keeps only the digest of a job's key, because the job has settled. */
    void shorten(IdempotencyKey key, JobId job) {
        settled.put(digest(key), job);
        claims.computeIfPresent(key.key(), (unused, claim) -> {
            if (!claim.key.equals(key)) {
                return claim;
            }
            claim.job.complete(job); // a job may settle before its submission has returned
            return null;
        });
    }

    /**
     * Claims a key for a submission. Waits while the same submission is in progress.
     *
     * @return null if the key was free: the caller must {@link #settle} or {@link #release} it. Otherwise the job that
     *     the same submission created
     * @throws RefusedException if another submission has the key
     */
    @Nullable
    JobId claim(IdempotencyKey key) throws RefusedException, IOException {
        long digest = digest(key);
        while (true) {
            JobId found = settled.get(digest);
            IdempotencyKey used = found == null ? null : owner.keyOf(found);
            if (used != null && used.key().equals(key.key())) {
                if (!used.equals(key)) {
                    throw new Refusal.KeyUsed(key.key()).exception();
                }
                return found;
            }
            Claim mine = new Claim(key, new CompletableFuture<>());
            Claim other = claims.putIfAbsent(key.key(), mine);
            if (other == null) {
                if (Objects.equals(settled.get(digest), found)) {
                    return null;
                }
                claims.remove(key.key(), mine); // its job has settled in between
                mine.fail();
                continue;
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
            claim.fail();
        }
    }

    /** Frees the key of a deleted job. */
    void release(JobId job, long digest, @Nullable IdempotencyKey key) {
        settled.remove(digest, job);
        if (key != null) {
            release(key);
        }
    }
}
