package org.checkpointrecovery.engine.local;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.RunListener;
import org.checkpointrecovery.engine.run.InputCalls;
import org.checkpointrecovery.engine.run.RunSettings;
import org.checkpointrecovery.engine.run.SliceQueue;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.InlineProcessor;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.storage.InputItems;
import org.checkpointrecovery.storage.ItemJournal;
import org.jspecify.annotations.Nullable;

/** Moves items from a source through a processor into a queue of slices, on its own threads. */
final class Pipeline {
    private static final long LOOK_MILLIS = 100;

    private final Work work;
    private final InputItems items;
    private final @Nullable Processing others;
    private final SliceQueue queue;
    private final BatchReader reader;
    private final Thread thread;

    /** How to process the items. */
    record Work(Job job, RunSettings settings, RunListener listener, RunControl control, Processors processors) {}

    /**
     * The journal of uncommitted outcomes.
     *
     * @param nextItem index of the first item that is read
     * @param committedItems the number of committed items
     */
    record Journal(ItemJournal items, long nextItem, LongSupplier committedItems) {}

    /**
     * @param source of the items; closed by the thread that reads from it
     * @param firstItem index of the first item, for counting batches
     * @param journal null if the processor handles one item at a time, or if uncommitted outcomes are not kept
     */
    private Pipeline(
            Work work, InputItems items, ItemSource source, SliceQueue queue, long firstItem, @Nullable Journal journal)
            throws Processors.UnavailableException {
        this.work = work;
        this.items = items;
        this.others = processing(queue, journal);
        this.reader = new BatchReader(
                source,
                queue,
                work.control(),
                work.settings(),
                others == null ? sliceProcessor() : null,
                others,
                firstItem);
        this.queue = queue;
        this.thread = new Thread(reader, "job-" + work.job().id() + "-reader");
        this.thread.setDaemon(true);
    }

    static Pipeline begin(
            Work work, InputItems items, ItemSource source, SliceQueue queue, long firstItem, @Nullable Journal journal)
            throws IOException, Processors.UnavailableException {
        try {
            Pipeline pipeline = new Pipeline(work, items, source, queue, firstItem, journal);
            pipeline.thread.start();
            return pipeline;
        } catch (Processors.UnavailableException | RuntimeException e) {
            source.close();
            throw e;
        }
    }

    /** Returns the processing on other threads; null if the reading thread processes the items. */
    private @Nullable Processing processing(SliceQueue queue, @Nullable Journal journal)
            throws Processors.UnavailableException {
        RunSettings settings = work.settings();
        if (settings.concurrent()) {
            return concurrentProcessing(queue, journal);
        }
        if (settings.readerProcesses()) {
            return null;
        }
        List<SliceProcessor> processors = new ArrayList<>();
        while (processors.size() < settings.parallelism()) {
            processors.add(sliceProcessor());
        }
        return new ParallelProcessing("job-" + work.job().id(), processors, queue, work.control());
    }

    private Processing concurrentProcessing(SliceQueue queue, @Nullable Journal journal)
            throws Processors.UnavailableException {
        ConcurrentProcessor processor =
                work.processors().concurrent(work.job().validSpec().processor());
        ConcurrentProcessing processing = new ConcurrentProcessing(work, items.decoder(), processor, journal, queue);
        processing.start();
        return processing;
    }

    private SliceProcessor sliceProcessor() throws Processors.UnavailableException {
        RunSettings settings = work.settings();
        InlineProcessor processor =
                work.processors().inline(work.job().validSpec().processor());
        return new SliceProcessor(items.decoder(), processor, settings);
    }

    /** Whether all items were read, so that the run is complete when the last slice is taken. */
    boolean inputEnded() {
        return reader.inputEnded();
    }

    /**
     * Waits until all threads have stopped. The control has told them to end, and the queue is closed. A reader that
     * hangs in a read is abandoned; if the read ever returns, the reader finds the queue closed and ends.
     */
    void close() throws IOException, InterruptedException {
        long read = 0;
        long since = System.nanoTime();
        while (thread.isAlive()) {
            thread.join(LOOK_MILLIS);
            long now = queue.readUnderWay();
            if (now == 0 || now != read) {
                read = now;
                since = System.nanoTime();
            } else if (System.nanoTime() - since >= InputCalls.PATIENCE.toNanos()) {
                break;
            }
        }
        if (others != null) {
            others.close();
        }
    }
}
