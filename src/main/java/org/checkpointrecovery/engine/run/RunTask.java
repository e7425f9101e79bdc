package org.checkpointrecovery.engine.run;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.function.BooleanSupplier;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.RunEnd;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.item.CsvHeader;
import org.checkpointrecovery.item.InputTruncatedException;
import org.checkpointrecovery.item.OpenQuoteException;
import org.checkpointrecovery.job.DescriptorShortage;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.InputTimes;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Recovery;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.storage.CheckpointStore;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.DiskFullException;
import org.checkpointrecovery.storage.FileCheckpointStore;
import org.checkpointrecovery.storage.FileNames;
import org.checkpointrecovery.storage.InputCheck;
import org.checkpointrecovery.storage.InputGoneException;
import org.checkpointrecovery.storage.InputReplacedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of one job: finds where to start, commits what its {@link Feed} delivers, and reports how the run ended. */
final class RunTask implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(RunTask.class);

    private final RunParts parts;
    private final RunOrder order;
    private final JobId id;
    private final CheckpointStore checkpoints;
    private final Feed.Factory feeds;
    private Position committed = Position.START;
    private @Nullable InputTimes inputTimes;
    private long began; // a System.nanoTime value

    RunTask(RunParts parts, Feed.Factory feeds) {
        this.parts = parts;
        this.order = parts.order();
        this.id = order.job().id();
        this.checkpoints =
                new FileCheckpointStore(parts.disk(), id, order.target().checkpoint());
        this.feeds = feeds;
    }

    RunControl control() {
        return parts.control();
    }

    @Override
    public void run() {
        Thread.currentThread().setName("job-" + id);
        RunEnd end;
        try {
            parts.listener().opening(id);
            CheckpointStore.Restored restored = checkpoints.restore();
            committed = restored.position();
            inputTimes = restored.inputTimes();
            Feed feed = feeds.open(parts, committed);
            try {
                began = System.nanoTime();
                if (!parts.listener().starting(id, explained(restored, feed.damage()), committed)) {
                    return;
                }
                end = work(feed);
            } finally {
                control().abort();
                feed.close();
            }
        } catch (Processors.UnavailableException e) {
            Reason reason = new Reason(
                    ErrorCode.PROCESSOR_UNAVAILABLE,
                    e.getMessage() + " The job was paused; nothing is lost. Make the processor available and resume.");
            log.warn("Job {}: {}", id, reason.message());
            end = new RunEnd(Run.End.PAUSED, reason, committed);
        } catch (InputStuckException e) {
            end = leftBehind();
        } catch (IOException e) {
            Reason reason = reasonOf(e);
            end = DescriptorShortage.is(reason)
                    ? new RunEnd(Run.End.STOPPED, reason, committed)
                    : failed(reason, reason.code() == ErrorCode.IO_ERROR ? e : null);
        } catch (InterruptedException e) {
            end = failed(
                    new Reason(
                            ErrorCode.INTERNAL_ERROR,
                            "The run was interrupted. Committed results are safe. Resume to continue."),
                    e);
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) { // an internal error must not leave the job RUNNING forever
            endIfOutOfMemory(e);
            end = failed(
                    new Reason(
                            ErrorCode.INTERNAL_ERROR,
                            "Internal error; see the log. Committed results are safe. Resume to continue."),
                    e);
        }
        parts.listener().ended(id, end);
    }

    /**
     * Halts the process if it is out of memory, because any of its threads may have died. The next start recovers all
     * jobs.
     */
    private void endIfOutOfMemory(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError) {
                log.error(
                        "Job {}: out of memory. The process exits. Restart it with a larger -Xmx.",
                        order.job().id());
                parts.halt().run();
                return;
            }
        }
    }

    /** Ends a run that must end without waiting for its input. Uncommitted items are reprocessed. */
    private RunEnd leftBehind() {
        log.warn(
                "Job {}: reading its input still hangs {} s after the run was stopped. The run ends at its "
                        + "checkpoint. Check the file and its disk.",
                id,
                InputCalls.PATIENCE.toSeconds());
        Run.End asked = control().asked();
        return asked == null
                ? failed(
                        new Reason(
                                ErrorCode.IO_ERROR,
                                "Reading the input hangs. Committed results are safe. Check "
                                        + "the file and its disk, then resume."),
                        null)
                : new RunEnd(asked, control().reason(), committed);
    }

    /**
     * Adds a reason if the job has committed items but no checkpoint, or if its journal is damaged.
     */
    private Recovery explained(CheckpointStore.Restored restored, @Nullable Reason damage) {
        Recovery recovery = restored.recovery();
        if (recovery.reason() != null) {
            return recovery;
        }
        boolean committedBefore = order.job().runs().stream().anyMatch(run -> run.nextItem() > 0);
        if (recovery.from() == Recovery.From.BEGINNING && committedBefore) {
            return new Recovery(
                    Recovery.From.BEGINNING,
                    0,
                    new Reason(
                            ErrorCode.CHECKPOINT_MISSING,
                            "The checkpoint is missing. The job started over from item 0. Results stay exact."));
        }
        if (damage != null) {
            log.warn("Job {}: {}", id, damage.message());
            return new Recovery(recovery.from(), recovery.item(), damage);
        }
        return recovery;
    }

    private RunEnd work(Feed feed) throws IOException, InterruptedException, Processors.UnavailableException {
        RunEnd changed = checkInput(null);
        if (changed != null) {
            return changed;
        }
        try (Sink sink = feed.sink(parts, committed)) {
            RunEnd end = pump(sink, feed);
            if (end.end() == Run.End.COMPLETED) {
                changed = checkInput(end.last());
            }
            if (changed != null) {
                return changed;
            }
            return end.end() == Run.End.COMPLETED ? complete(sink, end) : end;
        }
    }

    /** Returns the end of a run that has processed all items, or another one if it was asked to end. */
    private RunEnd complete(Sink sink, RunEnd end) throws IOException {
        boolean complete = false;
        try {
            complete = sink.complete(this::isAskedToEnd);
        } finally {
            if (!complete && end.last() != null) {
                commit(end.last());
            }
        }
        return complete
                ? end
                : new RunEnd(requireNonNull(control().asked()), control().reason(), committed);
    }

    /** Whether the run was asked to end: once it has read all items, its threads are told to end anyway. */
    private boolean isAskedToEnd() {
        return control().asked() != null;
    }

    /** Moves slices from the feed to the sink until the run ends. */
    private RunEnd pump(Sink sink, Feed feed)
            throws IOException, InterruptedException, Processors.UnavailableException {
        RunSettings settings = parts.settings();
        SliceQueue queue = new SliceQueue(settings.concurrent() ? Integer.MAX_VALUE : 2 * settings.parallelism());
        CommitLoop loop = new CommitLoop(parts, queue, sink, checkpoints, committed, inputTimes, began);
        try {
            feed.begin(queue, () -> loop.committed().nextItem());
            RunEnd end = loop.commitAll();
            return end != null ? end : endOf(feed, loop, queue);
        } catch (SliceQueue.PipelineException e) {
            throw rethrown(e);
        } finally {
            committed = loop.committed();
            control().abort();
            queue.close();
        }
    }

    /** Returns how the run ended when nothing failed and the feed has no more slices. */
    private RunEnd endOf(Feed feed, CommitLoop loop, SliceQueue queue) throws IOException {
        Run.End asked = control().asked();
        if (control().mustEndNow() && asked != null) {
            loop.commitLast();
            return new RunEnd(asked, null, loop.committed());
        }
        if (asked == null || (feed.inputEnded() && !queue.hasRest())) {
            RunEnd.LastCommit last = loop.last();
            return last == null
                    ? new RunEnd(Run.End.COMPLETED, null, loop.committed())
                    : new RunEnd(Run.End.COMPLETED, null, last.checkpoint().position(), last);
        }
        loop.commitLast();
        Reason reason = control().reason();
        boolean waits = reason != null && DescriptorShortage.is(reason);
        return new RunEnd(waits ? Run.End.STOPPED : asked, reason, loop.committed());
    }

    /**
     * Returns a failed end if the input is not the one that the job was submitted with. Otherwise records its times.
     */
    /** @param last a commit that gets a checkpoint if the job is not COMPLETED with it; null if there is none */
    private @Nullable RunEnd checkInput(RunEnd.@Nullable LastCommit last) throws IOException, InterruptedException {
        Position consumed = last == null ? committed : last.checkpoint().position();
        BooleanSupplier toEnd = this::isAskedToEnd;
        InputCheck check = new InputCheck(parts.disk(), order.input(), toEnd);
        InputCheck.Known known = new InputCheck.Known(
                requireNonNull(order.job().identity()), inputTimes, consumed.inputBytes(), crcOf(consumed));
        InputCheck.Found found =
                InputCalls.call(order.input(), "job-" + id + "-input", toEnd, () -> check.compare(known));
        if (found instanceof InputCheck.Found.Same same) {
            inputTimes = same.times();
            return null;
        }
        if (last != null) {
            commit(last);
        }
        if (found instanceof InputCheck.Found.Changed changed) {
            return changed(changed.how());
        }
        return new RunEnd(requireNonNull(control().asked()), control().reason(), committed);
    }

    private void commit(RunEnd.LastCommit last) throws IOException {
        checkpoints.commit(last.checkpoint());
        committed = last.checkpoint().position();
        parts.listener().committed(id, last.checkpoint(), last.took());
    }

    /** Null if unknown. A cluster may have read uncommitted items, and keeps no checksum of them. */
    private @Nullable Integer crcOf(Position consumed) {
        boolean nothingRead = consumed.inputBytes() == 0
                && (order.run() == 1 || order.job().validSpec().engine() == EngineKind.LOCAL);
        return nothingRead ? (Integer) 0 : consumed.inputCrc32c();
    }

    private RunEnd changed(String how) {
        return failed(
                new Reason(
                        ErrorCode.INPUT_CHANGED,
                        "The input has changed since the job was submitted: " + how + ". Results up to item "
                                + committed.nextItem()
                                + " are safe. Restore the original input and resume, or submit the job again."),
                null);
    }

    private RunEnd failed(Reason reason, @Nullable Throwable cause) {
        log.warn("Job {}: {}", id, reason.message(), cause);
        return new RunEnd(Run.End.FAILED, reason, committed);
    }

    private Reason reasonOf(IOException e) {
        if (e instanceof RunFailedException failed) {
            return failed.reason();
        }
        if (DescriptorShortage.isCauseOf(e)) {
            return DescriptorShortage.reason();
        }
        String kept = " Results up to item " + committed.nextItem() + " are safe. ";
        if (e instanceof DiskFullException) {
            return new Reason(
                    ErrorCode.DISK_FULL,
                    "The disk is full: " + e.getMessage() + "." + kept + "Free up space and resume.");
        }
        if (e instanceof DamagedFileException) {
            return new Reason(ErrorCode.RESULTS_DAMAGED, String.valueOf(e.getMessage()));
        }
        if (e instanceof CsvHeader.BadHeaderException) {
            return new Reason(
                    ErrorCode.INPUT_CHANGED,
                    "The input or the service's limits have changed since the job was submitted: " + e.getMessage()
                            + "." + kept + "Restore the original input and resume, or submit the job again.");
        }
        if (e instanceof OpenQuoteException open) {
            return new Reason(
                    ErrorCode.OPEN_QUOTE,
                    open.explanation() + " Results up to item " + committed.nextItem() + " are safe.");
        }
        if (e instanceof InputGoneException) {
            return new Reason(
                    ErrorCode.INPUT_MISSING,
                    "The input " + FileNames.problem(nameOfInput(), "no longer exists")
                            + ". Results up to item " + committed.nextItem()
                            + " are safe. Restore it and resume.");
        }
        if (e instanceof InputReplacedException) {
            return new Reason(
                    ErrorCode.INPUT_CHANGED,
                    "The input has changed since the job was submitted: " + e.getMessage() + ". Results up to item "
                            + committed.nextItem()
                            + " are safe. Restore the original input and resume, or submit the job again.");
        }
        if (e instanceof InputTruncatedException) {
            return new Reason(
                    ErrorCode.INPUT_CHANGED,
                    "The input changed while it was being read: " + e.getMessage() + "." + kept
                            + "Restore the original input and resume, or submit the job again.");
        }
        return new Reason(
                ErrorCode.IO_ERROR, "The disk failed: " + words(e) + "." + kept + "Check the disk and resume.");
    }

    private String nameOfInput() {
        return order.job().validSpec().input() instanceof InputSpec.InputPath path ? path.path() : "";
    }

    /** Describes a failure. For some failures, the JDK's message is only the path. */
    private static String words(IOException e) {
        if (e instanceof NoSuchFileException) {
            return e.getMessage() + " does not exist";
        }
        return e instanceof AccessDeniedException
                ? e.getMessage() + ": permission denied"
                : String.valueOf(e.getMessage());
    }

    private static IOException rethrown(SliceQueue.PipelineException e) {
        Throwable cause = e.getCause();
        if (cause instanceof IOException failure) {
            return failure;
        }
        throw new IllegalStateException(cause);
    }
}
