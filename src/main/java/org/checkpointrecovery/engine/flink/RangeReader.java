package org.checkpointrecovery.engine.flink;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import org.checkpointrecovery.engine.range.RangeChain;
import org.checkpointrecovery.engine.range.RangeRecord;
import org.checkpointrecovery.engine.range.RangeRecord.Batch;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.engine.run.Slice;
import org.checkpointrecovery.engine.run.SliceQueue;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.Position;

/** Delivers the finished ranges, in order, as slices to the thread that commits. Used by one thread. */
final class RangeReader {
    private static final int PIECE_BYTES = 1024 * 1024;

    private final RangeStore store;
    private final RangeChain chain;
    private final SliceQueue queue;
    private final boolean allowsNoFailures;
    private final byte[] buffer = new byte[PIECE_BYTES];
    /** Index of the first item that was not put into the queue. */
    private long nextItem;
    /** Whether the last range read ended early, at an item that may not fail. No range follows it. */
    private boolean endsEarly;

    /** Counts of the items before {@link #nextItem}. */
    private Finished read;
    /** The counts that were returned last. */
    private Finished shown = new Finished(0, 0);

    /**
     * @param from the end of a batch
     * @param allowsNoFailures whether a range ends at its first failed item
     */
    RangeReader(RangeStore store, RangeChain chain, SliceQueue queue, Position from, boolean allowsNoFailures) {
        this.store = store;
        this.chain = chain;
        this.queue = queue;
        this.read = from.finished();
        this.nextItem = from.nextItem();
        this.allowsNoFailures = allowsNoFailures;
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
            if (!readNext()) {
                return -1;
            }
            number++;
        }
        return number;
    }

    private boolean readNext() throws IOException, InterruptedException {
        RangeRecord record = store.record(chain.next());
        Finished after = record.addTo(read, nextItem);
        long first = record.firstItem();
        long processingNanos = record.took().toNanos();
        try (SeekableByteChannel results = store.results(first);
                SeekableByteChannel errors = store.errors(first)) {
            for (Batch batch : record.batches()) {
                if (first < nextItem) { // committed by an earlier run
                    results.position(results.position() + batch.resultsBytes());
                    errors.position(errors.position() + batch.errorsBytes());
                } else {
                    if (!put(batch, results, errors, processingNanos)) {
                        return false;
                    }
                    processingNanos = 0;
                    nextItem = first + batch.succeeded() + batch.failed();
                }
                first += batch.succeeded() + batch.failed();
            }
        }
        endsEarly = allowsNoFailures && record.failed() > 0;
        read = after;
        chain.take(record);
        return true;
    }

    /** Queues a batch, in pieces if it is large. The last piece has its counts. */
    private boolean put(Batch batch, SeekableByteChannel results, SeekableByteChannel errors, long processingNanos)
            throws IOException, InterruptedException {
        long resultsLeft = batch.resultsBytes();
        long errorsLeft = batch.errorsBytes();
        boolean last = false;
        while (!last) {
            Slice slice = queue.acquire();
            if (slice == null) {
                return false;
            }
            resultsLeft -= copy(results, resultsLeft, slice.results);
            errorsLeft -= copy(errors, errorsLeft, slice.errors);
            last = resultsLeft == 0 && errorsLeft == 0;
            slice.nextBytes = batch.inputBytes();
            if (last) {
                count(slice, batch, processingNanos);
            }
            queue.put(slice, true);
        }
        return true;
    }

    private void count(Slice slice, Batch batch, long processingNanos) {
        slice.succeeded = batch.succeeded();
        slice.failed = batch.failed();
        slice.processingNanos = processingNanos;
        slice.endsBatch = batch.endsBatch();
        if (batch.failure() != null) {
            slice.firstFailedIndex = batch.failure().index();
            slice.firstFailure = batch.failure().failure();
        }
    }

    private int copy(SeekableByteChannel from, long left, JsonBytes into) throws IOException {
        ByteBuffer piece = ByteBuffer.wrap(buffer, 0, (int) Math.min(left, PIECE_BYTES));
        while (piece.hasRemaining()) {
            if (from.read(piece) < 0) {
                throw new EOFException("a range file was truncated");
            }
        }
        into.raw(buffer, 0, piece.position());
        return piece.position();
    }
}
