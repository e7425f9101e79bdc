package org.checkpointrecovery.engine;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.DescriptorShortage;
import org.checkpointrecovery.job.Elapsed;
import org.checkpointrecovery.job.Ends;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobState;
import org.checkpointrecovery.job.Outcome;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.JobStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One job in memory. Its record is on disk before anyone sees it here. Whoever changes the job holds the entry's monitor;
 * reading needs none.
 */
final class JobEntry {
    private static final Logger log = LoggerFactory.getLogger(JobEntry.class);

    private final JobStore store;
    private final JobWatcher watcher;
    private volatile Snapshot snapshot; // written under this
    private volatile long runBegan = System.nanoTime(); // written under this
    private @Nullable JobRun run; // guarded by this
    private boolean deleted; // guarded by this
    private boolean unsaved; // guarded by this; whether the state is not the one on disk
    private @Nullable Callbacks callbacks; // guarded by this; null until they are to be made
    private boolean delivering; // guarded by this
    private int waits; // guarded by this; since the last commit

    /**
     * @param beyond what a cluster has finished with what is committed; null if it is not known to be more
     * @param notice what someone should know of the job beyond its state; never on disk
     * @param toCheckpoint from the beginning of the run under way to its last checkpoint; null before the first one
     */
    private record Snapshot(
            Job job,
            Position committed,
            @Nullable Finished beyond,
            @Nullable Instant lastCheckpointAt,
            @Nullable Reason notice,
            @Nullable Duration toCheckpoint) {
        Snapshot with(Job next) {
            return new Snapshot(next, committed, beyond, lastCheckpointAt, notice, toCheckpoint);
        }

        Snapshot with(Position newCommitted, @Nullable Instant savedAt, @Nullable Duration newToCheckpoint) {
            return new Snapshot(job, newCommitted, beyond, savedAt, notice, newToCheckpoint);
        }

        Snapshot with(Finished newBeyond) {
            return new Snapshot(job, committed, newBeyond, lastCheckpointAt, notice, toCheckpoint);
        }

        Snapshot with(@Nullable Reason newNotice) {
            return new Snapshot(job, committed, beyond, lastCheckpointAt, newNotice, toCheckpoint);
        }

        /** What is finished never becomes less while the cluster's ranges are there. */
        Finished finished() {
            return beyond == null || beyond.items() <= committed.nextItem() || job.status() == Status.COMPLETED
                    ? committed.finished()
                    : beyond;
        }
    }

    JobEntry(JobStore store, JobWatcher watcher, Job job, Position committed, @Nullable Instant lastCheckpointAt) {
        this.store = store;
        this.watcher = watcher;
        this.snapshot = new Snapshot(job, committed, null, lastCheckpointAt, null, null);
    }

    Job job() {
        return snapshot.job;
    }

    Status status() {
        return snapshot.job.status();
    }

    Position committed() {
        return snapshot.committed;
    }

    JobView view() {
        Snapshot now = snapshot;
        return new JobView(
                now.job,
                now.committed,
                now.finished(),
                now.lastCheckpointAt,
                now.notice,
                new Elapsed(sinceRunBegan(), now.toCheckpoint));
    }

    /** How long the latest run has taken, if it is under way. The time of day may jump; this clock never does. */
    Duration sinceRunBegan() {
        return Duration.ofNanos(System.nanoTime() - runBegan);
    }

    /** Begins to measure a run. To be called before anyone can see that. */
    synchronized void measureRun() {
        runBegan = System.nanoTime();
        snapshot = snapshot.with(snapshot.committed, snapshot.lastCheckpointAt, null);
    }

    /** Brings the job into another state, on disk first. After an exception nothing has changed. */
    void change(Job next) throws IOException {
        change(next, () -> {});
    }

    /** Does the same, with something to be done between: when it is on disk, and before anyone sees it. */
    synchronized void change(Job next, Runnable between) throws IOException {
        boolean newOnDisk = unsaved || next.status() != status();
        Job saved = newOnDisk ? next.withPendingEnd(snapshot.committed, snapshot.lastCheckpointAt) : next;
        try {
            store.save(saved);
        } catch (IOException e) {
            putBack(e);
            throw e;
        }
        between.run();
        unsaved = false;
        show(saved);
        deliverNext();
    }

    /**
     * Writes the record that is shown again: a failed save may have replaced it, and the next start would find a job that was
     * changed by a request that failed.
     */
    private void putBack(IOException cause) {
        try {
            store.save(job());
            unsaved = false;
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * Shows a job that could not be made durable as it is, and says so in the log. The next start finds the state before,
     * and goes on from there.
     */
    synchronized void showUnsaved(Job next, IOException cause) {
        log.error(
                "Job {}: cannot persist state {}: {}. Showing it from memory. Free up or repair the disk; until then, "
                        + "a restart finds the job as {}.",
                next.id(),
                next.status(),
                cause.toString(),
                status());
        unsaved = unsaved || next.status() != status();
        show(next);
    }

    /** Tells each end that the job comes to from now on, and those that it has come to and that were not told. */
    synchronized void callBack(Callbacks through) {
        callbacks = through;
        deliverNext();
    }

    /** One after the other, so that no receiver takes an older end for the newest. */
    private synchronized void deliverNext() {
        List<Ends.PendingEnd> pending = job().ends().pending();
        if (callbacks == null || delivering || pending.isEmpty()) {
            return;
        }
        delivering = true;
        Ends.PendingEnd end = pending.get(0);
        JobView then = new JobView(job().at(end), end.committed(), end.lastCheckpointAt());
        callbacks.deliver(end.number(), then, () -> settle(end.number()));
    }

    /** Keeps an end from being told again. */
    private synchronized void settle(int number) {
        delivering = false;
        if (deleted) {
            return;
        }
        Job settled = job().withSettledEnd(number);
        if (!unsaved) { // else the next state is written with it
            try {
                store.save(settled);
            } catch (IOException e) {
                log.warn(
                        "Job {}: cannot record that its callback was delivered: {}. The next start may send it again.",
                        settled.id(),
                        e.toString());
            }
        }
        show(settled);
        deliverNext();
    }

    private void show(Job next) {
        Status before = status();
        boolean waitIsOver =
                snapshot.notice != null && DescriptorShortage.is(snapshot.notice) && before != next.status();
        snapshot = snapshot.with(next).with(waitIsOver ? (Reason) null : snapshot.notice);
        if (before != next.status()) {
            log.info(
                    "Job {}: {} -> {} at item {}{}",
                    next.id(),
                    before,
                    next.status(),
                    snapshot.committed.nextItem(),
                    remark(next.state()));
        }
        watcher.changed(before, view());
    }

    private static String remark(JobState state) {
        if (state instanceof JobState.Completed completed) {
            Outcome outcome = Outcome.of(completed.end());
            return outcome == Outcome.SUCCEEDED
                    ? ""
                    : " (" + outcome + ", " + completed.end().failed() + " failed)";
        }
        return state.reason() == null ? "" : " (" + state.reason().code() + ")";
    }

    /** Shows how far the job is committed, where a run begins. */
    synchronized void showBegin(Position committed) {
        snapshot = snapshot.with(committed, snapshot.lastCheckpointAt, null).with((Reason) null);
        watcher.changed(status(), view());
    }

    synchronized void showCommitted(Checkpoint checkpoint, Duration took) {
        Position before = committed();
        snapshot = snapshot.with(checkpoint.position(), checkpoint.savedAt(), checkpoint.took());
        waits = 0;
        watcher.committed(view(), before, took);
    }

    /** Shows what is finished with what is committed, if that is more than is known. */
    synchronized void showFinished(Finished finished) {
        if (finished.items() > snapshot.finished().items()) {
            snapshot = snapshot.with(finished);
            watcher.changed(status(), view());
        }
    }

    void showProcessed(long items, Duration took) {
        watcher.processed(view(), items, took);
    }

    /** Shows what someone should know of the job, as long as its state says nothing else; null if that has passed. */
    synchronized void showNotice(@Nullable Reason notice) {
        if (!Objects.equals(notice, snapshot.notice)) {
            snapshot = snapshot.with(notice);
            watcher.changed(status(), view());
        }
    }

    /** What someone should know of the job beyond its state. */
    Optional<Reason> notice() {
        return Optional.ofNullable(snapshot.notice);
    }

    /** Counts that the job has to wait, and tells how often it had to since its last commit. */
    synchronized int countWait() {
        return waits++;
    }

    /** Whether the job is in line or runs. */
    synchronized boolean hasRun() {
        return run != null;
    }

    /** Whether {@code candidate} is the run that this job waits for or is in: an older order has no say any more. */
    synchronized boolean isRun(JobRun candidate) {
        return run == candidate;
    }

    synchronized void setRun(@Nullable JobRun next) {
        run = next;
    }

    /** Takes the job out of the line, and gives up the run that it waited for. */
    synchronized void leaveLine() {
        if (run != null) {
            run.leaveLine();
            run = null;
        }
    }

    synchronized void markDeleted() {
        deleted = true;
        watcher.deleted(job().id());
    }

    synchronized boolean isDeleted() {
        return deleted;
    }
}
