package org.checkpointrecovery.engine.run;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The slices of a run on their way from the reader to the commit, in item order, whatever order they are processed in.
 * Bounded: the reader waits while the slices on their way hold {@link #MAX_BYTES} of results, or while as many of them as
 * may be are not processed yet. All that the committing thread finds here when it comes back from the disk shares its next
 * commit.
 */
public final class SliceQueue {
    /** Bytes of results that may be processed and not committed. */
    private static final long MAX_BYTES = 16L * 1024 * 1024;
    /** Bounds what many tiny batches cost beside their results. */
    private static final int MAX_SLICES = 8192;

    private final int maxUnprocessed;
    private final ArrayDeque<Slice> inOrder = new ArrayDeque<>(); // guarded by this, as all below
    private final ArrayDeque<Slice> free = new ArrayDeque<>();
    private long bytes;
    private int unprocessed;
    private int underWay;
    private boolean finished;
    private boolean closed;
    private boolean cutShort;
    private boolean woken;
    private @Nullable Throwable failure;
    private @Nullable Throwable failureAtEnd;
    private Runnable onReaderWaits = () -> {};
    private volatile boolean readerWaits;
    private final AtomicLong reads = new AtomicLong(); // odd while the input is read

    public SliceQueue(int maxUnprocessed) {
        this.maxUnprocessed = maxUnprocessed;
    }

    /** Has something called when the reader begins to wait. To be called before it reads. */
    public synchronized void onReaderWaits(Runnable listener) {
        onReaderWaits = listener;
    }

    /** Whether the reader waits for slices to be committed. */
    public boolean readerWaits() {
        return readerWaits;
    }

    /** The reader begins to read from the input, which may take for ever. */
    public void readBegins() {
        reads.incrementAndGet();
    }

    public void readEnds() {
        reads.incrementAndGet();
    }

    /** The number of the read that is under way, which is never used again; 0 if none is. */
    public long readUnderWay() {
        long now = reads.get();
        return now % 2 == 0 ? 0 : now;
    }

    /** An empty slice for the reader; null if the run is over. */
    public synchronized @Nullable Slice acquire() throws InterruptedException {
        while (!closed && (bytes >= MAX_BYTES || underWay >= MAX_SLICES || unprocessed >= maxUnprocessed)) {
            tellThatReaderWaits();
            wait();
        }
        readerWaits = false;
        if (closed) {
            return null;
        }
        Slice slice = free.pollLast();
        if (slice == null) {
            slice = new Slice();
        } else {
            slice.clear();
        }
        return slice;
    }

    /** Puts the next slice in order; it is processed already, or will be. */
    public synchronized void put(Slice slice, boolean processed) {
        inOrder.addLast(slice);
        underWay++;
        if (processed) {
            markProcessed(slice);
        } else {
            unprocessed++;
        }
    }

    /** The slice that was put before is processed now. */
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

    /** No more slices come. */
    public synchronized void finish() {
        finished = true;
        notifyAll();
    }

    /** No more slices come, because of a failure that is met behind all that were put. */
    public synchronized void finish(Throwable cause) {
        failureAtEnd = cause;
        finish();
    }

    /** What is not processed by now never will be: the run ends before it. */
    public synchronized void cutShort() {
        cutShort = true;
        notifyAll();
    }

    /** Has the thread that commits look whether the run must end. */
    public synchronized void wake() {
        woken = true;
        notifyAll();
    }

    /** Whether slices are left that were not taken. */
    public synchronized boolean hasRest() {
        return !inOrder.isEmpty();
    }

    /** The reader or a processing thread cannot go on. */
    public synchronized void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        notifyAll();
    }

    /**
     * Takes the slices that are processed and next in order; waits for the first of them, or to be woken.
     *
     * @param mostMillis how long to wait at the most; 0 for no limit
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
        return finished && (cutShort || inOrder.isEmpty());
    }

    private boolean headIsProcessed() {
        Slice head = inOrder.peekFirst();
        return head != null && head.processed;
    }

    /** Gives slices back that were taken. */
    public synchronized void release(List<Slice> slices) {
        for (Slice slice : slices) {
            bytes -= slice.countedBytes;
            underWay--;
            free.addLast(slice);
        }
        slices.clear();
        notifyAll();
    }

    /** Waits until all that was put is released; false if the run is over before. */
    public synchronized boolean awaitEmpty() throws InterruptedException {
        while (!closed && underWay > 0) {
            tellThatReaderWaits();
            wait();
        }
        readerWaits = false;
        return !closed;
    }

    private void tellThatReaderWaits() {
        readerWaits = true;
        onReaderWaits.run();
    }

    /** The run is over: whoever waits here goes on. */
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** Another thread of the run failed; the cause is its exception. */
    public static final class PipelineException extends Exception {
        PipelineException(Throwable cause) {
            super(cause);
        }
    }
}
