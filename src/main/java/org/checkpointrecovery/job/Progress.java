package org.checkpointrecovery.job;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The progress of a job. Counts only items that survive a power cut.
 *
 * @param totalItems null until the input has been counted
 * @param percent of the items, rounded down to 0.1; 100.0 only when COMPLETED
 * @param itemsPerSecond of the latest run, up to its last checkpoint while it runs; null before its first checkpoint
 * @param eta estimated remaining time; null if unknown
 * @param lastCheckpointAt null before the first one
 */
public record Progress(
        Status state,
        @Nullable Long totalItems,
        long processedItems,
        long succeededItems,
        long failedItems,
        double percent,
        @Nullable Double itemsPerSecond,
        Duration elapsed,
        @Nullable Duration eta,
        @Nullable Instant lastCheckpointAt) {

    public static Progress of(Job job, Position committed, @Nullable Instant lastCheckpointAt, Elapsed elapsed) {
        return of(job, committed, committed.finished(), lastCheckpointAt, elapsed);
    }

    /** @param finished the finished items, which include the committed ones */
    public static Progress of(
            Job job, Position committed, Finished finished, @Nullable Instant lastCheckpointAt, Elapsed elapsed) {
        Double rate = itemsPerSecond(job, committed, elapsed);
        return new Progress(
                job.status(),
                job.totalItems(),
                finished.items(),
                finished.succeeded(),
                finished.failed(),
                percent(job.status(), finished.items(), job.totalItems()),
                rate,
                job.elapsed(elapsed.run()),
                eta(job, committed, rate),
                lastCheckpointAt);
    }

    /** Returns the percentage, rounded down to 0.1; below 100.0 unless COMPLETED, 0.0 if the total is unknown. */
    static double percent(Status state, long processed, @Nullable Long total) {
        if (state == Status.COMPLETED) {
            return 100.0;
        }
        if (total == null || total == 0) {
            return 0.0;
        }
        long tenths = (long) Math.floor((double) processed / total * 1000);
        return Math.max(0, Math.min(999, tenths)) / 10.0;
    }

    private static @Nullable Double itemsPerSecond(Job job, Position committed, Elapsed elapsed) {
        if (job.runs().isEmpty()) {
            return null;
        }
        Run run = job.runs().get(job.runs().size() - 1);
        Duration took =
                run.ending() == null ? elapsed.toCheckpoint() : run.ending().took();
        long items = committed.nextItem() - run.firstItem();
        double seconds = took == null ? 0 : took.toNanos() / 1e9;
        return items <= 0 || seconds <= 0 ? null : items / seconds;
    }

    private static @Nullable Duration eta(Job job, Position committed, @Nullable Double rate) {
        if (job.status() != Status.RUNNING || job.totalItems() == null || rate == null) {
            return null;
        }
        double seconds = Math.max(0, job.totalItems() - committed.nextItem()) / rate;
        return Duration.ofMillis((long) (seconds * 1000));
    }
}
