package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One stretch of work on a job, from start or resume to its end.
 *
 * @param number from 1
 * @param firstItem index of the first item that it processed
 * @param nextItem index of the first item that was not committed at its end; {@code firstItem} while it runs
 * @param ending null while it runs
 */
public record Run(
        int number,
        Instant startedAt,
        long firstItem,
        long nextItem,
        @Nullable Ending ending) {
    public Run {
        requireNonNull(startedAt);
    }

    public static Run begin(int number, Instant at, long firstItem) {
        return new Run(number, at, firstItem, firstItem, null);
    }

    public Run end(End how, @Nullable Reason reason, Instant at, long nextItem, Duration took) {
        return new Run(number, startedAt, firstItem, nextItem, new Ending(how, reason, at, took));
    }

    /**
     * How, why and when a run ended.
     *
     * @param took duration of the run by a monotonic clock
     */
    public record Ending(End end, @Nullable Reason reason, Instant at, Duration took) {
        public Ending {
            requireNonNull(end);
            requireNonNull(at);
            requireNonNull(took);
        }
    }

    /** How a run ended. */
    public enum End {
        COMPLETED,
        FAILED,
        CRASHED,
        PAUSED,
        CANCELLED,
        /** Stopped by an orderly shutdown of the service. */
        STOPPED
    }
}
