package org.checkpointrecovery.engine.flink;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.HashMap;
import java.util.Map;
import org.checkpointrecovery.engine.range.Manifest;
import org.checkpointrecovery.engine.range.RangeRecord;
import org.checkpointrecovery.engine.range.RangeRecord.Part;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.engine.run.Slice;
import org.checkpointrecovery.engine.run.SliceQueue;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Range;

/** Delivers the finished ranges, in order, as slices to the thread that commits. Used by one thread. */
final class RangeReader {
    private static final int PIECE_BYTES = 1024 * 1024;

    private final RangeStore store;
    private final Manifest manifest;
    private final SliceQueue queue;
    private final byte[] buffer = new byte[PIECE_BYTES];
    /** Position in the manifest of the first unread range. */
    private int nextRange;
    /** Index of the first item that was not put into the queue. */
    private long nextItem;
    /** Whether the last range read ended early, at an item that may not fail. No range follows it. */
    private boolean endsEarly;

    /** Counts of the items before {@link #nextItem}. */
    private Finished read;
    /** Counts of finished ranges that wait for an earlier one, by their position in the manifest. */
    private final Map<Integer, Finished> ahead = new HashMap<>();

    /** @param from the end of a batch */
    RangeReader(RangeStore store, Manifest manifest, SliceQueue queue, Position from) throws IOException {
        this.store = store;
        this.manifest = manifest;
        this.queue = queue;
        this.read = from.finished();
        this.nextItem = from.nextItem();
        this.nextRange = manifest.indexOf(nextItem);
        findAhead(Integer.MAX_VALUE); // earlier submissions may have had more tasks
    }

    /** Returns the index of the first item that was not put into the queue. */
    long nextItem() {
        return nextItem;
    }

    boolean isAtEnd() {
        return nextRange == manifest.ranges().size();
    }

    /** Returns the number of unread ranges. */
    int rangesLeft() {
        return manifest.ranges().size() - nextRange;
    }

    /**
     * Counts the items of all finished ranges. The counts never fall.
     *
     * @param tasks the largest number of ranges that are in progress at once
     */
    Finished finished(int tasks) throws IOException {
        findAhead(tasks);
        long succeeded = read.succeeded();
        long failed = read.failed();
        for (Finished range : ahead.values()) {
            succeeded += range.succeeded();
            failed += range.failed();
        }
        return new Finished(succeeded, failed);
    }

    /** Finds more finished ranges. Tasks begin ranges in order, so few unfinished ones are before a finished one. */
    private void findAhead(int unfinished) throws IOException {
        int left = unfinished;
        for (int number = nextRange; number < manifest.ranges().size() && left >= 0; number++) {
            Range range = manifest.ranges().get(number);
            if (ahead.containsKey(number)) {
                continue;
            }
            if (store.isFinished(range)) {
                ahead.put(number, store.record(range).addTo(new Finished(0, 0), nextItem));
            } else {
                left--;
            }
        }
    }

    /**
     * Reads the next ranges in order, as far as they are finished.
     *
     * @return how many were read; -1 if the queue is closed
     */
    int readFinished() throws IOException, InterruptedException {
        int read = 0;
        while (!isAtEnd() && !endsEarly && store.isFinished(manifest.ranges().get(nextRange))) {
            if (!read(manifest.ranges().get(nextRange))) {
                return -1;
            }
            read++;
        }
        return read;
    }

    private boolean read(Range range) throws IOException, InterruptedException {
        RangeRecord record = store.record(range);
        Finished after = record.addTo(read, nextItem);
        long first = range.firstItem();
        long processingNanos = record.took().toNanos();
        try (SeekableByteChannel results = store.results(range);
                SeekableByteChannel errors = store.errors(range)) {
            for (Part part : record.parts()) {
                if (first < nextItem) { // committed by an earlier run
                    results.position(results.position() + part.resultsBytes());
                    errors.position(errors.position() + part.errorsBytes());
                } else {
                    if (!put(part, results, errors, processingNanos)) {
                        return false;
                    }
                    processingNanos = 0;
                    nextItem = first + part.succeeded() + part.failed();
                }
                first += part.succeeded() + part.failed();
            }
        }
        endsEarly = record.nextItem() < range.nextItem();
        read = after;
        ahead.remove(nextRange);
        nextRange++;
        return true;
    }

    /** Queues a part, in pieces if it is large. The last piece has its counts. */
    private boolean put(Part part, SeekableByteChannel results, SeekableByteChannel errors, long processingNanos)
            throws IOException, InterruptedException {
        long resultsLeft = part.resultsBytes();
        long errorsLeft = part.errorsBytes();
        boolean last = false;
        while (!last) {
            Slice slice = queue.acquire();
            if (slice == null) {
                return false;
            }
            resultsLeft -= copy(results, resultsLeft, slice.results);
            errorsLeft -= copy(errors, errorsLeft, slice.errors);
            last = resultsLeft == 0 && errorsLeft == 0;
            slice.nextBytes = part.inputBytes();
            if (last) {
                count(slice, part, processingNanos);
            }
            queue.put(slice, true);
        }
        return true;
    }

    private void count(Slice slice, Part part, long processingNanos) {
        slice.succeeded = part.succeeded();
        slice.failed = part.failed();
        slice.processingNanos = processingNanos;
        slice.endsBatch = part.endsBatch();
        if (part.failure() != null) {
            slice.firstFailedIndex = part.failure().index();
            slice.firstFailure = part.failure().failure();
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
