package org.checkpointrecovery.engine.local;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.zip.CRC32C;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.RunListener;
import org.checkpointrecovery.engine.run.RunSettings;
import org.checkpointrecovery.engine.run.Slice;
import org.checkpointrecovery.engine.run.SliceQueue;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.ItemDecoder;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.Work;
import org.checkpointrecovery.storage.ItemJournal.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Passes the items of a run to a {@link ConcurrentProcessor}, many at once, and puts the outcomes back in order.
 * Outcomes are forced to the {@link ItemJournal} even while an earlier item is in progress, and only then does another
 * item take the free place. So a crash repeats at most {@code concurrency} calls.
 *
 * <p>The reader's thread starts items, the processor's threads answer, and one thread of this class owns the journal.
 * When the run must end, no more items are started and those in progress finish. The run may end in the middle of a
 * batch, because the journal has the finished items after the checkpoint.
 */
final class ConcurrentProcessing implements Processing {
    /** Items in a slice, which must all finish before their results can be appended. */
    static final int SLICE_ITEMS = 64;
    /** Maximum items from the first incomplete slice to the last started item. */
    private static final int WINDOW_ITEMS = 16 * 1024;
    /** Maximum bytes of items and results in incomplete slices. The queue bounds the complete ones. */
    private static final long WINDOW_BYTES = 16L * 1024 * 1024;

    private final JobId job;
    private final JobId first;
    private final RunListener listener;
    private final RunSettings settings;
    private final ItemDecoder decoder; // of the reader's thread
    private final ConcurrentProcessor processor;
    private final Pipeline.@Nullable Journal journal;
    private final SliceQueue queue;
    private final RunControl control;
    private final FailureStreak streak;
    private final Thread keeper;

    /** Index of the next submitted item. Used by the reader's thread only. */
    private long nextNumber;
    /** Consecutive failed items that may be retried. This and the next field are used by the keeper's thread only. */
    private final List<Finished> held = new ArrayList<>();

    private boolean pausedByStreak;

    private final Deque<Span> spans = new ArrayDeque<>(); // guarded by this, as all below
    private List<Finished> finished = new ArrayList<>();
    private int free;
    private int underWay;
    private int windowItems;
    private long windowBytes;
    private boolean noMore;
    private boolean ending;
    private boolean readerWaits;
    private boolean closed;

    /** An answer for one of the items of a slice. */
    private record Finished(Pending slice, int item, Answer answer) {
        Entry entry() {
            if (answer instanceof Answer.Succeeded succeeded) {
                return new Entry.Succeeded(succeeded.result());
            }
            if (answer instanceof Answer.Failed failed) {
                return new Entry.Failed(failed.failure(), failed.attempts());
            }
            throw new IllegalStateException("the item has not finished");
        }
    }

    /** The window share of a slice that is incomplete or follows an incomplete one. */
    private static final class Span {
        private int windowItems;
        private boolean complete;
    }

    /** A slice with unfinished items. */
    private static final class Pending {
        private final Slice slice;
        private final long firstNumber;
        private final Item[] items;
        private final @Nullable Entry[] entries;
        private int missing; // guarded by the processing
        private final Span span = new Span(); // guarded by the processing
        private long windowBytes; // guarded by the processing

        Pending(Slice slice, Items source, long firstNumber) {
            this.slice = slice;
            this.firstNumber = firstNumber;
            this.missing = source.count();
            this.items = new Item[missing];
            this.entries = new Entry[missing];
            for (int i = 0; i < missing; i++) {
                items[i] = source.get(i).copy();
            }
        }
    }

    /**
     * @param processor closed together with this object
     * @param journal used until this object is closed; null for none
     */
    ConcurrentProcessing(
            Pipeline.Work work,
            ItemDecoder decoder,
            ConcurrentProcessor processor,
            Pipeline.@Nullable Journal journal,
            SliceQueue queue) {
        this.job = work.job().id();
        this.first = work.job().firstId();
        this.listener = work.listener();
        this.settings = work.settings();
        this.control = work.control();
        this.decoder = decoder;
        this.processor = processor;
        this.journal = journal;
        this.queue = queue;
        this.nextNumber = journal == null ? 0 : journal.nextItem();
        this.streak = FailureStreak.of(processor.pauses(), settings.failedItemLimits());
        this.free = processor.concurrency();
        this.keeper = new Thread(this::keep, "job-" + job + "-journal");
    }

    void start() {
        queue.onReaderWaits(this::wake);
        control.onChange(this::requested);
        keeper.start();
    }

    /** Handles a request to the run. */
    private void requested() {
        boolean ends = control.asked() != null;
        boolean begins;
        synchronized (this) {
            begins = ends && !ending;
            ending |= ends;
            notifyAll();
        }
        if (begins) {
            processor.stopRetrying();
        }
    }

    private synchronized boolean mustEndNow() {
        return closed || control.mustEndNow();
    }

    private synchronized void wake() {
        notifyAll();
    }

    @Override
    public boolean submit(Items items, Slice slice) throws IOException, InterruptedException {
        Pending pending = new Pending(slice, items, nextNumber);
        synchronized (this) {
            if (ending) {
                return false;
            }
            spans.addLast(pending.span);
        }
        nextNumber += items.count();
        queue.put(slice, false);
        for (int i = 0; i < pending.items.length; i++) {
            Item raw = pending.items[i];
            Entry known = known(raw, pending.firstNumber + i);
            if (known != null) {
                enter(pending, 0);
                settle(pending, i, known);
            } else if (awaitRoom(pending, raw.length())) {
                int item = i;
                long began = System.nanoTime();
                processor.begin(new Work(job, first, raw.index(), decoded(raw), settings.jsonItems()), answer -> {
                    listener.processed(job, 1, Duration.ofNanos(System.nanoTime() - began));
                    answered(new Finished(pending, item, answer));
                });
            } else {
                return false;
            }
        }
        return true;
    }

    /** Returns the outcome of an item that needs no call; null if it needs one, and is decoded for it. */
    private @Nullable Entry known(Item raw, long number) throws IOException {
        ItemFailure failure = decoder.decode(raw);
        if (failure != null) {
            return new Entry.Failed(failure, 0);
        }
        return journal == null ? null : journal.items().recovered(number, checksum(raw));
    }

    private static int checksum(Item raw) {
        CRC32C crc = new CRC32C();
        crc.update(raw.bytes(), raw.start(), raw.length());
        return (int) crc.getValue();
    }

    /** Returns a copy of the decoded item. */
    private byte[] decoded(Item raw) {
        Item decoded = decoder.decoded();
        return decoded.bytes() == raw.bytes() && decoded.length() == raw.bytes().length
                ? raw.bytes()
                : Arrays.copyOfRange(decoded.bytes(), decoded.start(), decoded.end());
    }

    /** Waits until one more item can be started; false if no more can. */
    private synchronized boolean awaitRoom(Pending pending, int bytes) throws InterruptedException {
        while (!ending && !mustEndNow() && (free == 0 || isWindowFull(pending))) {
            readerWaits = isWindowFull(pending);
            notifyAll();
            wait();
        }
        readerWaits = false;
        if (ending || mustEndNow()) {
            return false;
        }
        free--;
        underWay++;
        enter(pending, bytes);
        return true;
    }

    /** Adds an item to the window. */
    private synchronized void enter(Pending pending, int bytes) {
        windowItems++;
        windowBytes += bytes;
        pending.span.windowItems++;
        pending.windowBytes += bytes;
    }

    /** The first incomplete slice is never blocked, because the others wait for it. */
    private boolean isWindowFull(Pending pending) {
        return (windowItems >= WINDOW_ITEMS || windowBytes >= WINDOW_BYTES) && spans.peekFirst() != pending.span;
    }

    private synchronized void answered(Finished one) {
        finished.add(one);
        notifyAll();
    }

    @Override
    public synchronized void noMoreItems() {
        noMore = true;
        notifyAll();
    }

    /** Writes answers to the journal and, once they are durable there, to their slices, until no more can come. */
    private void keep() {
        try {
            while (!mustEndNow()) {
                List<Finished> answers = take();
                if (mustEndNow()) {
                    return;
                }
                List<Finished> done = new ArrayList<>();
                int places = judge(answers, done);
                boolean pauseInAnswers;
                boolean over;
                synchronized (this) {
                    underWay -= answers.size();
                    pauseInAnswers = noAnswerOutstanding();
                    over = pauseInAnswers && isOver();
                }
                if (pauseInAnswers) {
                    endStreak(done);
                }
                keep(done, places);
                if (over) {
                    return;
                }
            }
        } catch (Throwable e) { // report any failure to the committing thread
            queue.fail(e);
        } finally {
            queue.dropUnprocessed();
        }
    }

    private synchronized List<Finished> take() throws InterruptedException {
        while (finished.isEmpty() && !mustEndNow() && !(noAnswerOutstanding() && (isOver() || !held.isEmpty()))) {
            wait();
        }
        List<Finished> taken = finished;
        finished = new ArrayList<>();
        return taken;
    }

    /** Whether no answer is outstanding and no item is being started. The caller holds this. */
    private boolean noAnswerOutstanding() {
        return underWay == 0 && finished.isEmpty() && (isOver() || readerWaits || queue.readerWaits());
    }

    /** Whether no more items will be started. The caller holds this. */
    private boolean isOver() {
        return ending || noMore;
    }

    /**
     * Finds the answers that are final, among the new ones and those held earlier. An answer that is held releases its
     * place at once.
     *
     * @return how many of the final answers still occupy their place
     */
    private int judge(List<Finished> answers, List<Finished> done) {
        int places = 0;
        for (Finished one : answers) {
            if (one.answer instanceof Answer.GivenUp givenUp) {
                if (givenUp.pause() != null) {
                    control.pause(givenUp.pause());
                }
                release(1); // not earlier, or another item would be started
                continue;
            }
            ItemFailure failure = one.answer instanceof Answer.Failed failed ? failed.failure() : null;
            FailureStreak.Effect effect = streak.add(failure);
            if (failure == null || effect == FailureStreak.Effect.BREAKS) {
                endStreak(done);
                done.add(one);
                places++;
            } else {
                held.add(one);
                pauseIfEnough(failure);
                release(1);
            }
        }
        return places;
    }

    /** Makes the held failures final, unless the job pauses because of them. */
    private void endStreak(List<Finished> done) {
        if (!pausedByStreak) {
            done.addAll(held);
        }
        held.clear();
    }

    private void pauseIfEnough(ItemFailure failure) {
        Reason reason = streak.pause(failure);
        if (reason != null) {
            pausedByStreak = true;
            control.pause(reason);
        }
    }

    private synchronized void release(int permits) {
        free += permits;
        notifyAll();
    }

    /** @param places how many of them still occupy their place */
    private void keep(List<Finished> done, int places) throws IOException {
        if (journal != null) {
            for (Finished one : done) {
                journal.items()
                        .append(one.slice.firstNumber + one.item, checksum(one.slice.items[one.item]), one.entry());
            }
            journal.items().force();
        }
        for (Finished one : done) {
            settle(one.slice, one.item, one.entry());
        }
        release(places);
        if (journal != null) {
            journal.items().absorbed(journal.committedItems().getAsLong());
        }
    }

    /** Adds the outcome of an item to its slice, and passes the slice on if it is complete. */
    private void settle(Pending pending, int i, Entry entry) {
        synchronized (this) {
            pending.entries[i] = entry;
            pending.missing--;
            if (pending.missing > 0) {
                long held = entry instanceof Entry.Succeeded succeeded ? succeeded.result().length : 0;
                pending.windowBytes += held;
                windowBytes += held;
                return;
            }
            windowBytes -= pending.windowBytes;
            pending.span.complete = true;
            moveWindow();
            notifyAll();
        }
        for (int item = 0; item < pending.items.length; item++) {
            write(pending, item);
        }
        pending.slice.reported = true;
        queue.processed(pending.slice);
    }

    /** Moves the start of the window to the first incomplete slice. The caller holds this. */
    private void moveWindow() {
        Span first = spans.peekFirst();
        while (first != null && first.complete) {
            windowItems -= first.windowItems;
            spans.removeFirst();
            first = spans.peekFirst();
        }
    }

    private void write(Pending pending, int i) {
        Slice slice = pending.slice;
        if (pending.entries[i] instanceof Entry.Succeeded succeeded) {
            slice.results
                    .raw(settings.resultsFormat().before())
                    .raw(succeeded.result())
                    .raw(settings.resultsFormat().after());
            slice.succeeded++;
        } else if (pending.entries[i] instanceof Entry.Failed failed) {
            slice.fail(pending.items[i], failed.failure(), failed.attempts());
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        processor.close();
        boolean interrupted = false;
        while (keeper.isAlive()) {
            try {
                keeper.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
