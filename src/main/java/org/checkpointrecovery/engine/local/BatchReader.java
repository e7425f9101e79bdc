package org.checkpointrecovery.engine.local;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.run.RunSettings;
import org.checkpointrecovery.engine.run.Slice;
import org.checkpointrecovery.engine.run.SliceQueue;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.item.OpenQuoteException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the items of a run, cuts them into batches, and processes them or, with a parallelism above 1, passes them to
 * other threads. Runs on its own thread.
 */
final class BatchReader implements Runnable {
    private final ItemSource source;
    private final SliceQueue queue;
    private final RunControl control;
    private final RunSettings settings;
    private final @Nullable SliceProcessor processor;
    private final @Nullable Processing others;

    private int itemsInBatch;
    private volatile boolean inputEnded;

    /**
     * @param processor processes the items on this thread; null if other threads do
     * @param others process the items on other threads; null if this thread does
     * @param firstItem a multiple of the batch size if the first item starts a batch
     */
    BatchReader(
            ItemSource source,
            SliceQueue queue,
            RunControl control,
            RunSettings settings,
            @Nullable SliceProcessor processor,
            @Nullable Processing others,
            long firstItem) {
        this.source = source;
        this.queue = queue;
        this.control = control;
        this.settings = settings;
        this.processor = processor;
        this.others = others;
        this.itemsInBatch = (int) (firstItem % settings.batchSize());
    }

    /** Whether all items were read, so that the run is complete when the last slice is committed. */
    boolean inputEnded() {
        return inputEnded;
    }

    @Override
    public void run() {
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
            noMoreItems();
            queue.finish(e);
            return;
        }
        noMoreItems();
        queue.finish();
    }

    private void noMoreItems() {
        if (others != null) {
            others.noMoreItems();
        }
    }

    private void readBatches() throws IOException, InterruptedException {
        boolean goOn = true;
        while (goOn) {
            if (control.mustEndNow() || (itemsInBatch == 0 && control.asked() != null)) {
                return;
            }
            Slice slice = queue.acquire();
            if (slice == null) {
                return;
            }
            Items items = read();
            slice.nextBytes = items.nextBytes();
            slice.nextCrc = items.nextCrc();
            goOn = items.count() == 0 ? endInput(slice) : readSlice(items, slice);
        }
    }

    private Items read() throws IOException {
        int max = maxItems();
        queue.readBegins();
        try {
            return source.read(max);
        } finally {
            queue.readEnds();
        }
    }

    /** Returns the maximum number of items in the next slice. */
    private int maxItems() {
        return Math.min(
                settings.batchSize() - itemsInBatch,
                settings.concurrent() ? ConcurrentProcessing.SLICE_ITEMS : Integer.MAX_VALUE);
    }

    /** Ends the last batch if it is incomplete. */
    private boolean endInput(Slice slice) {
        if (itemsInBatch > 0) {
            endBatch(slice);
            queue.put(slice, true);
        }
        inputEnded = true;
        return false;
    }

    private boolean readSlice(Items items, Slice slice) throws IOException, InterruptedException {
        boolean goOn =
                others == null ? process(items, slice, requireNonNull(processor)) : dispatch(items, slice, others);
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
        count(items, slice);
        queue.put(slice, true);
        return true;
    }

    /** Passes the items to other threads; false if that ends the run. */
    private boolean dispatch(Items items, Slice slice, Processing processing) throws IOException, InterruptedException {
        count(items, slice);
        return processing.submit(items, slice);
    }

    private void count(Items items, Slice slice) {
        itemsInBatch += items.count();
        if (itemsInBatch == settings.batchSize()) {
            endBatch(slice);
        }
    }

    private void endBatch(Slice slice) {
        slice.endsBatch = true;
        itemsInBatch = 0;
    }
}
