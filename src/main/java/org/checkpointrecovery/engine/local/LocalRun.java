package org.checkpointrecovery.engine.local;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import org.checkpointrecovery.engine.CrashOrder;
import org.checkpointrecovery.engine.RunEnd;
import org.checkpointrecovery.engine.RunListener;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.item.CsvHeader;
import org.checkpointrecovery.item.InputTruncatedException;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Recovery;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.InlineProcessor;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.sink.ResultSink;
import org.checkpointrecovery.storage.CheckpointStore;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFullException;
import org.checkpointrecovery.storage.InputIdentities;
import org.checkpointrecovery.storage.InputItems;
import org.checkpointrecovery.storage.ItemJournal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of one job: finds where to begin, has the batches read, processed and committed, and says how it ended. */
final class LocalRun implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(LocalRun.class);

    /** What the parts of a run share. */
    record Parts(
            RunOrder order,
            RunSettings settings,
            RunListener listener,
            RunControl control,
            Disk disk,
            Clock clock,
            Processors processors,
            Runnable halt) {}

    private final Parts parts;
    private final RunOrder order;
    private final JobId id;
    private final ItemCounter counter;
    private Position committed = Position.START;
    private @Nullable InputItems items; // from when the source is open

    LocalRun(Parts parts, ItemCounter counter) {
        this.parts = parts;
        this.order = parts.order();
        this.id = order.job().id();
        this.counter = counter;
    }

    RunControl control() {
        return parts.control();
    }

    @Override
    public void run() {
        Thread.currentThread().setName("job-" + id);
        RunEnd end;
        try {
            CheckpointStore.Restored restored = order.checkpoints().restore();
            committed = restored.position();
            try (ItemJournal journal = openJournal()) {
                if (!parts.listener().starting(id, explained(restored, journal), committed)) {
                    return;
                }
                end = work(journal);
            }
        } catch (Processors.UnavailableException e) {
            Reason reason = new Reason(
                    ErrorCode.PROCESSOR_UNAVAILABLE,
                    e.getMessage() + " The job was paused; nothing is lost. Provide it and resume.");
            log.warn("Job {}: {}", id, reason.message());
            end = new RunEnd(Run.End.PAUSED, reason, committed);
        } catch (IOException e) {
            Reason reason = reasonOf(e);
            end = failed(reason, reason.code() == ErrorCode.IO_ERROR ? e : null);
        } catch (InterruptedException e) {
            end = failed(new Reason(ErrorCode.INTERNAL_ERROR, "The run was interrupted. Resume to go on."), e);
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) { // a defect must not leave the job RUNNING for ever
            end = failed(
                    new Reason(
                            ErrorCode.INTERNAL_ERROR,
                            "The run met a defect of the service; the log has more. What was committed is safe. Resume to"
                                    + " go on."),
                    e);
        }
        parts.listener().ended(id, end);
    }

    /** What earlier runs left of items beyond the checkpoint, and this one will add; null if its processor needs none. */
    private @Nullable ItemJournal openJournal() throws IOException {
        if (!parts.settings().concurrent()) {
            return null;
        }
        int lastFailed = order.job().runs().stream()
                .filter(run -> run.ending() != null && run.ending().end() == Run.End.FAILED)
                .mapToInt(Run::number)
                .max()
                .orElse(0);
        return ItemJournal.open(
                parts.disk(),
                requireNonNull(order.files()),
                new ItemJournal.OfRun(id, order.run(), lastFailed),
                committed.nextItem());
    }

    /** A job that had committed something before and has no checkpoint now says so, and one whose journal is damaged. */
    private Recovery explained(CheckpointStore.Restored restored, @Nullable ItemJournal journal) {
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
                            "The checkpoint is missing. The job started over from item 0; its results stay exact."));
        }
        if (journal != null && !journal.damaged().isEmpty()) {
            Reason reason = new Reason(
                    ErrorCode.JOURNAL_DAMAGED,
                    "Of what was finished beyond the checkpoint some is damaged or missing ("
                            + String.join(", ", journal.damaged())
                            + "). Those items are worked on again, so calls may be repeated; the results stay exact.");
            log.warn("Job {}: {}", id, reason.message());
            return new Recovery(recovery.from(), recovery.item(), reason);
        }
        return recovery;
    }

    private RunEnd work(@Nullable ItemJournal journal)
            throws IOException, InterruptedException, Processors.UnavailableException {
        RunEnd changed = checkInput();
        if (changed != null) {
            return changed;
        }
        counter.count(order, parts.listener());
        RunEnd end;
        try (ResultSink sink = ResultSink.open(
                        parts.disk(), order.results(), order.errors(), order.resultsFormat(), committed);
                ItemSource source = openSource()) {
            end = pump(sink, source, journal);
        }
        if (end.end() == Run.End.COMPLETED) {
            changed = checkInput();
        }
        return changed == null ? end : changed;
    }

    private ItemSource openSource() throws IOException {
        InputIdentity identity = order.job().identity();
        long bytes = identity == null ? 0 : identity.bytes();
        items = order.input()
                .items(
                        parts.disk(),
                        order.job().validSpec().format(),
                        bytes,
                        parts.settings().maxItemBytes());
        return items.open(committed);
    }

    /** Moves items from the source to the sink until the run ends, with the threads that this takes. */
    private RunEnd pump(ResultSink sink, ItemSource source, @Nullable ItemJournal journal)
            throws IOException, InterruptedException, Processors.UnavailableException {
        RunSettings settings = parts.settings();
        SliceQueue queue = new SliceQueue(settings.concurrent() ? Integer.MAX_VALUE : 2 * settings.parallelism());
        CommitLoop loop = new CommitLoop(parts, queue, sink, committed);
        try (Processing others = processing(queue, loop, journal)) {
            BatchReader reader = new BatchReader(
                    source, queue, control(), settings, others == null ? sliceProcessor() : null, others);
            Thread thread = new Thread(reader, "job-" + id + "-reader");
            thread.start();
            try {
                RunEnd end = loop.commitAll();
                return end != null ? end : endOf(reader, loop, queue);
            } catch (SliceQueue.PipelineException e) {
                throw rethrown(e);
            } finally {
                committed = loop.committed();
                control().abort();
                queue.close();
                thread.join();
            }
        }
    }

    /** How the run ended when nothing failed and the reader has nothing more to read. */
    private RunEnd endOf(BatchReader reader, CommitLoop loop, SliceQueue queue) {
        Run.End asked = control().asked();
        if (control().mustEndNow() && asked != null) {
            return new RunEnd(asked, null, loop.committed());
        }
        CrashOrder crash = control().crash();
        if (crash != null && crash.afterItems() == 0) {
            // It came when the last batch was read already.
            return loop.crashed(crash);
        }
        if (asked == null || (reader.inputEnded() && !queue.hasRest())) {
            return new RunEnd(Run.End.COMPLETED, null, loop.committed());
        }
        return new RunEnd(asked, control().reason(), loop.committed());
    }

    /** Who processes the items; null if the thread that reads them does. */
    private @Nullable Processing processing(SliceQueue queue, CommitLoop loop, @Nullable ItemJournal journal)
            throws Processors.UnavailableException {
        RunSettings settings = parts.settings();
        if (journal != null) {
            return concurrentProcessing(queue, loop, journal);
        }
        return settings.readerProcesses()
                ? null
                : new ParallelProcessing(settings.parallelism(), "job-" + id, this::sliceProcessor, queue, control());
    }

    private Processing concurrentProcessing(SliceQueue queue, CommitLoop loop, ItemJournal journal)
            throws Processors.UnavailableException {
        ConcurrentProcessor processor =
                parts.processors().concurrent(order.job().validSpec().processor());
        Faults faults = parts.settings().faults();
        if (faults != null && !faults.itemDelay().isZero()) {
            processor = new DelayedProcessor(processor, faults.itemDelay());
        }
        ConcurrentProcessing processing = new ConcurrentProcessing(
                parts,
                requireNonNull(items).decoder(),
                processor,
                journal,
                queue,
                committed.nextItem(),
                () -> loop.committed().nextItem());
        processing.start();
        return processing;
    }

    private SliceProcessor sliceProcessor() {
        InlineProcessor processor =
                parts.processors().inline(order.job().validSpec().processor());
        Faults faults = parts.settings().faults();
        if (faults != null) {
            processor = new FaultyProcessor(processor, faults, control());
        }
        return new SliceProcessor(requireNonNull(items).decoder(), processor, parts.settings());
    }

    /** A failed end if the input is not the one that the job was submitted with. */
    private @Nullable RunEnd checkInput() throws IOException {
        InputIdentity now;
        try {
            now = InputIdentities.of(parts.disk(), order.input());
        } catch (NoSuchFileException e) {
            return failed(
                    new Reason(
                            ErrorCode.INPUT_MISSING,
                            "The input is not there any more. The results up to item " + committed.nextItem()
                                    + " are kept. Put it back and resume."),
                    null);
        }
        if (now.equals(order.job().identity())) {
            return null;
        }
        return failed(
                new Reason(
                        ErrorCode.INPUT_CHANGED,
                        "The input has changed since the job was submitted: it had "
                                + order.job().identity() + ", it has "
                                + now + ". The results up to item " + committed.nextItem()
                                + " are kept. Put the old input back and resume, or submit the job again."),
                null);
    }

    private RunEnd failed(Reason reason, @Nullable Throwable cause) {
        log.warn("Job {}: {}", id, reason.message(), cause);
        return new RunEnd(Run.End.FAILED, reason, committed);
    }

    private Reason reasonOf(IOException e) {
        String kept = " What was committed, up to item " + committed.nextItem() + ", is safe. ";
        if (e instanceof DiskFullException) {
            return new Reason(
                    ErrorCode.DISK_FULL, "The disk is full: " + e.getMessage() + "." + kept + "Free space and resume.");
        }
        if (e instanceof DamagedFileException) {
            return new Reason(ErrorCode.RESULTS_DAMAGED, String.valueOf(e.getMessage()));
        }
        if (e instanceof CsvHeader.BadHeaderException) {
            return new Reason(
                    ErrorCode.INPUT_CHANGED,
                    "The input has changed, or is limited otherwise, since the job was submitted: " + e.getMessage()
                            + "." + kept + "Put the old input back and resume, or submit the job again.");
        }
        if (e instanceof InputTruncatedException) {
            return new Reason(
                    ErrorCode.INPUT_CHANGED,
                    "The input has changed while it was read: " + e.getMessage() + "." + kept
                            + "Put the old input back and resume, or submit the job again.");
        }
        return new Reason(
                ErrorCode.IO_ERROR, "The disk failed: " + e.getMessage() + "." + kept + "Check the disk and resume.");
    }

    private static IOException rethrown(SliceQueue.PipelineException e) {
        Throwable cause = e.getCause();
        if (cause instanceof IOException failure) {
            return failure;
        }
        throw new IllegalStateException(cause);
    }
}
