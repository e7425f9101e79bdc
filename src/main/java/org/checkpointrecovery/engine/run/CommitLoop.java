package org.checkpointrecovery.engine.run;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.RunEnd;
import org.checkpointrecovery.engine.RunListener;
import org.checkpointrecovery.item.Crc32c;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.FailedItemLimits;
import org.checkpointrecovery.job.InputTimes;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.storage.CheckpointStore;
import org.jspecify.annotations.Nullable;

/**
 * The thread of a run that owns its sink and checkpoint. It takes processed slices in item order and always writes in
 * this order: append results and errors, force both, replace the checkpoint, then report progress. Batches that arrive
 * while a commit waits for the disk share the next commit. The last commit of a job is left to the end of the run, which
 * makes it durable together with the state COMPLETED.
 *
 * <p>An exception ends the run. A failed write or force is not retried; the next run starts from what is on disk.
 */
final class CommitLoop {
    private final JobId job;
    private final int run;
    private final RunSettings settings;
    private final SliceQueue queue;
    private final SliceTaker taker;
    private final RunControl control;
    private final Sink sink;
    private final CheckpointStore checkpoints;
    private final RunListener listener;
    private final Clock clock;

    private final long began;
    private final Position from;
    private final @Nullable InputTimes inputTimes;
    /** The position that is durable on disk. */
    private volatile Position committed; // written by this thread, read by others
    /** Whether the end of the run makes the last commit durable, so that it needs no checkpoint. */
    private final boolean endIsCommit;

    private RunEnd.@Nullable LastCommit last;
    /** The appended position, possibly in the middle of a batch. */
    private final Tally appended = new Tally();
    /** Processed items that were not reported yet, and their processing time. */
    private long processed;

    private long processingNanos;
    /** The end of the last complete batch that is appended. */
    private final Tally batchEnd = new Tally();

    /**
     * @param from where the run starts
     * @param inputTimes as {@link Checkpoint} stores them
     * @param began when the run started, as a {@link System#nanoTime} value
     */
    CommitLoop(
            RunParts parts,
            SliceQueue queue,
            Sink sink,
            CheckpointStore checkpoints,
            Position from,
            @Nullable InputTimes inputTimes,
            long began) {
        this.began = began;
        this.from = from;
        this.inputTimes = inputTimes;
        this.job = parts.order().job().id();
        this.run = parts.order().run();
        this.settings = parts.settings();
        this.queue = queue;
        this.control = parts.control();
        this.taker = new SliceTaker(queue, control);
        this.sink = sink;
        this.checkpoints = checkpoints;
        this.listener = parts.listener();
        this.clock = parts.clock();
        this.committed = from;
        this.endIsCommit = parts.order().target().files() != null;
        appended.set(from);
        batchEnd.set(from);
    }

    Position committed() {
        return committed;
    }

    /** Returns the commit that the end of the run is to make durable; null if there is none. */
    RunEnd.@Nullable LastCommit last() {
        return last;
    }

    /**
     * Commits until the reader is done or the run must end. Returns null if the reader is done and nothing ends the
     * run.
     */
    @Nullable
    RunEnd commitAll() throws IOException, InterruptedException, SliceQueue.PipelineException {
        List<Slice> taken = new ArrayList<>();
        while (taker.take(taken)) {
            for (Slice slice : taken) {
                if (control.mustEndNow()) {
                    return null;
                }
                RunEnd end = append(slice);
                if (end != null) {
                    return end;
                }
                if (control.commitsEachBatch()) {
                    commit();
                }
            }
            if (isLast()) {
                last = forceLast();
            } else {
                commit();
            }
            queue.release(taken);
        }
        return null;
    }

    /** Whether only the last commit is left, and nothing may still end the run before its end. */
    private boolean isLast() {
        return endIsCommit
                && !control.commitsEachBatch()
                && control.asked() == null
                && queue.isTakenWhole()
                && appended.items() == batchEnd.items()
                && appended.items() > committed.nextItem();
    }

    /** Writes a checkpoint of the last commit after all, because the run does not end with it. */
    void commitLast() throws IOException {
        if (last != null) {
            commit();
            last = null;
        }
    }

    private RunEnd.LastCommit forceLast() throws IOException {
        long began = System.nanoTime();
        sink.force();
        RunEnd.LastCommit commit = new RunEnd.LastCommit(checkpoint(), Duration.ofNanos(System.nanoTime() - began));
        reportProcessed();
        return commit;
    }

    private @Nullable RunEnd append(Slice slice) throws IOException {
        long failed = appended.failed + slice.failed;
        long processed = appended.succeeded + slice.succeeded + failed;
        if (slice.failed > 0 && settings.failedItemLimits().areExceeded(failed, processed)) {
            commit();
            return new RunEnd(Run.End.FAILED, tooManyFailed(slice, failed, processed), committed);
        }
        write(slice);
        return null;
    }

    private void write(Slice slice) throws IOException {
        sink.append(slice);
        appended.succeeded += slice.succeeded;
        appended.failed += slice.failed;
        appended.inputBytes = slice.nextBytes;
        appended.inputCrc = slice.nextCrc;
        appended.resultsBytes = sink.resultsBytes();
        appended.errorsBytes = sink.errorsBytes();
        if (!slice.reported) {
            processed += slice.succeeded + slice.failed;
            processingNanos += slice.processingNanos;
        }
        if (slice.endsBatch) {
            batchEnd.set(appended);
        }
    }

    private void commit() throws IOException {
        if (batchEnd.items() == committed.nextItem()) {
            return;
        }
        long began = System.nanoTime();
        sink.force();
        Checkpoint checkpoint = checkpoint();
        checkpoints.commit(checkpoint);
        committed = checkpoint.position();
        listener.committed(job, checkpoint, Duration.ofNanos(System.nanoTime() - began));
        reportProcessed();
    }

    private void reportProcessed() {
        if (processed > 0) {
            listener.processed(job, processed, Duration.ofNanos(processingNanos));
            processed = 0;
            processingNanos = 0;
        }
    }

    /** Returns a checkpoint at the end of the last complete batch. */
    private Checkpoint checkpoint() {
        return new Checkpoint(
                job,
                run,
                batchEnd.position(from),
                inputTimes,
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                Duration.ofNanos(System.nanoTime() - began));
    }

    private Reason tooManyFailed(Slice slice, long failed, long processed) {
        ItemFailure failure = requireNonNull(slice.firstFailure);
        String where = "The checkpoint is at item " + committed.nextItem()
                + ", the end of the last complete batch. Fix the cause and resume.";
        if (settings.allowsNoFailures()) {
            return new Reason(
                    ErrorCode.ITEM_FAILED,
                    "Item " + slice.firstFailedIndex + " failed (" + failure.code() + ": " + failure.message()
                            + "), and the spec allows no failed items. " + where);
        }
        return new Reason(
                ErrorCode.TOO_MANY_FAILED_ITEMS,
                failed + " of " + processed + " items failed, more than the spec allows (" + allowed()
                        + "). The latest failures start at item " + slice.firstFailedIndex
                        + " ("
                        + failure.code() + ": " + failure.message() + "). " + where);
    }

    private String allowed() {
        FailedItemLimits limits = settings.failedItemLimits();
        if (limits.maxPercent() == null) {
            return String.valueOf(limits.maxItems());
        }
        return (limits.maxItems() == null ? "" : limits.maxItems() + " or ") + limits.maxPercent() + " %";
    }

    /** A mutable position, to avoid an object for each of a million tiny batches. */
    private static final class Tally {
        private long inputBytes;
        /** Of the input from where the run started. */
        private long inputCrc;

        private long resultsBytes;
        private long errorsBytes;
        private long succeeded;
        private long failed;

        void set(Position position) {
            inputBytes = position.inputBytes();
            inputCrc = 0; // of no bytes
            resultsBytes = position.resultsBytes();
            errorsBytes = position.errorsBytes();
            succeeded = position.succeeded();
            failed = position.failed();
        }

        void set(Tally other) {
            inputBytes = other.inputBytes;
            inputCrc = other.inputCrc;
            resultsBytes = other.resultsBytes;
            errorsBytes = other.errorsBytes;
            succeeded = other.succeeded;
            failed = other.failed;
        }

        long items() {
            return succeeded + failed;
        }

        /** @param from where the run started */
        Position position(Position from) {
            return new Position(
                    succeeded + failed, inputBytes, resultsBytes, errorsBytes, succeeded, failed, crcBehind(from));
        }

        private @Nullable Integer crcBehind(Position from) {
            Integer before = from.inputBytes() == 0 ? (Integer) 0 : from.inputCrc32c();
            return before == null || inputCrc == Crc32c.NONE
                    ? null
                    : (Integer) Crc32c.combine(before, (int) inputCrc, inputBytes - from.inputBytes());
        }
    }
}
