package org.checkpointrecovery.job;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When a job ended, and how long it asked to be kept from then on. Small, because the service keeps it of every job.
 *
 * @param atMillis in milliseconds since 1970
 * @param retainFor of its spec; null if the service's setting applies
 */
public record Ended(long atMillis, @Nullable Duration retainFor) {
    /** Returns null for a job that has not ended, and for one whose record is damaged: somebody may restore that. */
    public static @Nullable Ended of(Job job) {
        JobSpec spec = job.spec();
        Instant at = job.endedAt();
        return spec == null || at == null ? null : new Ended(at.toEpochMilli(), spec.retainFor());
    }

    public Instant at() {
        return Instant.ofEpochMilli(atMillis);
    }
}
