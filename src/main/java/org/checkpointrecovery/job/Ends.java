package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ends of a job that are reported to its callback URL. Immutable.
 *
 * @param count number of ends so far; a resumed job has another one
 * @param pending ends that are neither delivered nor given up, oldest first
 */
public record Ends(int count, List<PendingEnd> pending) {
    public static final Ends NONE = new Ends(0, List.of());

    /**
     * An end that is not reported yet, with the job as it was then.
     *
     * @param number of the end, from 1
     * @param runs number of runs so far
     * @param totalItems null if the input had not been counted
     * @param lastCheckpointAt null before the first one
     */
    public record PendingEnd(
            int number,
            JobState state,
            Instant at,
            int runs,
            @Nullable Long totalItems,
            Position committed,
            @Nullable Instant lastCheckpointAt) {
        public PendingEnd {
            requireNonNull(state);
            requireNonNull(at);
            requireNonNull(committed);
        }
    }

    public Ends {
        pending = List.copyOf(pending);
    }

    /** Adds an end. Its number is the next {@link #count}. */
    Ends and(PendingEnd end) {
        List<PendingEnd> more = new ArrayList<>(pending);
        more.add(end);
        return new Ends(end.number(), more);
    }

    Ends settled(int number) {
        return new Ends(
                count, pending.stream().filter(end -> end.number() != number).toList());
    }
}
