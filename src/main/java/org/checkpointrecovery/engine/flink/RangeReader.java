package org.checkpointrecovery.engine.flink;

import java.io.IOException;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.range.RangeChain;
import org.checkpointrecovery.engine.range.RangeRecord;
import org.checkpointrecovery.engine.range.RangeRecord.Batch;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.engine.run.Slice;
import org.checkpointrecovery.engine.run.SliceQueue;
import org.checkpointrecovery.job.FailedItemLimits;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.Position;
import org.jspecify.annotations.Nullable;

/**
 * Delivers the finished ranges, in order, to the thread that commits: a slice for each part, without its bytes. Used by one
 * thread.
 */
final class RangeReader {
    private final RangeStore store;
    private final RangeChain chain;
    private final SliceQueue queue;
    private final FailedItemLimits limits;
    private final RunControl control;
    /** Index of the first item that was not put into the queue. */
    private long nextItem;
    /** Whether the last range read ended early, at an item that may not fail. No range follows it. */
    private boolean endsEarly;

    /** Counts of the items before {@link #nextItem}. */
    private Finished read;
    /** The counts that were returned last. */
    private Finished shown = new Finished(0, 0);

    /** @param from the end of a batch */
    RangeReader(
            RangeStore store,
            RangeChain chain,
            SliceQueue queue,
            Position from,
            FailedItemLimits limits,
            RunControl control) {
        this.store = store;
        this.chain = chain;
        this.queue = queue;
        this.read = from.finished();
        this.nextItem = from.nextItem();
        this.limits = limits;
        this.control = control;
    }

    /** Returns the index of the first item that was not put into the queue. */
    long nextItem() {
        return nextItem;
    }

    boolean isAtEnd() throws IOException {
        return chain.isAtEnd();
    }

    /** Counts the items of all finished ranges. The counts never fall. */
    Finished finished() throws IOException {
        Finished ahead = chain.ahead();
        shown = new Finished(
                Math.max(shown.succeeded(), read.succeeded() + ahead.succeeded()),
                Math.max(shown.failed(), read.failed() + ahead.failed()));
        return shown;
    }

    /**
     * Reads the next ranges in order, as far as they are finished.
     *
     * @return how many were read; -1 if the queue is closed
     */
    int readFinished() throws IOException, InterruptedException {
        int number = 0;
        while (!endsEarly && chain.hasNext()) {
            RangeRecord record = store.record(chain.next());
            Finished after = record.addTo(read, nextItem);
            if (!put(record)) {
                return -1;
            }
            endsEarly = limits.itemsAllowed() == 0 && record.failed() > 0;
            read = after;
            chain.take(record);
            number++;
        }
        return number;
    }

    private boolean put(RangeRecord record) throws InterruptedException {
        // A limit, or a rehearsed crash, may end the run after any batch. Otherwise only the last complete one matters.
        boolean each = control.commitsEachBatch() || (limits.areSet() && record.failed() > 0);
        Place place = new Place(record);
        Batch gathered = null;
        for (Batch batch : record.batches()) {
            if (place.item < nextItem) { // committed by an earlier run
                place.pass(batch);
                continue;
            }
            if (gathered != null && (each || !batch.endsBatch())) {
                if (!put(gathered, place)) {
                    return false;
                }
                gathered = null;
            }
            gathered = gathered == null ? batch : gathered.and(batch);
        }
        return gathered == null || put(gathered, place);
    }

    private boolean put(Batch batches, Place place) throws InterruptedException {
        Slice slice = queue.acquire();
        if (slice == null) {
            return false;
        }
        slice.stored = new Slice.Stored(
                place.part, place.resultsAt, batches.resultsBytes(), place.errorsAt, batches.errorsBytes());
        slice.nextBytes = batches.inputBytes();
        slice.succeeded = batches.succeeded();
        slice.failed = batches.failed();
        slice.processingNanos = place.processingNanos;
        slice.endsBatch = batches.endsBatch();
        RangeRecord.@Nullable FirstFailure failure = batches.failure();
        if (failure != null) {
            slice.firstFailedIndex = failure.index();
            slice.firstFailure = failure.failure();
        }
        place.pass(batches);
        place.processingNanos = 0;
        nextItem = place.item;
        queue.put(slice, true);
        return true;
    }

    /** Where batches start in a part. */
    private static final class Place {
        private final long part;
        private long item;
        private long resultsAt;
        private long errorsAt;
        /** Of the whole range; 0 once it is reported. */
        private long processingNanos;

        Place(RangeRecord record) {
            this.part = record.firstItem();
            this.item = part;
            this.processingNanos = record.took().toNanos();
        }

        void pass(Batch batches) {
            item += batches.succeeded() + batches.failed();
            resultsAt += batches.resultsBytes();
            errorsAt += batches.errorsBytes();
        }
    }
}
