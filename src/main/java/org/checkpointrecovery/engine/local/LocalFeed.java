package org.checkpointrecovery.engine.local;

import java.io.IOException;
import java.util.function.LongSupplier;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.engine.run.Feed;
import org.checkpointrecovery.engine.run.InputCalls;
import org.checkpointrecovery.engine.run.ItemCounter;
import org.checkpointrecovery.engine.run.RunParts;
import org.checkpointrecovery.engine.run.SliceQueue;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.storage.InputItems;
import org.checkpointrecovery.storage.ItemJournal;
import org.jspecify.annotations.Nullable;

/** Reads and processes the items of a run with threads of this process. */
final class LocalFeed implements Feed {
    private final RunParts parts;
    private final RunOrder order;
    private final Position from;
    private final ItemCounter counter;
    private final SharedThreads threads;
    private final @Nullable ItemJournal journal;
    private @Nullable Pipeline pipeline;

    private LocalFeed(
            RunParts parts, Position from, ItemCounter counter, SharedThreads threads, @Nullable ItemJournal journal) {
        this.parts = parts;
        this.order = parts.order();
        this.from = from;
        this.counter = counter;
        this.threads = threads;
        this.journal = journal;
    }

    static LocalFeed open(RunParts parts, Position from, ItemCounter counter, SharedThreads threads)
            throws IOException {
        return new LocalFeed(parts, from, counter, threads, openJournal(parts, from));
    }

    /**
     * Opens the journal with the uncommitted outcomes of earlier runs, to which this run appends; null if the processor
     * needs none.
     */
    private static @Nullable ItemJournal openJournal(RunParts parts, Position from) throws IOException {
        if (!parts.settings().concurrent()) {
            return null;
        }
        RunOrder order = parts.order();
        JobId id = order.job().id();
        int lastFailed = order.job().runs().stream()
                .filter(run -> run.ending() != null && run.ending().end() == Run.End.FAILED)
                .mapToInt(Run::number)
                .max()
                .orElse(0);
        return ItemJournal.open(
                parts.disk(),
                order.target().journal(),
                new ItemJournal.OfRun(id, order.run(), lastFailed),
                from.nextItem());
    }

    /** An input, opened where the run starts. */
    private record Opened(InputItems items, ItemSource source) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            source.close();
        }
    }

    @Override
    public @Nullable Reason damage() {
        if (journal == null || journal.damaged().isEmpty()) {
            return null;
        }
        return new Reason(
                ErrorCode.JOURNAL_DAMAGED,
                "Part of the item journal is damaged or missing ("
                        + String.join(", ", journal.damaged())
                        + "). Those items are reprocessed, so calls may be repeated. Results stay exact.");
    }

    @Override
    public void begin(SliceQueue queue, LongSupplier committedItems)
            throws IOException, InterruptedException, Processors.UnavailableException {
        InputIdentity identity = order.job().identity();
        long endBytes = identity == null ? 0 : identity.bytes();
        Opened opened = InputCalls.call(
                parts.control(), order.input(), "job-" + order.job().id() + "-input", () -> {
                    counter.count(order, parts.listener());
                    InputItems items = order.input()
                            .items(
                                    parts.disk(),
                                    order.job().validSpec().format(),
                                    endBytes,
                                    parts.settings().maxItemBytes());
                    return new Opened(items, items.openWithChecksum(from));
                });
        pipeline = Pipeline.begin(
                new Pipeline.Work(
                        parts.order().job(),
                        parts.settings(),
                        parts.listener(),
                        parts.control(),
                        order.means().processors(),
                        threads),
                new Pipeline.Way(opened.items, opened.source, queue, endBytes, 0),
                journal == null ? null : new Pipeline.Journal(journal, from.nextItem(), committedItems));
    }

    @Override
    public boolean inputEnded() {
        return pipeline != null && pipeline.inputEnded();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        try {
            if (pipeline != null) {
                pipeline.close();
            }
        } finally {
            if (journal != null) {
                journal.close();
            }
        }
    }
}
