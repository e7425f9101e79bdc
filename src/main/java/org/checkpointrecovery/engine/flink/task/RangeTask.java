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
import org.checkpointrecovery.engine.range.Manifest;
import org.checkpointrecovery.engine.range.RangeDirectory;
import org.checkpointrecovery.engine.range.RangeOrder;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.engine.range.TaskEnd;
import org.checkpointrecovery.engine.run.InputStuckException;
import org.checkpointrecovery.engine.run.RunFailedException;
import org.checkpointrecovery.item.InputTruncatedException;
import org.checkpointrecovery.item.OpenQuoteException;
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
import org.checkpointrecovery.storage.InputGoneException;
import org.checkpointrecovery.storage.InputReplacedException;
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
    private final Manifest manifest;
    private final RangeOrder order;
    private final Processors processors;
    private final Provider provider;
    private final Runnable halt;
    private final ScheduledExecutorService lookout;
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
            Manifest manifest,
            RangeOrder order,
            Processors processors,
            Provider provider,
            Runnable halt) {
        this.disk = disk;
        this.ranges = ranges;
        this.submission = submission;
        this.manifest = manifest;
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
            Manifest manifest = ranges.manifest();
            RangeOrder order = ranges.order();
            return new RangeTask(
                    disk, ranges, submission, manifest, order, provider.processors(order, ranges), provider, halt);
        } catch (NoSuchFileException e) {
            throw new WorkEndedException("The job no longer exists: " + e.getMessage());
        } catch (Processors.UnavailableException e) {
            throw unavailable(ranges, submission, e);
        }
    }

    private static WorkEndedException unavailable(RangeStore ranges, int submission, Processors.UnavailableException e)
            throws IOException {
        return end(
                ranges,
                submission,
                Run.End.PAUSED,
                ErrorCode.PROCESSOR_UNAVAILABLE,
                "On a TaskManager of the cluster: " + e.getMessage()
                        + " The job was paused; nothing is lost. Make the processor available on every TaskManager "
                        + "and resume.");
    }

    private static WorkEndedException end(
            RangeStore ranges, int submission, Run.End how, ErrorCode code, String message) throws IOException {
        ranges.end(submission, new TaskEnd(how, new Reason(code, message)));
        return new WorkEndedException(code + ": " + message);
    }

    /**
     * Processes a range, unless it is finished. On return it survives a power cut.
     *
     * @param number of the range in the manifest
     * @throws WorkEndedException if the job has stopped
     */
    public Counts work(int number) throws IOException, InterruptedException, WorkEndedException {
        Range range = manifest.ranges().get(number);
        if (ranges.isFinished(range)) {
            return new Counts(0, 0);
        }
        RunControl control = new RunControl();
        RangeDirectory attempt = ranges.attempt(range);
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
            end = new RangeRun(rehearsed, order, rehearsal.processors(processors), control)
                    .run(range, number == manifest.ranges().size() - 1, attempt);
        } catch (RunFailedException e) { // the write of its record was rehearsed to fail
            end = new RangeRun.End.Stopped();
        } catch (Processors.UnavailableException e) {
            throw unavailable(ranges, submission, e);
        } catch (InputTruncatedException e) {
            throw end(
                    ranges,
                    submission,
                    Run.End.FAILED,
                    ErrorCode.INPUT_CHANGED,
                    "The input changed while it was being read: " + e.getMessage() + ". Committed results are safe. "
                            + "Restore the original input and resume, or submit the job again.");
        } catch (OpenQuoteException e) {
            throw end(ranges, submission, Run.End.FAILED, ErrorCode.OPEN_QUOTE, e.explanation());
        } catch (InputGoneException e) {
            throw end(
                    ranges,
                    submission,
                    Run.End.FAILED,
                    ErrorCode.INPUT_MISSING,
                    "The input no longer exists on a TaskManager of the cluster: " + e.getMessage()
                            + ". Committed results are safe. Restore it and resume.");
        } catch (InputReplacedException e) {
            throw end(
                    ranges,
                    submission,
                    Run.End.FAILED,
                    ErrorCode.INPUT_CHANGED,
                    "The input has changed since the job was submitted: " + e.getMessage()
                            + ". Committed results are safe. Restore the original input and resume, or submit the job again.");
        } catch (InputStuckException e) {
            throw stopped(control, attempt);
        } catch (DiskFullException e) {
            ranges.discard(attempt); // makes room for the report
            throw end(
                    ranges,
                    submission,
                    Run.End.FAILED,
                    ErrorCode.DISK_FULL,
                    "The disk is full: " + e.getMessage() + ". Committed results are safe. Free up space and resume.");
        } finally {
            look.cancel(false);
            endLook(control);
        }
        CrashOrder crash = rehearsal.crash();
        if (crash != null) {
            throw crash(crash, number, attempt);
        }
        if (end instanceof RangeRun.End.Done done) {
            ranges.publish(attempt, range);
            return new Counts(done.record().succeeded(), done.record().failed());
        }
        throw stopped(control, attempt);
    }

    private synchronized void look(RunControl control, RangeRehearsal rehearsal) {
        if (control == over) {
            return;
        }
        if (!ranges.isActive(submission)) {
            control.endNow(Run.End.STOPPED);
            return;
        }
        try {
            ranges.takeCrash().ifPresent(rehearsal::order);
        } catch (IOException e) {
            // an unreadable crash request is ignored
        }
    }

    /** Stops taking crash requests for a range. */
    private synchronized void endLook(RunControl control) {
        over = control;
    }

    private WorkEndedException crash(CrashOrder crash, int number, RangeDirectory attempt)
            throws IOException, InterruptedException, WorkEndedException {
        if (crash.point() == CrashPoint.PROCESSING || crash.point() == CrashPoint.BEFORE_COMMIT) {
            ranges.discard(attempt);
        }
        if (crash.mode() == CrashMode.PROCESS) {
            halt.run();
        }
        if (crash.afterItems() > 0) {
            // The spec names the item: everything before it is committed first.
            awaitRangesBefore(number);
        }
        return end(
                ranges,
                submission,
                Run.End.CRASHED,
                ErrorCode.SIMULATED_CRASH,
                "A crash was simulated at the point " + crash.point().text() + " in a task of the cluster. Committed "
                        + "results are safe. Resume to continue.");
    }

    private void awaitRangesBefore(int number) throws InterruptedException, WorkEndedException {
        for (Range range : manifest.ranges().subList(0, number)) {
            while (!ranges.isFinished(range)) {
                if (!ranges.isActive(submission)) {
                    throw new WorkEndedException("The job has stopped.");
                }
                Thread.sleep(LOOK_MILLIS);
            }
        }
    }

    private WorkEndedException stopped(RunControl control, RangeDirectory attempt) throws IOException {
        ranges.discard(attempt);
        Reason pause = control.asked() == Run.End.PAUSED ? control.reason() : null;
        return pause == null
                ? new WorkEndedException("The job has stopped.")
                : end(ranges, submission, Run.End.PAUSED, pause.code(), requireNonNull(pause.message()));
    }

    @Override
    public void close() {
        lookout.shutdownNow();
        provider.close();
    }
}
