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
 * One job in memory. Its record is on disk before it is visible here. Changes need the entry's monitor; reads do not.
 */
final class JobEntry {
    private static final Logger log = LoggerFactory.getLogger(JobEntry.class);

    private final JobStore store;
    private final JobWatcher watcher;
    private volatile Snapshot snapshot; // written under this
    private volatile long runStartedNanos = System.nanoTime(); // written under this
    private @Nullable JobRun run; // guarded by this
    private boolean deleted; // guarded by this
    private boolean unsaved; // guarded by this; whether the state is not the one on disk
    private @Nullable Callbacks callbacks; // guarded by this; null until callbacks are enabled
    private boolean delivering; // guarded by this
    private int waits; // guarded by this; since the last commit
    private boolean differs; // guarded by this; whether the record on disk may not be the visible one
    private @Nullable Keeper keeper; // guarded by this; null until the registry has the entry

    /** Keeps entries in memory. Called under the entry's monitor. */
    interface Keeper {
        /** @param atRest whether the entry can be dropped, because loading the record gives the same again */
        void keep(JobEntry entry, boolean atRest);
    }

    /**
     * @param reported committed items and those finished beyond the checkpoint, as the engine last reported them; null if it
     *     never did
     * @param toCheckpoint from the start of the current run to its last checkpoint; null before the first one
     */
    private record Snapshot(
            Job job,
            Position committed,
            @Nullable Finished reported,
            @Nullable Instant lastCheckpointAt,
            JobView.Remarks remarks,
            @Nullable Duration toCheckpoint) {
        Snapshot with(Job next) {
            return new Snapshot(next, committed, reported, lastCheckpointAt, remarks, toCheckpoint);
        }

        Snapshot with(Position newCommitted, @Nullable Instant savedAt, @Nullable Duration newToCheckpoint) {
            return new Snapshot(job, newCommitted, reported, savedAt, remarks, newToCheckpoint);
        }

        Snapshot with(Finished newlyReported) {
            return new Snapshot(job, committed, newlyReported, lastCheckpointAt, remarks, toCheckpoint);
        }

        Snapshot with(@Nullable Reason newNotice) {
            return with(new JobView.Remarks(newNotice, remarks.waitingFor()));
        }

        Snapshot with(JobView.Remarks others) {
            return new Snapshot(job, committed, reported, lastCheckpointAt, others, toCheckpoint);
        }

        @Nullable
        Reason notice() {
            return remarks.notice();
        }

        /** Returns the finished items. Never decreases while the engine keeps what it finished. */
        Finished finished() {
            return reported == null || reported.items() <= committed.nextItem() || job.status() == Status.COMPLETED
                    ? committed.finished()
                    : reported;
        }
    }

    JobEntry(
            JobStore store,
            JobWatcher watcher,
            Job job,
            Position committed,
            @Nullable Finished reported,
            @Nullable Instant lastCheckpointAt) {
        this.store = store;
        this.watcher = watcher;
        this.snapshot = new Snapshot(job, committed, reported, lastCheckpointAt, JobView.Remarks.NONE, null);
    }

    /** Lets the registry keep the entry as long as needed, from now on. Returns whether the job is at rest. */
    synchronized boolean keptBy(Keeper by) {
        keeper = by;
        return isAtRest();
    }

    /**
     * Whether the job has ended and everything about it is on disk: there is no run, no callback to deliver, no state that
     * could not be saved, no notice, and no finished item beyond the checkpoint.
     */
    synchronized boolean isAtRest() {
        return hasSettled()
                && job().spec() != null
                && !differs
                && snapshot.notice() == null
                && snapshot.finished().equals(committed().finished()); // loading might find fewer
    }

    /** Whether the job has ended, that is on disk, and nobody is still to be told. */
    synchronized boolean hasSettled() {
        Job job = job();
        return job.status().isEnd() && job.ends().pending().isEmpty() && run == null && !delivering && !unsaved;
    }

    private void keep() {
        if (keeper != null && !deleted) {
            keeper.keep(this, isAtRest());
        }
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
                now.remarks,
                new Elapsed(sinceRunBegan(), now.toCheckpoint));
    }

    /** Returns the duration of the current run. Uses a monotonic clock, because the time of day may jump. */
    Duration sinceRunBegan() {
        return Duration.ofNanos(System.nanoTime() - runStartedNanos);
    }

    /** Starts measuring a run. Call before the run becomes visible. */
    synchronized void measureRun() {
        runStartedNanos = System.nanoTime();
        snapshot = snapshot.with(snapshot.committed, snapshot.lastCheckpointAt, null);
    }

    /** Changes the state of the job, on disk first. After an exception nothing has changed. */
    void change(Job next) throws IOException {
        change(next, null, () -> {});
    }

    /**
     * Does the same, and runs an action after the change is on disk and before it is visible.
     *
     * @param last a commit that the change makes durable, and that is shown before it; null if there is none
     */
    synchronized void change(Job next, RunEnd.@Nullable LastCommit last, Runnable between) throws IOException {
        boolean newOnDisk = unsaved || next.status() != status();
        Position position =
                last == null ? snapshot.committed : last.checkpoint().position();
        Instant savedAt =
                last == null ? snapshot.lastCheckpointAt : last.checkpoint().savedAt();
        Job saved = newOnDisk ? next.withPendingEnd(position, savedAt) : next;
        try {
            store.save(saved);
        } catch (IOException e) {
            putBack(e);
            throw e;
        }
        if (last != null) {
            showCommitted(last.checkpoint(), last.took());
        }
        between.run();
        unsaved = false;
        differs = false;
        show(saved);
        deliverNext();
        keep();
    }

    /**
     * Writes the visible record again. A failed save may have replaced it, and the next start would find the change of
     * a failed request.
     */
    private void putBack(IOException cause) {
        try {
            store.save(job());
            unsaved = false;
            differs = false;
        } catch (IOException e) {
            differs = true;
            cause.addSuppressed(e);
        }
        keep();
    }

    /**
     * Shows a state that could not be made durable, and logs that. The next start continues from the previous state.
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
        differs = true;
        show(next);
        keep();
    }

    /** Shows the number of items. The next change saves it; until then, a restart counts them again. */
    synchronized void showCounted(long totalItems) {
        differs = true;
        show(job().counted(totalItems));
    }

    /** Enables callbacks: reports all pending ends, and each end from now on. */
    synchronized void callBack(Callbacks through) {
        callbacks = through;
        deliverNext();
        keep();
    }

    /** Reports one end at a time, so that no receiver takes an older end for the newest. */
    private synchronized void deliverNext() {
        List<Ends.PendingEnd> pending = job().ends().pending();
        if (callbacks == null || delivering || pending.isEmpty()) {
            return;
        }
        delivering = true;
        Ends.PendingEnd end = pending.get(0);
        JobView then = new JobView(job().at(end), end.committed(), end.lastCheckpointAt());
        callbacks.deliver(end.number(), then, delivered -> {
            watcher.calledBack(delivered);
            settle(end.number());
        });
    }

    /** Marks an end as reported. */
    private synchronized void settle(int number) {
        delivering = false;
        if (deleted) {
            return;
        }
        Job settled = job().withSettledEnd(number);
        if (!unsaved) { // otherwise the next save includes it
            try {
                store.save(settled);
            } catch (IOException e) {
                differs = true;
                log.warn(
                        "Job {}: cannot record that its callback was delivered: {}. The next start may send it again.",
                        settled.id(),
                        e.toString());
            }
        }
        show(settled);
        deliverNext();
        keep();
    }

    private void show(Job next) {
        Status before = status();
        Reason notice = snapshot.notice();
        boolean waitIsOver = notice != null && DescriptorShortage.is(notice) && before != next.status();
        snapshot = snapshot.with(next)
                .with(new JobView.Remarks(
                        waitIsOver ? null : notice, next.status().isActive() ? snapshot.remarks.waitingFor() : null));
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

    /** Shows the committed position at the start of a run. */
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

    /** Shows the finished items, if they are more than before. */
    synchronized void showFinished(Finished finished) {
        if (finished.items() > snapshot.finished().items()) {
            snapshot = snapshot.with(finished);
            watcher.changed(status(), view());
        }
    }

    void showProcessed(long items, Duration took) {
        watcher.processed(view(), items, took);
    }

    /** Sets or clears the notice, which is shown unless the state has a reason of its own. */
    synchronized void showNotice(@Nullable Reason notice) {
        if (!Objects.equals(notice, snapshot.notice())) {
            snapshot = snapshot.with(notice);
            watcher.changed(status(), view());
            keep();
        }
    }

    /** Shows what the run waits for outside the service; null if it does not wait. */
    synchronized void showWaiting(@Nullable String what) {
        if (!Objects.equals(what, snapshot.remarks.waitingFor())) {
            snapshot = snapshot.with(new JobView.Remarks(snapshot.notice(), what));
            watcher.changed(status(), view());
        }
    }

    /** Returns the notice, if any. */
    Optional<Reason> notice() {
        return Optional.ofNullable(snapshot.notice());
    }

    /** Counts a delay, and returns the number of earlier delays since the last commit. */
    synchronized int countWait() {
        return waits++;
    }

    /** Whether the job is queued or running. */
    synchronized boolean hasRun() {
        return run != null;
    }

    /** Whether {@code candidate} is the current run. Reports of older runs are ignored. */
    synchronized boolean isRun(JobRun candidate) {
        return run == candidate;
    }

    synchronized void setRun(@Nullable JobRun next) {
        run = next;
        keep();
    }

    /** Removes the job from the queue, and drops its queued run. */
    synchronized void leaveQueue() {
        if (run != null) {
            run.leaveQueue();
            run = null;
            keep();
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
