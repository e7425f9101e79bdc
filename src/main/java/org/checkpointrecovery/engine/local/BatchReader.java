package org.checkpointrecovery.engine.local;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Duration;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.run.RunSettings;
import org.checkpointrecovery.engine.run.Slice;
import org.checkpointrecovery.engine.run.SliceQueue;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.item.OpenQuoteException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the items of a run on its own thread, cuts them into batches, and processes them or, with a parallelism above 1,
 * passes them to other threads.
 */
final class BatchReader implements Reading {
    /** What a slice of a range should take: the work that the end of a run waits for. */
    private static final Duration SLICE_OF_RANGE = Duration.ofMillis(100);

    private static final int FIRST_SLICE_OF_RANGE = 16;

    private final ItemSource source;
    private final BatchCutter batches;
    private final SliceQueue queue;
    private final RunControl control;
    private final RunSettings settings;
    private final @Nullable SliceProcessor processor;
    private final @Nullable ParallelProcessing others;
    private final Thread thread;

    /**
     * @param name of its thread
     * @param processor processes the items on this thread; null if other threads do
     * @param others process the items on other threads; null if this thread does
     */
    BatchReader(
            String name,
            Pipeline.Work work,
            Pipeline.Way way,
            @Nullable SliceProcessor processor,
            @Nullable ParallelProcessing others) {
        this.source = way.source();
        this.queue = way.queue();
        this.settings = work.settings();
        this.batches = new BatchCutter(
                source,
                queue,
                settings.batchSize(),
                settings.ofRange() ? FIRST_SLICE_OF_RANGE : Integer.MAX_VALUE,
                way.endBytes(),
                way.firstItem());
        this.control = work.control();
        this.processor = processor;
        this.others = others;
        this.thread = new Thread(this::read, name);
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    @Override
    public boolean inputEnded() {
        return batches.inputEnded();
    }

    @Override
    public boolean awaitEnd(long mostMillis) throws InterruptedException {
        thread.join(mostMillis);
        return !thread.isAlive();
    }

    private void read() {
        try (source) { // no other thread may close it: if this thread is blocked in it, the other would block too
            readToEnd();
        } catch (Throwable e) { // report any failure to the committing thread
            queue.fail(e);
        }
    }

    private void readToEnd() throws IOException, InterruptedException {
        try {
            readBatches();
        } catch (OpenQuoteException e) { // the items before it are complete and are committed
            queue.finish(e);
            return;
        }
        queue.finish();
    }

    private void readBatches() throws IOException, InterruptedException {
        boolean goOn = true;
        while (goOn) {
            if (control.mustEndNow() || (mayEnd() && control.asked() != null)) {
                return;
            }
            Slice slice = queue.acquire();
            if (slice == null) {
                return;
            }
            Items items = batches.read(slice);
            if (items.count() == 0) {
                batches.endInput(slice);
                return;
            }
            goOn = readSlice(items, slice);
        }
    }

    private boolean mayEnd() {
        return settings.ofRange() || batches.isBetweenBatches();
    }

    private boolean readSlice(Items items, Slice slice) throws InterruptedException {
        boolean goOn = true;
        if (others == null) {
            goOn = process(items, slice, requireNonNull(processor));
        } else {
            batches.count(items, slice);
            others.submit(items, slice);
        }
        if (goOn && slice.endsInput) {
            batches.endInput();
            return false;
        }
        if (goOn && slice.endsBatch && control.commitsEachBatch()) {
            return queue.awaitEmpty();
        }
        return goOn;
    }

    /** Processes the items; false if that ends the run. */
    private boolean process(Items items, Slice slice, SliceProcessor inline) {
        inline.process(items, slice, control::mustEndNow);
        if (control.mustEndNow()) {
            return false;
        }
        if (settings.allowsNoFailures() && slice.failed > 0) {
            queue.put(slice, true);
            return false;
        }
        batches.count(items, slice);
        if (settings.ofRange()) {
            batches.adapt(Duration.ofNanos(slice.processingNanos), SLICE_OF_RANGE);
        }
        queue.put(slice, true);
        return true;
    }
}
