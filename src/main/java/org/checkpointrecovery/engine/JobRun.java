package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.DescriptorShortage;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobState;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Progress;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Recovery;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.DiskFullException;
import org.checkpointrecovery.storage.JobStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies the reports of one run to its job, first on disk, then in memory. */
final class JobRun implements RunListener {
    private static final Logger log = LoggerFactory.getLogger(JobRun.class);

    private final JobEntry entry;
    private final JobStore jobs;
    private final Engines engines;
    private final Clock clock;
    private final Runnable leftQueue;
    private final Runnable startLater;
    private final WaitLog waits;
    private boolean inQueue = true; // guarded by the entry
    private boolean countUnsaved; // guarded by the entry

    /**
     * @param leftQueue called when the job leaves the queue
     * @param startLater called when the job is QUEUED again but must wait before it is queued
     */
    JobRun(JobEntry entry, JobStore jobs, Engines engines, Clock clock, Runnable leftQueue, Runnable startLater) {
        this.entry = entry;
        this.jobs = jobs;
        this.engines = engines;
        this.clock = clock;
        this.leftQueue = leftQueue;
        this.startLater = startLater;
        this.waits = new WaitLog(clock);
    }

    /** Notes that the job no longer waits for a worker. Call before that is visible. The caller holds the entry. */
    void leaveQueue() {
        if (inQueue) {
            inQueue = false;
            leftQueue.run();
        }
    }

    @Override
    public void opening(JobId job) throws IOException {
        synchronized (entry) {
            if (entry.isRun(this)) {
                leaveQueue();
                jobs.makeDirectory(job);
            }
        }
    }

    @Override
    public boolean starting(JobId job, Recovery from, Position committed) throws IOException {
        synchronized (entry) {
            if (!entry.isRun(this) || entry.status() != Status.QUEUED) {
                return false;
            }
            entry.measureRun();
            entry.change(entry.job().beginRun(from, clock.instant()));
            entry.showBegin(committed);
        }
        return true;
    }

    @Override
    public void counted(JobId job, long totalItems) {
        synchronized (entry) {
            if (!entry.isDeleted() && entry.job().totalItems() == null) {
                entry.showCounted(totalItems);
                countUnsaved = true;
                if (!entry.isRun(this)) {
                    saveCount(-1); // the run has ended, so no commit follows
                }
            }
        }
    }

    /** Saves the number of items, unless the end of the run, after the last item, is about to save it. */
    private void saveCount(long committedItems) {
        synchronized (entry) {
            Long totalItems = entry.job().totalItems();
            if (!countUnsaved || entry.isDeleted() || totalItems == null || committedItems >= totalItems) {
                return;
            }
            countUnsaved = false;
            try {
                entry.change(entry.job());
            } catch (IOException e) {
                entry.showUnsaved(entry.job(), e);
            }
        }
    }

    @Override
    public void processed(JobId job, long items, Duration took) {
        entry.showProcessed(items, took);
    }

    @Override
    public void finished(JobId job, long succeeded, long failed) {
        entry.showFinished(new Finished(succeeded, failed));
    }

    @Override
    public void waiting(JobId job, @Nullable String what) {
        synchronized (entry) {
            if (!entry.isRun(this)) {
                return;
            }
            entry.showWaiting(what);
            if (what != null && waits.isDue()) {
                log.warn("Job {}: waiting for {}", job, what);
            }
        }
    }

    @Override
    public void committed(JobId job, Checkpoint checkpoint, Duration took) {
        entry.showCommitted(checkpoint, took);
        saveCount(checkpoint.position().nextItem());
        if (log.isDebugEnabled()) {
            Progress progress = entry.view().progress();
            log.debug("Job {}: {} %, checkpoint at item {}", job, progress.percent(), progress.processedItems());
        }
    }

    @Override
    public void ended(JobId id, RunEnd end) {
        synchronized (entry) {
            if (!entry.isRun(this)) {
                return;
            }
            entry.setRun(null);
            leaveQueue();
            RunEnd how = end.last() != null && entry.status() == Status.CANCELLING
                    ? new RunEnd(Run.End.CANCELLED, null, entry.committed()) // too late for the last commit
                    : end;
            RunEnd known = how.waits() && entry.status() == Status.QUEUED ? how : save(id, how);
            if (known.waits() && entry.status() == Status.QUEUED) {
                entry.showNotice(known.reason());
                startLater.run();
            }
        }
    }

    /**
     * Changes the job to its next state. Returns how the run ended, which differs from {@code end} if COMPLETED could
     * not be saved.
     */
    private RunEnd save(JobId id, RunEnd end) {
        Job job = next(entry.job(), end);
        try {
            entry.change(job, end.last(), () -> {
                if (job.status() == Status.COMPLETED) {
                    removeCheckpoint(job);
                } else {
                    engines.release(job, entry.committed(), jobs.files(id));
                }
            });
            return end;
        } catch (IOException e) {
            RunEnd known = job.status() == Status.COMPLETED ? incomplete(end, entry.committed(), e) : end;
            Job unsaved = known.equals(end) ? job : next(entry.job(), known);
            engines.release(unsaved, entry.committed(), jobs.files(id));
            entry.showUnsaved(unsaved, e);
            return known;
        }
    }

    private void removeCheckpoint(Job job) {
        try {
            engines.removeCheckpoint(job, jobs);
        } catch (IOException e) {
            log.warn("Job {}: cannot delete its checkpoint: {}. The next start deletes it.", job.id(), e.toString());
        }
    }

    private Job next(Job job, RunEnd end) {
        Instant lastCheckpointAt = end.last() == null
                ? entry.view().lastCheckpointAt()
                : end.last().checkpoint().savedAt();
        JobState state = stateAfter(job.status(), end, lastCheckpointAt);
        Run.End how = state.status() == Status.CANCELLED ? Run.End.CANCELLED : end.end();
        Job ended = job.endRun(
                how, end.reason(), state, end.committed().nextItem(), clock.instant(), entry.sinceRunBegan());
        return state.status() == Status.COMPLETED
                ? ended.counted(end.committed().nextItem())
                : ended;
    }

    private static JobState stateAfter(Status status, RunEnd end, @Nullable Instant lastCheckpointAt) {
        if (status == Status.CANCELLING) {
            return new JobState.Cancelled();
        }
        return switch (end.end()) {
            case COMPLETED -> new JobState.Completed(end.committed(), lastCheckpointAt);
            case FAILED -> new JobState.Failed(requireNonNull(end.reason()));
            case CRASHED -> new JobState.Crashed(requireNonNull(end.reason()));
            case PAUSED -> new JobState.Paused(end.reason());
            case CANCELLED -> new JobState.Cancelled();
            case STOPPED -> status == Status.PAUSING ? new JobState.Paused(null) : new JobState.Queued();
        };
    }

    /** Returns the end of a run whose completion could not be made durable. */
    private static RunEnd incomplete(RunEnd end, Position committed, IOException cause) {
        if (DescriptorShortage.isCauseOf(cause)) {
            return new RunEnd(Run.End.STOPPED, DescriptorShortage.reason(), committed);
        }
        Reason reason = new Reason(
                cause instanceof DiskFullException ? ErrorCode.DISK_FULL : ErrorCode.IO_ERROR,
                (end.last() == null ? "All items are committed" : "All items are processed")
                        + ", but the state COMPLETED could not be saved: " + cause.getMessage()
                        + ". Results up to item " + committed.nextItem()
                        + " are safe. Free up or repair the disk and resume.");
        return new RunEnd(Run.End.FAILED, reason, committed);
    }
}
