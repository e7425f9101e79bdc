package org.checkpointrecovery.job;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What lists of jobs filter and sort by, apart from the state, and what decides when a job expires. Small, because the service keeps it of every job.
 *
 * @param createdMillis when the job was created, in milliseconds since 1970
 * @param processor the type of its processor; null if the job's record is damaged
 * @param name of the job, or null
 * @param labels of the job; null if there are none
 * @param ended null if the job has not ended, or its record is damaged
 */
public record Traits(
        long createdMillis,
        @Nullable String processor,
        @Nullable String name,
        @Nullable Map<String, String> labels,
        @Nullable Ended ended) {
    public static Traits of(Job job) {
        JobSpec spec = job.spec();
        long created = job.createdAt().toEpochMilli();
        return spec == null
                ? new Traits(created, null, null, null, null)
                : new Traits(created, spec.processor().type().intern(), spec.name(), spec.labels(), Ended.of(job));
    }

    /** Returns when the job was created, as it is shown. */
    public Instant createdAt() {
        return Instant.ofEpochMilli(createdMillis);
    }

    /** Whether the job has a label, with any value. */
    public boolean hasLabel(String key) {
        return labels != null && labels.containsKey(key);
    }

    /** Whether the job has a label with this value. */
    public boolean hasLabel(String key, String value) {
        return labels != null && value.equals(labels.get(key));
    }
}
