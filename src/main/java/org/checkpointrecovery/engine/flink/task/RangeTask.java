package org.checkpointrecovery.engine.flink.task;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.local.RangeRun;
import org.checkpointrecovery.engine.range.RangeChain;
import org.checkpointrecovery.engine.range.RangeOrder;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.engine.run.InputStuckException;
import org.checkpointrecovery.engine.run.RunFailedException;
import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.rehearsal.CrashOrder;
import org.checkpointrecovery.rehearsal.RangeRehearsal;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFullException;
import org.checkpointrecovery.storage.PartFiles;
import org.jspecify.annotations.Nullable;

/**
 * Processes the ranges assigned to a cluster task, one after the other. A range counts once its directory has its final
 * name, which the first task to finish gives it atomically. So no crash, retry or abandoned task can duplicate or mix
 * results. Used by one thread.
 */
public final class RangeTask implements AutoCloseable {
    private static final long LOOK_MILLIS = 200;

    private final Disk disk;
    private final RangeStore ranges;
    private final int submission;
    private final RangeOrder order;
    private final Processors processors;
    private final Provider provider;
    private final Runnable halt;
    private final ScheduledExecutorService lookout;
    private volatile boolean endsSoon;
    private volatile String flushed = ""; // as it was when the range in progress began
    private volatile @Nullable RunControl current; // of the range in progress
    private @Nullable RunControl over; // guarded by this; control of the last finished range

    /** Builds the processors of a job. Closed with the task. */
    public interface Provider extends AutoCloseable {
        /** @throws Processors.UnavailableException if this machine does not provide the processor */
        Processors processors(RangeOrder order, RangeStore ranges) throws IOException, Processors.UnavailableException;

        /** Call when no range is being processed. */
        @Override
        default void close() {}
    }

    /** The counts of the items that a call has processed. */
    public record Counts(long succeeded, long failed) {}

    private RangeTask(
            Disk disk,
            RangeStore ranges,
            int submission,
            RangeOrder order,
            Processors processors,
            Provider provider,
            Runnable halt) {
        this.disk = disk;
        this.ranges = ranges;
        this.submission = submission;
        this.order = order;
        this.processors = processors;
        this.provider = provider;
        this.halt = halt;
        this.lookout = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "job-" + order.job().id() + "-lookout");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * @param directory the job's shared files
     * @param submission number of the task's submission, from 1
     * @param halt ends the process at once, for simulated crashes
     * @throws WorkEndedException if the job has stopped
     */
    public static RangeTask open(Disk disk, Path directory, int submission, Provider provider, Runnable halt)
            throws IOException, WorkEndedException {
        RangeStore ranges = new RangeStore(disk, directory);
        try {
            RangeOrder order = ranges.order();
            return new RangeTask(disk, ranges, submission, order, provider.processors(order, ranges), provider, halt);
        } catch (NoSuchFileException e) {
            throw new WorkEndedException("The job no longer exists: " + e.getMessage());
        } catch (Processors.UnavailableException e) {
            throw unavailable(ranges, submission, e);
        }
    }

    private static WorkEndedException unavailable(RangeStore ranges, int submission, Processors.UnavailableException e)
            throws IOException {
        return WorkEndedException.end(
                ranges,
                submission,
                Run.End.PAUSED,
                ErrorCode.PROCESSOR_UNAVAILABLE,
                "On a TaskManager of the cluster: " + e.getMessage()
                        + " The job was paused; nothing is lost. Make the processor available on every TaskManager "
                        + "and resume.");
    }

    /**
     * Processes a range, unless it is finished. On return it survives a power cut. If the job is pausing, or after
     * {@link #endSoon}, perhaps only its first items are.
     *
     * @throws WorkEndedException if the job has stopped
     */
    public Counts work(Range range) throws IOException, InterruptedException, WorkEndedException {
        if (ranges.isFinished(range.firstItem())) {
            return new Counts(0, 0);
        }
        RunControl control = new RunControl();
        current = control;
        if (endsSoon) {
            return new Counts(0, 0);
        }
        flushed = ranges.flush();
        PartFiles attempt = ranges.attempt(range);
        RangeRehearsal rehearsal = new RangeRehearsal(order.job(), range, control);
        RangeRun.End end;
        look(control, rehearsal); // a range may finish before the first look of the other thread
        if (control.mustEndNow() && rehearsal.crash() == null) {
            throw new WorkEndedException("The job has stopped.");
        }
        var look = lookout.scheduleWithFixedDelay(
                () -> look(control, rehearsal), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        try {
            ranges.create(attempt);
            Disk rehearsed = rehearsal.disk(disk, attempt.results(), attempt.errors(), attempt.record());
            end = new RangeRun(rehearsed, order, rehearsal.processors(processors), control).run(range, attempt);
        } catch (RunFailedException e) { // the write of its record was rehearsed to fail
            end = new RangeRun.End.Stopped(true);
        } catch (Processors.UnavailableException e) {
            throw unavailable(ranges, submission, e);
        } catch (InputStuckException e) {
            throw stopped(control, attempt);
        } catch (IOException e) {
            if (e instanceof DiskFullException) {
                ranges.discard(attempt); // makes room for the report
            }
            throw WorkEndedException.of(ranges, submission, "a TaskManager", e).orElseThrow(() -> e);
        } finally {
            look.cancel(false);
            endLook(control);
        }
        CrashOrder crash = rehearsal.crash();
        if (crash != null) {
            throw crash(crash, range, attempt);
        }
        if (end instanceof RangeRun.End.Done done) {
            ranges.publish(attempt, range);
            if (control.reason() != null) {
                throw stopped(control, attempt);
            }
            return new Counts(done.record().succeeded(), done.record().failed());
        }
        if (end instanceof RangeRun.End.Stopped stopped && !stopped.now() && control.reason() == null) {
            ranges.discard(attempt);
            return new Counts(0, 0);
        }
        throw stopped(control, attempt);
    }

    /** Ends the range in progress soon, and keeps what is done of it. No other begins. Thread-safe. */
    public void endSoon() {
        endsSoon = true;
        RunControl control = current;
        if (control != null) {
            control.endAtBatch(Run.End.STOPPED);
        }
    }

    /** Ends the range in progress at once, and drops it. No other begins. Thread-safe. */
    public void endNow() {
        endsSoon = true;
        RunControl control = current;
        if (control != null) {
            control.endNow(Run.End.STOPPED);
        }
    }

    private synchronized void look(RunControl control, RangeRehearsal rehearsal) {
        if (control == over) {
            return;
        }
        if (!ranges.isActive(submission)) {
            control.endNow(Run.End.STOPPED);
            return;
        }
        if (ranges.isPausing(submission)) {
            control.endAtBatch(Run.End.PAUSED);
        }
        try {
            ranges.takeCrash().ifPresent(crash -> {
                rehearsal.order(crash);
                if (crash.point() != CrashPoint.PROCESSING) {
                    control.endAtBatch(Run.End.CRASHED); // the range is what a task commits
                }
            });
            if (!ranges.flush().equals(flushed)) {
                control.endAtBatch(Run.End.STOPPED);
            }
        } catch (IOException e) {
            // an unreadable request is ignored
        }
    }

    /** Stops taking crash requests for a range. */
    private synchronized void endLook(RunControl control) {
        over = control;
    }

    private WorkEndedException crash(CrashOrder crash, Range range, PartFiles attempt)
            throws IOException, InterruptedException, WorkEndedException {
        if (crash.point() == CrashPoint.PROCESSING || crash.point() == CrashPoint.BEFORE_COMMIT) {
            ranges.discard(attempt);
        }
        if (crash.mode() == CrashMode.PROCESS) {
            halt.run();
        }
        if (crash.afterItems() > 0) {
            // The spec names the item: everything before it is committed first.
            awaitRangesBefore(range);
        }
        return WorkEndedException.end(
                ranges,
                submission,
                Run.End.CRASHED,
                ErrorCode.SIMULATED_CRASH,
                "A crash was simulated at the point " + crash.point().text() + " in a task of the cluster. Committed "
                        + "results are safe. Resume to continue.");
    }

    private void awaitRangesBefore(Range range) throws IOException, InterruptedException, WorkEndedException {
        RangeChain chain = RangeChain.open(ranges, submission, order.from());
        while (chain.next() < range.firstItem()) {
            if (chain.hasNext()) {
                chain.take(ranges.record(chain.next()));
            } else if (ranges.isActive(submission) && !endsSoon) {
                Thread.sleep(LOOK_MILLIS);
            } else {
                throw new WorkEndedException("The job has stopped.");
            }
        }
    }

    private WorkEndedException stopped(RunControl control, PartFiles attempt) throws IOException {
        ranges.discard(attempt);
        Reason pause = control.asked() == Run.End.PAUSED ? control.reason() : null;
        return pause == null
                ? new WorkEndedException("The job has stopped.")
                : WorkEndedException.end(
                        ranges, submission, Run.End.PAUSED, pause.code(), requireNonNull(pause.message()));
    }

    @Override
    public void close() {
        lookout.shutdownNow();
        provider.close();
    }
}
