package org.checkpointrecovery.engine;

import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Retention;
import org.checkpointrecovery.storage.UploadedFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the jobs and files that have expired, oldest first, as requests would: each deletion is durable or has not happened,
 * and none holds up others. Looks at memory only, until something has expired.
 */
public final class RetentionSweep implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(RetentionSweep.class);
    private static final Duration PERIOD = Duration.ofSeconds(10);
    private static final long LONGEST_DELETION_SECONDS = 10;

    private final JobRegistry registry;
    private final JobVerbs verbs;
    private final Uploads uploads;
    private final Retention retention;
    private final Clock clock;
    private final LongAdder jobs = new LongAdder();
    private final LongAdder files = new LongAdder();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "retention");
        thread.setDaemon(true);
        return thread;
    });

    /** A deletion of something that has expired. */
    private interface Deletion {
        void delete() throws RefusedException, IOException;
    }

    RetentionSweep(JobRegistry registry, JobVerbs verbs, Uploads uploads, Retention retention, Clock clock) {
        this.registry = registry;
        this.verbs = verbs;
        this.uploads = uploads;
        this.retention = retention;
        this.clock = clock;
    }

    /** Begins to sweep. Call when all jobs are found. */
    @SuppressWarnings("FutureReturnValueIgnored") // it never ends
    void open() {
        timer.scheduleWithFixedDelay(this::sweepSafely, PERIOD.toSeconds(), PERIOD.toSeconds(), TimeUnit.SECONDS);
    }

    private void sweepSafely() {
        try {
            sweep();
        } catch (RuntimeException e) {
            log.error("Internal error while deleting what has expired. Retrying in 10 s. Please report this.", e);
        }
    }

    /** Deletes what has expired. Jobs come first, because they may need files. */
    void sweep() {
        List<Deletion> deletions = new ArrayList<>();
        for (JobId id : registry.expired(retention, clock.instant())) {
            deletions.add(() -> count(verbs.deleteExpired(id, retention), jobs));
        }
        delete(deletions);
        deletions.clear();
        for (UploadedFile file : uploads.expired()) {
            deletions.add(() -> count(uploads.deleteExpired(file), files));
        }
        delete(deletions);
    }

    private static void count(boolean deleted, LongAdder deletions) {
        if (deleted) {
            deletions.increment();
        }
    }

    private static void delete(List<Deletion> deletions) {
        int failed = 0;
        IOException last = null;
        for (Deletion deletion : deletions) {
            try {
                deletion.delete();
            } catch (RefusedException e) {
                log.debug("Not deleted: it is gone, or the service stops", e);
            } catch (IOException e) {
                failed++;
                last = e;
            }
        }
        if (last != null) {
            log.warn(
                    "Cannot delete {} of {} expired jobs or files: {}. Retrying in 10 s. Check the disk.",
                    failed,
                    deletions.size(),
                    last.toString());
        }
    }

    /** Returns the number of jobs deleted since the start. */
    public long jobs() {
        return jobs.sum();
    }

    /** Returns the number of files deleted since the start. */
    public long files() {
        return files.sum();
    }

    /** Stops. On return no deletion is in progress. */
    @Override
    public void close() {
        timer.shutdown();
        try {
            if (!timer.awaitTermination(LONGEST_DELETION_SECONDS, TimeUnit.SECONDS)) {
                log.warn("An expired job or file is still being deleted. The next start completes that.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
