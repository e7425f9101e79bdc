package org.checkpointrecovery.engine.flink.task;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.checkpointrecovery.engine.CrashOrder;
import org.checkpointrecovery.engine.local.RangeRun;
import org.checkpointrecovery.engine.run.InputStuckException;
import org.checkpointrecovery.engine.run.RunControl;
import org.checkpointrecovery.item.InputTruncatedException;
import org.checkpointrecovery.item.OpenQuoteException;
import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFullException;
import org.checkpointrecovery.storage.InputGoneException;
import org.checkpointrecovery.storage.InputReplacedException;
import org.checkpointrecovery.storage.Manifest;
import org.checkpointrecovery.storage.RangeFiles;
import org.checkpointrecovery.storage.RangeOrder;
import org.checkpointrecovery.storage.RangeRecord;
import org.checkpointrecovery.storage.TaskEnd;
import org.jspecify.annotations.Nullable;

/**
 * Processes the ranges assigned to a cluster task, one after the other. A range counts once its directory has its final
 * name, which the first task to finish gives it atomically. So no crash, retry or abandoned task can duplicate or mix
 * results. Used by one thread.
 */
public final class RangeTask implements AutoCloseable {
    private static final long LOOK_MILLIS = 200;

    private final Disk disk;
    private final RangeFiles files;
    private final Path ended;
    private final Manifest manifest;
    private final RangeOrder order;
    private final Processors processors;
    private final Runnable halt;
    private final ScheduledExecutorService lookout;
    private @Nullable RunControl over; // guarded by this; control of the last finished range

    /** Builds the processors of a job. */
    public interface Provider {
        /** @throws Processors.UnavailableException if this machine does not provide the processor */
        Processors processors(RangeOrder order, Disk disk, RangeFiles files)
                throws IOException, Processors.UnavailableException;
    }

    /** The counts of a range. */
    public record Counts(long succeeded, long failed) {}

    private RangeTask(
            Disk disk,
            RangeFiles files,
            Path ended,
            Manifest manifest,
            RangeOrder order,
            Processors processors,
            Runnable halt) {
        this.disk = disk;
        this.files = files;
        this.ended = ended;
        this.manifest = manifest;
        this.order = order;
        this.processors = processors;
        this.halt = halt;
        this.lookout = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "job-" + order.job().id() + "-lookout");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * @param submission number of the task's submission, from 1
     * @param halt ends the process at once, for simulated crashes
     * @throws WorkEndedException if the job has stopped
     */
    public static RangeTask open(Disk disk, RangeFiles files, int submission, Provider provider, Runnable halt)
            throws IOException, WorkEndedException {
        Path ended = files.ended(submission);
        try {
            Manifest manifest = Manifest.read(disk, files.manifest());
            RangeOrder order = RangeOrder.read(disk, files.order());
            return new RangeTask(disk, files, ended, manifest, order, provider.processors(order, disk, files), halt);
        } catch (NoSuchFileException e) {
            throw new WorkEndedException("The job no longer exists: " + e.getMessage());
        } catch (Processors.UnavailableException e) {
            throw unavailable(disk, ended, e);
        }
    }

    private static WorkEndedException unavailable(Disk disk, Path ended, Processors.UnavailableException e)
            throws IOException {
        return end(
                disk,
                ended,
                Run.End.PAUSED,
                ErrorCode.PROCESSOR_UNAVAILABLE,
                "On a TaskManager of the cluster: " + e.getMessage()
                        + " The job was paused; nothing is lost. Make the processor available on every TaskManager "
                        + "and resume.");
    }

    private static WorkEndedException end(Disk disk, Path ended, Run.End how, ErrorCode code, String message)
            throws IOException {
        new TaskEnd(how, new Reason(code, message)).write(disk, ended);
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
        Path done = files.range(range);
        if (disk.exists(done)) {
            return counts(done);
        }
        Path attempt = files.attempt(range, UUID.randomUUID().toString());
        RunControl control = new RunControl();
        RangeRun.End end;
        look(control); // a range may finish before the first look of the other thread
        if (control.mustEndNow()) {
            throw new WorkEndedException("The job has stopped.");
        }
        var look = lookout.scheduleWithFixedDelay(() -> look(control), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        try {
            disk.createDirectory(attempt);
            end = new RangeRun(disk, order, processors, control)
                    .run(range, number == manifest.ranges().size() - 1, attempt);
        } catch (Processors.UnavailableException e) {
            throw unavailable(disk, ended, e);
        } catch (InputTruncatedException e) {
            throw end(
                    disk,
                    ended,
                    Run.End.FAILED,
                    ErrorCode.INPUT_CHANGED,
                    "The input changed while it was being read: " + e.getMessage() + ". Committed results are safe. "
                            + "Restore the original input and resume, or submit the job again.");
        } catch (OpenQuoteException e) {
            throw end(disk, ended, Run.End.FAILED, ErrorCode.OPEN_QUOTE, e.explanation());
        } catch (InputGoneException e) {
            throw end(
                    disk,
                    ended,
                    Run.End.FAILED,
                    ErrorCode.INPUT_MISSING,
                    "The input no longer exists on a TaskManager of the cluster: " + e.getMessage()
                            + ". Committed results are safe. Restore it and resume.");
        } catch (InputReplacedException e) {
            throw end(
                    disk,
                    ended,
                    Run.End.FAILED,
                    ErrorCode.INPUT_CHANGED,
                    "The input has changed since the job was submitted: " + e.getMessage()
                            + ". Committed results are safe. Restore the original input and resume, or submit the job again.");
        } catch (InputStuckException e) {
            throw stopped(control, attempt);
        } catch (DiskFullException e) {
            disk.deleteTree(attempt); // makes room for the report
            throw end(
                    disk,
                    ended,
                    Run.End.FAILED,
                    ErrorCode.DISK_FULL,
                    "The disk is full: " + e.getMessage() + ". Committed results are safe. Free up space and resume.");
        } finally {
            look.cancel(false);
            endLook(control);
        }
        CrashOrder late = control.crash();
        if (end instanceof RangeRun.End.Done && late != null) {
            throw crash(late, number, attempt); // it was taken after the last item
        }
        if (end instanceof RangeRun.End.Done) {
            publish(attempt, done);
            return counts(done);
        }
        if (end instanceof RangeRun.End.Crashed crashed) {
            throw crash(crashed.order(), number, attempt);
        }
        throw stopped(control, attempt);
    }

    /** Whether the job is still to be processed: neither the service nor another task has ended it. */
    private boolean isActive() {
        return disk.exists(files.order()) && !disk.exists(ended);
    }

    private synchronized void look(RunControl control) {
        if (control == over) {
            return;
        }
        if (!isActive()) {
            control.endNow(Run.End.STOPPED);
            return;
        }
        try {
            CrashRequest.take(disk, files.crash()).ifPresent(control::crash);
        } catch (IOException e) {
            // an unreadable crash request is ignored
        }
    }

    /** Stops taking crash requests for a range. */
    private synchronized void endLook(RunControl control) {
        over = control;
    }

    private Counts counts(Path done) throws IOException {
        RangeRecord record = RangeRecord.read(disk, done);
        return new Counts(record.succeeded(), record.failed());
    }

    /** Renames the directory to its final name, unless another attempt already has it. */
    private void publish(Path attempt, Path done) throws IOException {
        try {
            disk.move(attempt, done);
        } catch (IOException e) {
            if (!disk.exists(done)) {
                throw e;
            }
            disk.deleteTree(attempt);
        }
        disk.forceDirectory(files.directory());
    }

    private WorkEndedException crash(CrashOrder crash, int number, Path attempt)
            throws IOException, InterruptedException, WorkEndedException {
        if (crash.point() == CrashPoint.PROCESSING || crash.point() == CrashPoint.BEFORE_COMMIT) {
            disk.deleteTree(attempt);
        }
        if (crash.mode() == CrashMode.PROCESS) {
            halt.run();
        }
        if (crash.afterItems() > 0) {
            // The spec names the item: everything before it is committed first.
            awaitRangesBefore(number);
        }
        return end(
                disk,
                ended,
                Run.End.CRASHED,
                ErrorCode.SIMULATED_CRASH,
                "A crash was simulated at the point " + crash.point().text() + " in a task of the cluster. Committed "
                        + "results are safe. Resume to continue.");
    }

    private void awaitRangesBefore(int number) throws InterruptedException, WorkEndedException {
        for (Range range : manifest.ranges().subList(0, number)) {
            while (!disk.exists(files.range(range))) {
                if (!isActive()) {
                    throw new WorkEndedException("The job has stopped.");
                }
                Thread.sleep(LOOK_MILLIS);
            }
        }
    }

    private WorkEndedException stopped(RunControl control, Path attempt) throws IOException {
        disk.deleteTree(attempt);
        Reason pause = control.asked() == Run.End.PAUSED ? control.reason() : null;
        return pause == null
                ? new WorkEndedException("The job has stopped.")
                : end(disk, ended, Run.End.PAUSED, pause.code(), requireNonNull(pause.message()));
    }

    @Override
    public void close() {
        lookout.shutdownNow();
    }
}
