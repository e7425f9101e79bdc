package org.checkpointrecovery.engine.run;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The slices of a run between the reader and the commit, in item order, whatever order they are processed in. Bounded:
 * the reader waits while the slices hold {@link #MAX_BYTES} of results, or while too many are unprocessed. The
 * committing thread takes everything that is ready when it returns from the disk, into one commit.
 */
public final class SliceQueue {
    /** Maximum bytes of processed, uncommitted results. */
    private static final long MAX_BYTES = 16L * 1024 * 1024;
    /** Bounds the overhead of many tiny batches. */
    private static final int MAX_SLICES = 8192;

    private final int maxUnprocessed;
    private final ArrayDeque<Slice> inOrder = new ArrayDeque<>(); // guarded by this, as all below
    private final ArrayDeque<Slice> free = new ArrayDeque<>();
    private long bytes;
    private int unprocessed;
    private int underWay;
    private boolean finished;
    private boolean closed;
    private boolean dropUnprocessed;
    private boolean woken;
    private @Nullable Throwable failure;
    private @Nullable Throwable failureAtEnd;
    private Runnable onRoom = () -> {};
    private final AtomicLong reads = new AtomicLong(); // odd while the input is read

    public SliceQueue(int maxUnprocessed) {
        this.maxUnprocessed = maxUnprocessed;
    }

    /** Registers a callback for a reader that polls: there may be room, or the run is over. Call before the first read. */
    public synchronized void onRoom(Runnable listener) {
        onRoom = listener;
    }

    /** Notes that the reader starts a read of the input, which may block forever. */
    public void readBegins() {
        reads.incrementAndGet();
    }

    public void readEnds() {
        reads.incrementAndGet();
    }

    /** Returns the unique number of the current read; 0 if there is none. */
    public long readUnderWay() {
        long now = reads.get();
        return now % 2 == 0 ? 0 : now;
    }

    /** Returns an empty slice for the reader; null if the run is over. */
    public synchronized @Nullable Slice acquire() throws InterruptedException {
        while (!closed && isFull()) {
            wait();
        }
        return poll();
    }

    /** Returns an empty slice for a reader that does not wait; null if there is no room or the run is over. */
    public synchronized @Nullable Slice poll() {
        if (closed || isFull()) {
            return null;
        }
        Slice slice = free.pollLast();
        if (slice == null) {
            return new Slice();
        }
        slice.clear();
        return slice;
    }

    private boolean isFull() {
        return bytes >= MAX_BYTES || underWay >= MAX_SLICES || unprocessed >= maxUnprocessed;
    }

    /** Adds the next slice in order, whether processed or not. If it ends the input, no more slices are added. */
    public synchronized void put(Slice slice, boolean processed) {
        inOrder.addLast(slice);
        finished |= slice.endsInput;
        underWay++;
        if (processed) {
            markProcessed(slice);
        } else {
            unprocessed++;
        }
    }

    /** Marks a slice in the queue as processed. */
    public synchronized void processed(Slice slice) {
        unprocessed--;
        markProcessed(slice);
    }

    private void markProcessed(Slice slice) {
        slice.processed = true;
        slice.countedBytes = slice.memory();
        bytes += slice.countedBytes;
        notifyAll();
    }

    /** Marks the end: no more slices are added. */
    public synchronized void finish() {
        finished = true;
        notifyAll();
    }

    /** Marks the end because of a failure. The failure is thrown after all slices were taken. */
    public synchronized void finish(Throwable cause) {
        failureAtEnd = cause;
        finish();
    }

    /** Drops slices that are not processed by now: the run ends before them. */
    public synchronized void dropUnprocessed() {
        dropUnprocessed = true;
        notifyAll();
        onRoom.run();
    }

    /** Makes the committing thread check whether the run must end. */
    public synchronized void wake() {
        woken = true;
        notifyAll();
    }

    /** Whether all slices were taken, and no thread of the run failed. */
    synchronized boolean isTakenWhole() {
        return finished && inOrder.isEmpty() && failure == null && failureAtEnd == null;
    }

    /** Whether the queue still has slices. */
    public synchronized boolean hasRest() {
        return !inOrder.isEmpty();
    }

    /** Reports that the reader or a processing thread failed. */
    public synchronized void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        notifyAll();
    }

    /**
     * Takes the slices that are processed and next in order. Waits for the first one, or to be woken.
     *
     * @param mostMillis the maximum wait; 0 for no limit
     * @return false if there are none and none will come
     * @throws PipelineException if another thread of the run failed
     */
    public synchronized boolean take(List<Slice> into, long mostMillis) throws InterruptedException, PipelineException {
        while (failure == null && !woken && !headIsProcessed() && !isAtEnd()) {
            wait(mostMillis);
            woken |= mostMillis > 0;
        }
        boolean wasWoken = woken;
        woken = false;
        if (failure != null) {
            throw new PipelineException(failure);
        }
        while (headIsProcessed()) {
            into.add(inOrder.removeFirst());
        }
        if (failureAtEnd != null && finished && into.isEmpty() && inOrder.isEmpty() && !wasWoken) {
            throw new PipelineException(failureAtEnd);
        }
        return wasWoken || !into.isEmpty();
    }

    private boolean isAtEnd() {
        return finished && (dropUnprocessed || inOrder.isEmpty());
    }

    private boolean headIsProcessed() {
        Slice head = inOrder.peekFirst();
        return head != null && head.processed;
    }

    /** Returns taken slices for reuse. */
    public synchronized void release(List<Slice> slices) {
        for (Slice slice : slices) {
            bytes -= slice.countedBytes;
            underWay--;
            free.addLast(slice);
        }
        slices.clear();
        notifyAll();
        onRoom.run();
    }

    /** Waits until all slices are released. Returns false if the run ends before. */
    public synchronized boolean awaitEmpty() throws InterruptedException {
        while (!isOver() && underWay > 0) {
            wait();
        }
        return !isOver();
    }

    /** Whether all slices are released. */
    public synchronized boolean isEmpty() {
        return underWay == 0;
    }

    /** Whether no more slices are taken. */
    public synchronized boolean isOver() {
        return closed || dropUnprocessed;
    }

    /** Ends all waits, because the run is over. */
    public synchronized void close() {
        closed = true;
        notifyAll();
        onRoom.run();
    }

    /** Another thread of the run failed; the cause is its exception. */
    public static final class PipelineException extends Exception {
        PipelineException(Throwable cause) {
            super(cause);
        }
    }
}
