package org.checkpointrecovery.engine;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.job.Traits;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs a list shows, in which order, and where it continues.
 *
 * @param after the last job of the previous page; null for the first page
 */
public record JobQuery(Filter filter, Order order, @Nullable Key after) {
    public static final JobQuery ALL = new JobQuery(Filter.ALL, Order.NEWEST_FIRST, null);

    /**
     * What a job must match. Every part that is null or empty matches all jobs.
     *
     * @param states any of these, in the order of their names
     * @param labels all of these
     * @param namePrefix the beginning of its name
     * @param processor the type of its processor
     * @param created when it was created
     * @param parentId the job whose failed items it retries
     */
    public record Filter(
            Set<Status> states,
            List<LabelFilter> labels,
            @Nullable String namePrefix,
            @Nullable String processor,
            Between created,
            @Nullable JobId parentId) {
        public static final Filter ALL = new Filter(Set.of(), List.of(), null, null, new Between(null, null), null);

        public Filter {
            states = Collections.unmodifiableSet(new TreeSet<>(states));
            labels = List.copyOf(labels);
        }

        boolean matches(JobSlot slot) {
            Traits traits = slot.traits();
            return (states.isEmpty() || states.contains(slot.status()))
                    && (parentId == null || parentId.equals(slot.parentId()))
                    && (processor == null || processor.equals(traits.processor()))
                    && (namePrefix == null || hasPrefix(traits, namePrefix))
                    && created.has(traits)
                    && hasLabels(traits);
        }

        private static boolean hasPrefix(Traits traits, String prefix) {
            return traits.name() != null && traits.name().startsWith(prefix);
        }

        private boolean hasLabels(Traits traits) {
            for (LabelFilter label : labels) { // a stream for each job would take longer than the rest
                if (!label.matches(traits)) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * A label that a job must have.
     *
     * @param value null for any
     */
    public record LabelFilter(String key, @Nullable String value) {
        boolean matches(Traits traits) {
            return value == null ? traits.hasLabel(key) : traits.hasLabel(key, value);
        }
    }

    /** A time range, without its ends. An end that is null does not limit it. */
    public record Between(@Nullable Instant start, @Nullable Instant end) {
        boolean has(Traits traits) {
            return (start == null || traits.createdAt().isAfter(start))
                    && (end == null || traits.createdAt().isBefore(end));
        }
    }

    /** The order of jobs. Ids sort by the time of submission. */
    public enum Order {
        NEWEST_FIRST,
        OLDEST_FIRST,
        /** By the name, jobs without a name last; the oldest first among jobs with the same name. */
        BY_NAME;

        /** Returns the key that identifies the place of a job in this order. */
        Key keyOf(JobSlot slot) {
            return new Key(slot.id(), this == BY_NAME ? slot.traits().name() : null);
        }
    }

    /**
     * The place of a job in an order. The natural order is {@link Order#BY_NAME}.
     *
     * @param name the name of the job, or null; only if the jobs are ordered by it
     */
    public record Key(JobId id, @Nullable String name) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byName;
            if (name == null || other.name == null) {
                byName = Boolean.compare(name == null, other.name == null);
            } else {
                byName = name.compareTo(other.name);
            }
            return byName != 0 ? byName : id.compareTo(other.id);
        }
    }
}
