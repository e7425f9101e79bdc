package org.checkpointrecovery.engine;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.checkpointrecovery.storage.JobIndex;
import org.checkpointrecovery.storage.JobStore;
import org.checkpointrecovery.storage.SettledJob;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the index of the settled jobs: when the service stops, and in the background whenever many jobs have settled since,
 * in proportion to those there are. So a start after a kill reads a part of the records, and each job costs a bounded number
 * of written lines.
 */
final class SettledIndex implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(SettledIndex.class);
    private static final int FEWEST_NEW = 1000;
    private static final int PART_NEW = 8;
    private static final int READ_AHEAD = 51;
    private static final long PAUSE_MILLIS = 1000;

    private final JobRegistry registry;
    private final JobStore jobs;
    private final Thread writer = new Thread(this::writeWhenDue, "job-index");
    private long written; // guarded by this; the jobs that had settled when the index was written
    private boolean closed; // guarded by this

    SettledIndex(JobRegistry registry, JobStore jobs) {
        this.registry = registry;
        this.jobs = jobs;
        writer.setDaemon(true);
    }

    /** Starts to watch. Call when all jobs are found. */
    void open() {
        if (registry.size() >= FEWEST_NEW) {
            readAhead();
        }
        writer.start();
    }

    /** Reads the jobs that a client sees first: the first records take longest, until their code is loaded. */
    private void readAhead() {
        try {
            registry.newest(READ_AHEAD);
        } catch (IOException e) {
            log.debug("Cannot read the newest jobs", e); // a client that asks for them learns why
        }
    }

    private synchronized void writeWhenDue() {
        try {
            while (!closed) {
                if (registry.settled() - written >= Math.max(FEWEST_NEW, registry.size() / PART_NEW)) {
                    write();
                }
                wait(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void write() {
        long settled = registry.settled();
        try (JobIndex.Writer index = jobs.index().write()) {
            int lines = 0;
            for (JobSlot slot : registry.slots()) {
                SettledJob job = slot.settled(this::stamp);
                if (job != null) {
                    index.add(job);
                    lines++;
                }
            }
            index.finish();
            log.debug("Wrote the index of {} settled jobs", lines);
        } catch (IOException | UncheckedIOException e) {
            log.warn(
                    "Cannot write the index of the settled jobs: {}. The next start reads their records.",
                    e.toString());
        }
        written = settled;
    }

    private long stamp(JobSlot slot) {
        try {
            return jobs.isTidy(slot.id(), slot.status()) ? jobs.stamp(slot.id()) : 0;
        } catch (IOException e) {
            return 0; // the start reads its record, and says what is wrong
        }
    }

    /** Writes the index, if jobs have settled since the last time. Call when no job runs any more. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
            if (writer.isAlive() && registry.settled() > written) {
                write();
            }
        }
    }
}
