package org.checkpointrecovery.engine.local;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.Work;

/** Delays each item, to rehearse a slow processor. */
final class DelayedProcessor implements ConcurrentProcessor {
    private final ConcurrentProcessor processor;
    private final Duration delay;
    private final ScheduledExecutorService timer;
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    DelayedProcessor(ConcurrentProcessor processor, Duration delay) {
        this.processor = processor;
        this.delay = delay;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "item-delay"));
    }

    @Override
    public int concurrency() {
        return processor.concurrency();
    }

    /** An item that is being delayed. */
    private record Waiting(Work work, Consumer<Answer> answered) {}

    @SuppressWarnings("FutureReturnValueIgnored") // the task reports to the item
    @Override
    public void begin(Work work, Consumer<Answer> answered) {
        Waiting item = new Waiting(work, answered);
        waiting.add(item);
        if (stopped) {
            giveUp(item);
            return;
        }
        try {
            timer.schedule(() -> beginNow(item), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // closed; nobody waits for answers
        }
    }

    private void beginNow(Waiting item) {
        if (waiting.remove(item)) {
            processor.begin(item.work, item.answered);
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
        timer.shutdownNow();
        processor.close();
    }
}
