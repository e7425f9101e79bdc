package org.checkpointrecovery.engine.local;

import java.io.IOException;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.run.Slice;
import org.checkpointrecovery.engine.run.SliceQueue;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.item.OpenQuoteException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the items of a run, cuts them into batches, and starts them. Items of a {@link ConcurrentProcessing} wait for
 * each other most of the time, so this is an {@link Activity}.
 */
final class ConcurrentReader implements Reading {
    private final ItemSource source;
    private final BatchCutter batches;
    private final SliceQueue queue;
    private final RunControl control;
    private final ConcurrentProcessing processing;
    private final Activity activity;

    private @Nullable PendingSlice current; // of the activity
    private volatile boolean ended; // written by the activity

    /** What the reader can do next. */
    private enum Next {
        GO_ON,
        /** Items in progress must finish first. */
        WAIT_FOR_ITEMS,
        /** Earlier slices must be complete or committed first. */
        WAIT_FOR_SLICES,
        END
    }

    ConcurrentReader(Pipeline.Work work, Pipeline.Way way, ConcurrentProcessing processing) {
        this.source = way.source();
        this.queue = way.queue();
        this.batches = new BatchCutter(
                source,
                queue,
                work.settings().batchSize(),
                work.settings().ofRange() ? 1 : ConcurrentProcessing.SLICE_ITEMS,
                way.endBytes(),
                way.firstItem());
        this.control = work.control();
        this.processing = processing;
        this.activity = new Activity(work.threads(), "job-" + work.job().id() + "-reader", this::read);
    }

    void start() {
        queue.onRoom(activity::wake);
        processing.start(activity::wake);
        activity.wake();
    }

    @Override
    public boolean inputEnded() {
        return batches.inputEnded();
    }

    @Override
    public boolean awaitEnd(long mostMillis) throws InterruptedException {
        return activity.awaitIdle(mostMillis) && ended;
    }

    /** Reads and starts as many items as possible now. */
    private void read() {
        if (ended) {
            return;
        }
        try {
            processing.readerWaits(false);
            Next next = Next.GO_ON;
            while (next == Next.GO_ON) {
                next = advance();
            }
            if (next == Next.END) {
                end(null);
            } else {
                processing.readerWaits(next == Next.WAIT_FOR_SLICES);
            }
        } catch (OpenQuoteException e) { // the items before it are complete and are committed
            end(e);
        } catch (Throwable e) { // report any failure to the committing thread
            queue.fail(e);
            close();
        }
    }

    private void end(@Nullable OpenQuoteException cause) {
        processing.noMoreItems();
        if (cause == null) {
            queue.finish();
        } else {
            queue.finish(cause);
        }
        close();
    }

    /** Nobody else may close the source: while a read is blocked in it, that would block too. */
    private void close() {
        try {
            source.close();
        } catch (IOException | RuntimeException e) {
            queue.fail(e);
        } finally {
            ended = true;
        }
    }

    private Next advance() throws IOException {
        PendingSlice pending = current;
        if (pending != null) {
            return pending.hasNext() ? startItem(pending) : endSlice(pending.slice());
        }
        if (control.mustEndNow() || (batches.isBetweenBatches() && control.asked() != null)) {
            return Next.END;
        }
        Slice slice = queue.poll();
        if (slice == null) {
            return queue.isOver() ? Next.END : Next.WAIT_FOR_SLICES;
        }
        Items items = batches.read(slice);
        if (items.count() == 0) {
            batches.endInput(slice);
            return Next.END;
        }
        batches.count(items, slice);
        current = processing.submit(items, slice);
        return current == null ? Next.END : Next.GO_ON;
    }

    private Next startItem(PendingSlice pending) throws IOException {
        return switch (processing.startNext(pending)) {
            case STARTED -> Next.GO_ON;
            case NO_PLACE -> Next.WAIT_FOR_ITEMS;
            case WINDOW_FULL -> Next.WAIT_FOR_SLICES;
            case RUN_ENDS -> Next.END;
        };
    }

    /** All items of the slice have started. */
    private Next endSlice(Slice slice) {
        if (slice.endsBatch && control.commitsEachBatch()) {
            if (queue.isOver()) {
                return Next.END;
            }
            if (!queue.isEmpty()) {
                return Next.WAIT_FOR_SLICES;
            }
        }
        current = null;
        return Next.GO_ON;
    }
}
