package org.checkpointrecovery.engine.local;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.RunListener;
import org.checkpointrecovery.engine.run.InputCalls;
import org.checkpointrecovery.engine.run.RunSettings;
import org.checkpointrecovery.engine.run.SliceQueue;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.processor.InlineProcessor;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.storage.InputItems;
import org.checkpointrecovery.storage.ItemJournal;
import org.jspecify.annotations.Nullable;

/** Moves items from a source through a processor into a queue of slices, on other threads than the committing one. */
final class Pipeline {
    private static final long LOOK_MILLIS = 100;

    private final SliceQueue queue;
    private final Reading reading;
    private final Runnable closeOthers;

    /**
     * How to process the items.
     *
     * @param threads for what waits most of the time
     */
    record Work(
            Job job,
            RunSettings settings,
            RunListener listener,
            RunControl control,
            Processors processors,
            Executor threads) {}

    /**
     * The way of the items.
     *
     * @param source of the items; closed by the thread that reads from it
     * @param endBytes where the input ends; 0 if unknown
     * @param firstItem index of the first item, for counting batches
     */
    record Way(InputItems items, ItemSource source, SliceQueue queue, long endBytes, long firstItem) {}

    /**
     * The journal of uncommitted outcomes.
     *
     * @param nextItem index of the first item that is read
     * @param committedItems the number of committed items
     */
    record Journal(ItemJournal items, long nextItem, LongSupplier committedItems) {}

    private Pipeline(SliceQueue queue, Reading reading, Runnable closeOthers) {
        this.queue = queue;
        this.reading = reading;
        this.closeOthers = closeOthers;
    }

    /** @param journal null if the processor handles one item at a time, or if uncommitted outcomes are not kept */
    static Pipeline begin(Work work, Way way, @Nullable Journal journal)
            throws IOException, Processors.UnavailableException {
        try {
            return work.settings().concurrent() ? concurrent(work, way, journal) : inline(work, way);
        } catch (Processors.UnavailableException | RuntimeException e) {
            way.source().close();
            throw e;
        }
    }

    private static Pipeline concurrent(Work work, Way way, @Nullable Journal journal)
            throws Processors.UnavailableException {
        ConcurrentProcessing processing = new ConcurrentProcessing(
                work,
                way.items().decoder(),
                work.processors().concurrent(work.job().validSpec().processor()),
                journal,
                way.queue());
        ConcurrentReader reader = new ConcurrentReader(work, way, processing);
        reader.start();
        return new Pipeline(way.queue(), reader, processing::close);
    }

    private static Pipeline inline(Work work, Way way) throws Processors.UnavailableException {
        String name = "job-" + work.job().id();
        RunSettings settings = work.settings();
        List<SliceProcessor> processors = new ArrayList<>();
        while (processors.size() < settings.parallelism()) {
            processors.add(sliceProcessor(work, way));
        }
        ParallelProcessing others = settings.readerProcesses()
                ? null
                : new ParallelProcessing(name, processors, way.queue(), work.control());
        BatchReader reader =
                new BatchReader(name + "-reader", work, way, others == null ? processors.get(0) : null, others);
        reader.start();
        return new Pipeline(way.queue(), reader, others == null ? () -> {} : others::close);
    }

    private static SliceProcessor sliceProcessor(Work work, Way way) throws Processors.UnavailableException {
        InlineProcessor processor =
                work.processors().inline(work.job().validSpec().processor());
        return new SliceProcessor(way.items().decoder(), processor, work.settings());
    }

    /** Whether all items were read, so that the run is complete when the last slice is taken. */
    boolean inputEnded() {
        return reading.inputEnded();
    }

    /**
     * Waits until all its work has stopped. The control has told it to end, and the queue is closed. A reader that
     * hangs in a read is abandoned; if the read ever returns, the reader finds the queue closed and ends.
     */
    void close() throws InterruptedException {
        long read = 0;
        long since = System.nanoTime();
        while (!reading.awaitEnd(LOOK_MILLIS)) {
            long now = queue.readUnderWay();
            if (now == 0 || now != read) {
                read = now;
                since = System.nanoTime();
            } else if (System.nanoTime() - since >= InputCalls.PATIENCE.toNanos()) {
                break;
            }
        }
        closeOthers.run();
    }
}
