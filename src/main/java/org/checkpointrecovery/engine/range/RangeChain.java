package org.checkpointrecovery.engine.range;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Range;

/**
 * The finished ranges of a job, in item order: each starts where the one before ends. Where to look for others beyond the
 * first one that is missing, the log of the submission tells. Used by one thread.
 */
public final class RangeChain {
    private final RangeStore store;
    private final Position from;
    /** The ranges before {@link #next} that may be uncommitted. */
    private final Deque<Range> taken = new ArrayDeque<>();
    /** What the input is cut into from {@link #next} on, as far as it was read. */
    private final Deque<Cut> cuts = new ArrayDeque<>();
    /** Counts of the finished ranges from {@link #next} on, by first item. */
    private final TreeMap<Long, Finished> ahead = new TreeMap<>();

    private int submission;
    /** Bytes of the log that were read. */
    private long read;

    private long next;
    private long nextBytes;
    /** The number of items in the input; -1 until it is known. */
    private long total = -1;

    /** A range of the log. */
    private static final class Cut {
        private final Range range;
        /** The first of its items that was not finished at the last look. */
        private long unfinished;

        Cut(Range range) {
            this.range = range;
            this.unfinished = range.firstItem();
        }
    }

    private RangeChain(RangeStore store, int submission, Position from) {
        this.store = store;
        this.submission = submission;
        this.from = from;
        this.next = from.nextItem();
        this.nextBytes = from.inputBytes();
    }

    /**
     * Opens the chain at the range with the next item.
     *
     * @param submission number of the last one; 0 if there was none
     * @param from the committed position
     */
    public static RangeChain open(RangeStore store, int submission, Position from) throws IOException {
        RangeChain chain = new RangeChain(store, submission, from);
        chain.readLog();
        Cut first = chain.cuts.peekFirst();
        if (first != null) {
            chain.next = first.range.firstItem();
            chain.nextBytes = first.range.inputBytes();
            chain.passCommitted();
        }
        return chain;
    }

    /**
     * Continues with the log of another submission, which begins with {@link #known}.
     *
     * @param number of the submission, from 1
     */
    public void follow(int number) {
        submission = number;
        read = 0;
        taken.clear();
        cuts.clear();
    }

    private void readLog() throws IOException {
        if (submission == 0) {
            return;
        }
        read = store.readCuts(submission, read, (range, place) -> {
            Cut last = cuts.peekLast();
            boolean follows = last == null ? range.firstItem() <= next : range.firstItem() == last.range.nextItem();
            if (follows && range.last()) {
                total = range.nextItem();
            }
            if (follows && range.nextItem() > next) {
                cuts.add(new Cut(range));
            }
        });
    }

    /** Returns the index of the first item of the next range. */
    public long next() {
        return next;
    }

    /** Returns the input position before the next range. */
    public long nextBytes() {
        return nextBytes;
    }

    /** Whether the next range is finished. */
    public boolean hasNext() throws IOException {
        return !isAtEnd() && store.isFinished(next);
    }

    /** Whether all ranges of the input were taken. */
    public boolean isAtEnd() throws IOException {
        if (cuts.isEmpty() && total < 0) {
            readLog();
        }
        return total >= 0 && next >= total;
    }

    private void passCommitted() throws IOException {
        while (hasNext()) {
            RangeRecord record = store.record(next);
            if (record.nextItem() > from.nextItem()) {
                return;
            }
            take(record);
        }
    }

    /**
     * Takes the next range, which is finished.
     *
     * @param record its record
     */
    public void take(RangeRecord record) {
        boolean last = record.nextItem() == total;
        taken.add(new Range(next, record.nextItem() - next, nextBytes, record.nextBytes(), last));
        next = record.nextItem();
        nextBytes = record.nextBytes();
        while (!cuts.isEmpty() && cuts.peekFirst().range.nextItem() <= next) {
            cuts.removeFirst();
        }
        ahead.headMap(next).clear();
    }

    /** Returns the ranges from the committed position on, for the log of another submission. */
    public List<Range> known(long committedItems) throws IOException {
        while (!taken.isEmpty() && taken.peekFirst().nextItem() <= committedItems) {
            taken.removeFirst();
        }
        readLog();
        List<Range> known = new ArrayList<>(taken);
        for (Cut cut : cuts) {
            known.add(cut.range.firstItem() < next ? cut.range.from(next, nextBytes) : cut.range);
        }
        return known;
    }

    /** Deletes what is not committed of finished ranges with failed items, so that these items are processed again. */
    public void removeFailed() throws IOException {
        ahead();
        for (long first : List.copyOf(ahead.keySet())) {
            if (store.record(first).failed() > 0) {
                store.remove(first, from.nextItem());
                ahead.remove(first);
            }
        }
        for (Cut cut : cuts) {
            cut.unfinished = cut.range.firstItem();
        }
    }

    /** Counts the items of the finished ranges that were not taken. */
    public Finished ahead() throws IOException {
        readLog();
        for (Cut cut : cuts) {
            cut.unfinished = Math.max(cut.unfinished, next);
            while (cut.unfinished < cut.range.nextItem() && store.isFinished(cut.unfinished)) {
                RangeRecord record = store.record(cut.unfinished);
                ahead.put(cut.unfinished, record.addTo(new Finished(0, 0), from.nextItem()));
                cut.unfinished = record.nextItem();
            }
        }
        long succeeded = 0;
        long failed = 0;
        for (Finished counts : ahead.values()) {
            succeeded += counts.succeeded();
            failed += counts.failed();
        }
        return new Finished(succeeded, failed);
    }
}
