package org.checkpointrecovery.rehearsal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.Work;
import org.jspecify.annotations.Nullable;

/**
 * Delays each item, fails the items named in the spec, and ends the run at the item of a crash during processing. Calls
 * are expensive: none is started after that item, and those before it are answered first.
 */
final class RehearsedConcurrent implements ConcurrentProcessor {
    private final ConcurrentProcessor processor;
    private final Rehearsal rehearsal;
    private final @Nullable ScheduledExecutorService timer;
    /** Items that have not reached the processor: they are delayed, or beyond a crash. */
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();

    private volatile boolean stopped;
    private int underWay; // guarded by this
    private long last = -1; // guarded by this; the highest number of an item that was begun

    RehearsedConcurrent(ConcurrentProcessor processor, Rehearsal rehearsal) {
        this.processor = processor;
        this.rehearsal = rehearsal;
        this.timer = rehearsal.delay().isZero()
                ? null
                : Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "item-delay"));
    }

    /** An item that waits. */
    private record Waiting(Work work, Consumer<Answer> answered) {}

    @Override
    public int concurrency() {
        return processor.concurrency();
    }

    @Override
    public Pauses pauses() {
        return processor.pauses();
    }

    @Override
    public void begin(Work work, Consumer<Answer> answered) {
        long number = rehearsal.count(work.index());
        if (rehearsal.isBeyondCrash(number)) {
            hold(new Waiting(work, answered));
            return;
        }
        synchronized (this) {
            underWay++;
            last = Math.max(last, number);
        }
        Consumer<Answer> counted = answer -> {
            answered.accept(answer);
            strikeIfReached();
        };
        ItemFailure injected = rehearsal.failureOf(work.index());
        if (injected != null) {
            counted.accept(new Answer.Failed(injected, 1));
        } else if (timer == null) {
            processor.begin(work, counted);
        } else {
            delay(timer, new Waiting(work, counted));
        }
    }

    private synchronized void strikeIfReached() {
        underWay--;
        if (underWay == 0 && rehearsal.reachesCrash(last) && !rehearsal.hasStruck()) {
            rehearsal.strikeAfterItems();
        }
    }

    private void hold(Waiting item) {
        waiting.add(item);
        if (stopped) {
            giveUp(item);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the task reports to the item
    private void delay(ScheduledExecutorService after, Waiting item) {
        hold(item);
        try {
            after.schedule(
                    () -> {
                        if (waiting.remove(item)) {
                            processor.begin(item.work, item.answered);
                        }
                    },
                    rehearsal.delay().toNanos(),
                    TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // closed; nobody waits for answers
        }
    }

    private void giveUp(Waiting item) {
        if (waiting.remove(item)) {
            item.answered.accept(new Answer.GivenUp(null));
        }
    }

    @Override
    public void stopRetrying() {
        stopped = true;
        waiting.forEach(this::giveUp);
        processor.stopRetrying();
    }

    @Override
    public void close() {
        if (timer != null) {
            timer.shutdownNow();
        }
        processor.close();
    }
}
