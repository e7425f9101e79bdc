package org.checkpointrecovery.engine.range;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.checkpointrecovery.item.OpenQuoteException;
import org.checkpointrecovery.job.Range;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the input of a job into ranges and assigns them to tasks, in order, so that the service can commit finished ranges
 * early. Only the disk tells which ranges are finished. Its memory is that of the ranges in progress, whatever the size
 * of the job. Used by one thread.
 */
public final class Assignments implements Closeable {
    private final RangeStore store;
    private final int submission;
    private final LongSupplier nanoTime;
    private final RangeOrder order;
    private final Map<Integer, Assigned> inProgress = new HashMap<>();
    /** Ranges to assign again, by the places of their lines in the log. */
    private final TreeMap<Long, Range> returned = new TreeMap<>();

    private Cuts cuts;
    private @Nullable CutLog log;
    private long lastPlace;
    private long nextPlace;
    /** The first item that is in no range yet, and the input position before it. */
    private long next;

    private long nextBytes;
    private boolean atEnd;
    private @Nullable RangeCutter cutter;

    /** @param place of its line in the log */
    private record Assigned(Range range, long place, long since) {}

    private Assignments(RangeStore store, int submission, RangeOrder order, LongSupplier nanoTime) {
        this.store = store;
        this.submission = submission;
        this.nanoTime = nanoTime;
        this.order = order;
        this.cuts = order.cuts();
        this.next = order.from().nextItem();
        this.nextBytes = order.from().inputBytes();
    }

    /**
     * Opens the log of a submission.
     *
     * @param submission its number, from 1
     * @param from a {@link #place} of an earlier object for this submission, or 0
     * @param nanoTime as {@link System#nanoTime}
     */
    public static Assignments open(RangeStore store, int submission, long from, LongSupplier nanoTime)
            throws IOException {
        Assignments opened = new Assignments(store, submission, store.order(), nanoTime);
        opened.nextPlace = store.readCuts(submission, from, opened::add);
        opened.log = store.cuts(submission, opened.nextPlace);
        return opened;
    }

    private void add(Range range, long place) throws IOException {
        if (range.items() > 0 && store.unfinished(range, order).isPresent()) {
            returned.put(place, range);
        }
        lastPlace = place;
        next = range.nextItem();
        nextBytes = range.nextBytes();
        atEnd = range.last();
    }

    /** Returns a place in the log, in bytes, such that all ranges before it are finished. */
    public long place() {
        long place = returned.isEmpty() ? lastPlace : Math.min(lastPlace, returned.firstKey());
        for (Assigned assigned : inProgress.values()) {
            place = Math.min(place, assigned.place);
        }
        return place;
    }

    /**
     * Assigns a range to a task that has none, or is done with the one before. Empty if no range is left for it.
     *
     * @throws OpenQuoteException if the input cannot be cut further; no range is in progress then
     */
    public Optional<Range> next(int task) throws IOException {
        Assigned before = inProgress.remove(task);
        if (before != null) {
            Range done = before.range;
            cuts = cuts.after(
                    done.items(),
                    done.nextBytes() - done.inputBytes(),
                    Duration.ofNanos(nanoTime.getAsLong() - before.since));
            returned.put(before.place, done); // what it has not finished
        }
        if (store.isPausing(submission)) {
            return Optional.empty();
        }
        while (!returned.isEmpty()) {
            Map.Entry<Long, Range> first = returned.pollFirstEntry();
            Optional<Range> left = store.unfinished(first.getValue(), order);
            if (left.isPresent()) {
                inProgress.put(task, new Assigned(left.get(), first.getKey(), nanoTime.getAsLong()));
                return left;
            }
        }
        return cut(task);
    }

    /** Takes back the range of a task that is lost. */
    public void takeBack(int task) {
        Assigned assigned = inProgress.remove(task);
        if (assigned != null) {
            returned.put(assigned.place, assigned.range);
        }
    }

    private Optional<Range> cut(int task) throws IOException {
        try {
            while (!atEnd) {
                boolean finished = store.isFinished(next);
                Range range = finished ? skip() : cutter().next(cuts);
                if (range == null) {
                    range = new Range(next, 0, nextBytes, nextBytes, true);
                }
                lastPlace = nextPlace;
                nextPlace = requireNonNull(log).append(range);
                next = range.nextItem();
                nextBytes = range.nextBytes();
                atEnd = range.last();
                if (!finished && range.items() > 0) {
                    inProgress.put(task, new Assigned(range, lastPlace, nanoTime.getAsLong()));
                    return Optional.of(range);
                }
            }
            return Optional.empty();
        } catch (OpenQuoteException e) {
            if (inProgress.isEmpty()) {
                throw e;
            }
            return Optional.empty(); // the last task hears of it
        }
    }

    /** Returns the next range, which was finished for an earlier submission and is not in the log. */
    private Range skip() throws IOException {
        RangeRecord record = store.record(next);
        closeCutter();
        long first = next;
        long firstBytes = nextBytes;
        next = record.nextItem();
        nextBytes = record.nextBytes();
        return new Range(first, next - first, firstBytes, nextBytes, cutter().isAtEnd());
    }

    private RangeCutter cutter() throws IOException {
        if (cutter == null) {
            cutter = RangeCutter.open(store.items(order), next, nextBytes);
        }
        return cutter;
    }

    private void closeCutter() throws IOException {
        if (cutter != null) {
            cutter.close();
            cutter = null;
        }
    }

    @Override
    public void close() throws IOException {
        closeCutter();
        if (log != null) {
            log.close();
        }
    }
}
