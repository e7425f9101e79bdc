package org.checkpointrecovery.storage;

import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works off the {@link JobLog} in the background. Writes the jobs' files when nothing has changed for a moment, or after
 * some seconds. Settles the log when several segments are full, and when nothing has changed for some seconds. Thread-safe.
 */
final class LogSettler {
    private static final Logger log = LoggerFactory.getLogger(LogSettler.class);
    private static final Duration QUIET = Duration.ofMillis(20);
    private static final Duration IDLE = Duration.ofSeconds(10);
    /** A file waits at most as long while other jobs change all the time. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    /** Full segments from which they are settled at once: while fewer change, work of the clients comes first. */
    private static final int MANY_SEGMENTS = 6;
    /** Full segments from which submissions wait until one is settled, so that a start reads a bounded log. */
    private static final int MOST_SEGMENTS = 12;
    /** At most as many jobs are settled before a stop; the next start reads the log of more. */
    private static final int JOBS_AT_STOP = 1000;

    private final JobLog changes;
    private final Writing writing;
    private final JobLog.Settling settling;
    private @Nullable Thread thread; // guarded by this, as all below
    private boolean closed;
    private boolean changed; // since the newest segment began
    private boolean unwritten; // whether files may wait to be written
    private boolean failed; // whether the last attempt did
    private long changedNanos = System.nanoTime(); // when it changed or failed
    private long unwrittenNanos; // when the first of these files began to wait, or failed
    private boolean overdue; // whether those that are being written are written whatever clients do
    private long waitedSinceNanos; // when the first of those began to wait

    /** Writes the files that are not written yet. */
    interface Writing {
        /**
         * @param goOn asked before each job
         * @return whether all are written
         */
        boolean write(BooleanSupplier goOn) throws IOException;
    }

    private enum Work {
        WRITE,
        SETTLE,
        STOP
    }

    LogSettler(JobLog changes, Writing writing, JobLog.Settling settling) {
        this.changes = changes;
        this.writing = writing;
        this.settling = settling;
    }

    synchronized void start() {
        Thread started = new Thread(this::run, "job-log");
        started.setDaemon(true);
        thread = started;
        unwritten = true; // perhaps of what the log had at the start
        unwrittenNanos = System.nanoTime();
        started.start();
    }

    /** Notes that the log has another entry. */
    synchronized void changed() {
        changed = true;
        changedNanos = System.nanoTime();
        if (!unwritten) {
            unwritten = true;
            unwrittenNanos = changedNanos;
            notifyAll();
        } else if (changes.fullSegments() >= MANY_SEGMENTS) {
            notifyAll();
        }
    }

    /** Waits while the log is long, unless it cannot be settled. */
    synchronized void awaitRoom() {
        boolean interrupted = false;
        while (thread != null && !closed && !failed && changes.fullSegments() > MOST_SEGMENTS) {
            try {
                wait(QUIET.toMillis());
            } catch (InterruptedException e) {
                interrupted = true; // a stop closes this
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            for (Work work = await(); work != Work.STOP; work = await()) {
                ended(work == Work.WRITE ? write() : settle());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean write() {
        try {
            if (!writing.write(this::mayWrite)) {
                waitOn();
            }
            return true;
        } catch (IOException e) {
            log.warn("Cannot write what the log of jobs has: {}. Retrying in 10 s. Check the disk.", e.toString());
            return false;
        }
    }

    /** Whether no client changes jobs, or files have waited too long. */
    private synchronized boolean mayWrite() {
        return !closed && (overdue || quietLeft(System.nanoTime()) <= 0);
    }

    private long quietLeft(long now) {
        return QUIET.toNanos() - (now - changedNanos);
    }

    /** Returns the nanoseconds until files that have waited too long are written; after a failure, until the next attempt. */
    private long waitLeft(long now) {
        return (failed ? IDLE : LONGEST_WAIT).toNanos() - (now - unwrittenNanos);
    }

    /** Notes that files still wait that waited before the attempt to write them. */
    private synchronized void waitOn() {
        unwritten = true;
        unwrittenNanos = waitedSinceNanos;
    }

    private boolean settle() {
        try {
            changes.settle(settling);
            return true;
        } catch (IOException e) {
            log.warn(
                    "Cannot force what the log of jobs describes: {}. Retrying in 10 s. Check the disk.", e.toString());
            return false;
        }
    }

    /** Notes how an attempt ended. */
    private synchronized void ended(boolean done) {
        failed = !done;
        if (failed) {
            changedNanos = System.nanoTime();
            unwritten = true;
            unwrittenNanos = changedNanos;
        }
        notifyAll();
    }

    /** Waits until there is something to do. */
    private synchronized Work await() throws InterruptedException {
        while (!closed) {
            long now = System.nanoTime();
            long idleLeft = IDLE.toNanos() - (now - changedNanos);
            int full = changes.fullSegments();
            if ((full > 0 && idleLeft <= 0) || (full >= MANY_SEGMENTS && !failed)) {
                return Work.SETTLE;
            }
            long writeLeft = Long.MAX_VALUE;
            if (unwritten) {
                writeLeft = failed ? waitLeft(now) : Math.min(waitLeft(now), quietLeft(now));
            }
            if (writeLeft <= 0) {
                overdue = waitLeft(now) <= 0;
                waitedSinceNanos = unwrittenNanos;
                unwritten = false;
                return Work.WRITE;
            }
            if (changed && idleLeft <= 0) {
                changed = false;
                endSegment();
            } else {
                wait(Math.min(idleLeft > 0 ? idleLeft : IDLE.toNanos(), writeLeft) / 1_000_000 + 1);
            }
        }
        return Work.STOP;
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
                changes.settle(settling);
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
