package org.checkpointrecovery.engine.local;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
 * <p>The {@link ConcurrentReader} starts items, the processor's threads answer, and one {@link Activity} of this class
 * owns the journal. When the run must end, no more items are started and those in progress finish. The run may end in
 * the middle of a batch, because the journal has the finished items after the checkpoint.
 */
final class ConcurrentProcessing implements AutoCloseable {
    /** Items in a slice, which must all finish before their results can be appended. */
    static final int SLICE_ITEMS = 64;

    private final JobId job;
    private final JobId first;
    private final RunListener listener;
    private final RunSettings settings;
    private final ItemDecoder decoder; // of the reader
    private final ConcurrentProcessor processor;
    private final Pipeline.@Nullable Journal journal;
    private final SliceQueue queue;
    private final RunControl control;
    private final Activity keeper;

    /** Index of the next submitted item. This and the next field are used by the reader only. */
    private long nextNumber;
    /** The item that waits for a place, and that the decoder holds. */
    private @Nullable Item decoded;

    /** This and the next field are used by the keeper only. */
    private final HeldFailures<Finished> held;

    private boolean kept;

    private final ItemWindow window = new ItemWindow(); // guarded by this, as all below
    private List<Finished> finished = new ArrayList<>();
    private int free;
    private int underWay;
    private boolean noMore;
    private boolean ending;
    private boolean readerWaits;
    private boolean closed;
    private Runnable wakeReader = () -> {};

    /** An answer for one of the items of a slice. */
    private record Finished(PendingSlice slice, int position, Answer answer) {
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

    /** How the start of an item went. */
    enum Start {
        STARTED,
        /** As many items as the processor takes are in progress. */
        NO_PLACE,
        /** An item too far behind must finish first. */
        WINDOW_FULL,
        RUN_ENDS
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
        this.held = new HeldFailures<>(FailureStreak.of(processor.pauses(), settings.failedItemLimits()), control);
        this.free = processor.concurrency();
        this.keeper = new Activity(work.threads(), "job-" + job + "-journal", this::keep);
    }

    /** @param wake called whenever the reader may be able to go on */
    void start(Runnable wake) {
        synchronized (this) {
            wakeReader = wake;
        }
        control.onChange(this::requested);
    }

    /** Handles a request to the run. */
    private void requested() {
        boolean ends = control.asked() != null;
        boolean begins;
        synchronized (this) {
            begins = ends && !ending;
            ending |= ends;
            wakeReader.run();
        }
        keeper.wake();
        if (begins) {
            processor.stopRetrying();
        }
    }

    private synchronized boolean mustEndNow() {
        return closed || control.mustEndNow();
    }

    /** Queues a slice, whose items are then started; null if the run ends and no more items start. */
    @Nullable
    PendingSlice submit(Items items, Slice slice) {
        PendingSlice pending;
        synchronized (this) {
            if (ending) {
                return null;
            }
            pending = new PendingSlice(slice, window.open(), items, nextNumber);
        }
        nextNumber += items.count();
        queue.put(slice, false);
        return pending;
    }

    /** Starts the next item of a slice, if there is room. */
    Start startNext(PendingSlice pending) throws IOException {
        int position = pending.next();
        Item raw = pending.item(position);
        if (decoded != raw) {
            Entry known = known(raw, pending.number(position));
            if (known != null) {
                pending.beginNext();
                enter(pending, 0);
                settle(pending, position, known);
                return Start.STARTED;
            }
            decoded = raw;
        }
        Start start = takePlace(pending, raw.length());
        if (start == Start.STARTED) {
            pending.beginNext();
            decoded = null;
            long began = System.nanoTime();
            processor.begin(new Work(job, first, raw.index(), decodedBytes(raw), settings.jsonItems()), answer -> {
                listener.processed(job, 1, Duration.ofNanos(System.nanoTime() - began));
                answered(new Finished(pending, position, answer));
            });
        }
        return start;
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
    private byte[] decodedBytes(Item raw) {
        Item item = decoder.decoded();
        return item.bytes() == raw.bytes() && item.length() == raw.bytes().length
                ? raw.bytes()
                : Arrays.copyOfRange(item.bytes(), item.start(), item.end());
    }

    private synchronized Start takePlace(PendingSlice pending, int bytes) {
        if (ending || mustEndNow()) {
            return Start.RUN_ENDS;
        }
        if (window.isFull(pending.span())) {
            return Start.WINDOW_FULL;
        }
        if (free == 0) {
            return Start.NO_PLACE;
        }
        free--;
        underWay++;
        window.enter(pending.span(), bytes);
        return Start.STARTED;
    }

    private synchronized void enter(PendingSlice pending, int bytes) {
        window.enter(pending.span(), bytes);
    }

    private void answered(Finished one) {
        synchronized (this) {
            if (closed) {
                return; // it comes too late, and would start another pass
            }
            finished.add(one);
        }
        keeper.wake();
    }

    /** @param waits whether the reader waits for slices, not only for items in progress */
    void readerWaits(boolean waits) {
        synchronized (this) {
            readerWaits = waits;
        }
        if (waits) {
            keeper.wake();
        }
    }

    /** Announces that no more items are submitted. */
    void noMoreItems() {
        synchronized (this) {
            noMore = true;
        }
        keeper.wake();
    }

    /** Writes the answers that have come to the journal and, once they are durable there, to their slices. */
    private void keep() {
        try {
            while (!kept && !mustEndNow()) {
                List<Finished> answers = take();
                if (answers == null) {
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
                    held.end(done);
                }
                keep(done, places);
                kept = over;
            }
        } catch (Throwable e) { // report any failure to the committing thread
            queue.fail(e);
        }
        kept = true;
        queue.dropUnprocessed();
    }

    /** Returns the new answers, which may be none if held ones become final; null if nothing is to be done now. */
    private synchronized @Nullable List<Finished> take() {
        if (finished.isEmpty() && !(noAnswerOutstanding() && (isOver() || !held.isEmpty()))) {
            return null;
        }
        List<Finished> taken = finished;
        finished = new ArrayList<>();
        return taken;
    }

    /** Whether no answer is outstanding and no item is being started. The caller holds this. */
    private boolean noAnswerOutstanding() {
        return underWay == 0 && finished.isEmpty() && (isOver() || readerWaits);
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
            } else if (one.answer instanceof Answer.Failed failed && held.failed(one, failed.failure(), done)) {
                release(1);
            } else {
                if (one.answer instanceof Answer.Succeeded) {
                    held.succeeded(one, done);
                }
                places++;
            }
        }
        return places;
    }

    private synchronized void release(int places) {
        free += places;
        wakeReader.run();
    }

    /** @param places how many of them still occupy their place */
    private void keep(List<Finished> done, int places) throws IOException {
        if (journal != null) {
            for (Finished one : done) {
                journal.items()
                        .append(one.slice.number(one.position), checksum(one.slice.item(one.position)), one.entry());
            }
            journal.items().force();
        }
        for (Finished one : done) {
            settle(one.slice, one.position, one.entry());
        }
        release(places);
        if (journal != null) {
            journal.items().absorbed(journal.committedItems().getAsLong());
        }
    }

    /** Adds the outcome of an item to its slice, and passes the slice on if it is complete. */
    private void settle(PendingSlice pending, int position, Entry entry) {
        synchronized (this) {
            if (!pending.finish(position, entry)) {
                window.hold(pending.span(), entry instanceof Entry.Succeeded succeeded ? succeeded.result().length : 0);
                return;
            }
            window.complete(pending.span());
            wakeReader.run();
        }
        pending.write(settings);
        queue.processed(pending.slice());
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        processor.close();
        keeper.wake();
        keeper.awaitIdle();
    }
}
