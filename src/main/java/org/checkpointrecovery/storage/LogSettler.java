package org.checkpointrecovery.storage;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles the {@link JobLog} in the background: when a segment is full, and when nothing has changed for a while.
 * Thread-safe.
 */
final class LogSettler {
    private static final Logger log = LoggerFactory.getLogger(LogSettler.class);
    private static final Duration IDLE = Duration.ofSeconds(10);

    /** At most as many jobs are settled before a stop; the next start reads the log of more. */
    private static final int JOBS_AT_STOP = 1000;

    private final JobLog changes;
    private final JobLog.Settling by;
    private @Nullable Thread thread; // guarded by this, as all below
    private boolean closed;
    private boolean changed;
    private boolean failed; // whether the last attempt did
    private long changedNanos = System.nanoTime(); // when it changed or failed

    LogSettler(JobLog changes, JobLog.Settling by) {
        this.changes = changes;
        this.by = by;
    }

    synchronized void start() {
        Thread started = new Thread(this::run, "job-log");
        started.setDaemon(true);
        thread = started;
        started.start();
    }

    /** Notes that the log has another entry. */
    synchronized void changed() {
        changed = true;
        changedNanos = System.nanoTime();
        if (changes.hasFullSegment()) {
            notifyAll();
        }
    }

    private void run() {
        try {
            while (awaitWork()) {
                settled(settle());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean settle() {
        try {
            changes.settle(by);
            return true;
        } catch (IOException e) {
            log.warn(
                    "Cannot force what the log of jobs describes: {}. Retrying in 10 s. Check the disk.", e.toString());
            return false;
        }
    }

    /** Notes how settling ended. */
    private synchronized void settled(boolean done) {
        failed = !done;
        if (failed) {
            changedNanos = System.nanoTime();
        }
    }

    /** Waits until there is a segment to settle. Returns false when closed. */
    private synchronized boolean awaitWork() throws InterruptedException {
        while (!closed) {
            long left = IDLE.toNanos() - (System.nanoTime() - changedNanos);
            if (changes.hasFullSegment() && (!failed || left <= 0)) {
                return true;
            }
            if (changed && left <= 0) {
                changed = false;
                endSegment();
            } else {
                wait((left > 0 ? left : IDLE.toNanos()) / 1_000_000 + 1);
            }
        }
        return false;
    }

    private void endSegment() {
        try {
            changes.endSegment();
        } catch (IOException e) {
            log.warn("Cannot end a segment of the log of jobs: {}", e.toString());
        }
    }

    /** Ends the thread. Settles all entries, unless they are many. */
    void close() {
        Thread running;
        synchronized (this) {
            closed = true;
            notifyAll();
            running = thread;
        }
        try {
            if (running != null) {
                running.join();
            }
            if (changes.isOpen() && changes.jobs() <= JOBS_AT_STOP) {
                endSegment();
                changes.settle(by);
            }
        } catch (IOException e) {
            log.warn("Cannot force what the log of jobs describes: {}. The next start reads the log.", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            changes.close();
        }
    }
}
