package org.checkpointrecovery.rehearsal;

import java.io.IOException;
import java.time.Duration;
import org.checkpointrecovery.engine.RunEnd;
import org.checkpointrecovery.engine.RunListener;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Recovery;
import org.checkpointrecovery.job.Run;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a rehearsal where its run is, and reports a run that it ended as CRASHED. */
final class RehearsedListener implements RunListener {
    private static final Logger log = LoggerFactory.getLogger(RehearsedListener.class);

    private final RunListener listener;
    private final Rehearsal rehearsal;
    private final RehearsedDisk disk;
    private final Runnable over;

    /** @param over called when the run is over, before the listener knows it */
    RehearsedListener(RunListener listener, Rehearsal rehearsal, RehearsedDisk disk, Runnable over) {
        this.listener = listener;
        this.rehearsal = rehearsal;
        this.disk = disk;
        this.over = over;
    }

    @Override
    public void opening(JobId job) throws IOException {
        listener.opening(job);
    }

    @Override
    public boolean starting(JobId job, Recovery from, Position committed) throws IOException {
        rehearsal.begin(committed);
        return listener.starting(job, from, committed);
    }

    @Override
    public void counted(JobId job, long totalItems) {
        listener.counted(job, totalItems);
    }

    @Override
    public void processed(JobId job, long items, Duration took) {
        listener.processed(job, items, took);
    }

    @Override
    public void finished(JobId job, long succeeded, long failed) {
        listener.finished(job, succeeded, failed);
    }

    @Override
    public void waiting(JobId job, @Nullable String what) {
        listener.waiting(job, what);
    }

    @Override
    public void committed(JobId job, Checkpoint checkpoint, Duration took) {
        rehearsal.committed(checkpoint.position());
        listener.committed(job, checkpoint, took);
        CrashOrder order = rehearsal.hitting(checkpoint.position().nextItem());
        if (order != null && order.point() == CrashPoint.CORRUPT_CHECKPOINT) {
            corrupt(job);
        }
    }

    private void corrupt(JobId job) {
        try {
            disk.corruptCheckpoint();
            rehearsal.strikeNow();
        } catch (IOException e) {
            log.warn("Job {}: cannot rehearse a corrupt checkpoint: {}", job, e.toString());
        }
    }

    @Override
    public void ended(JobId job, RunEnd end) {
        over.run();
        if (rehearsal.isDue() && end.end() != Run.End.FAILED && end.end() != Run.End.CANCELLED) {
            rehearsal.strike(); // it was ordered after the last batch
        }
        boolean crashed = rehearsal.hasStruck() || end.end() == Run.End.CRASHED;
        Position committed = end.last() == null ? end.committed() : rehearsal.committed();
        listener.ended(job, crashed ? new RunEnd(Run.End.CRASHED, rehearsal.reason(committed), committed) : end);
    }
}
