package org.checkpointrecovery.processor;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.Reason;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes items on threads, each with its own {@link Handler}. An item that exceeds the time limit is cancelled and
 * fails. A thread that still does not return is abandoned and replaced, because Java cannot end it. If too many of them
 * hang, the job pauses.
 *
 * <p>A thread outlives what its handler starts: the kernel kills a program of a command together with the thread that
 * started it.
 */
public final class ThreadedProcessor implements ConcurrentProcessor {
    private static final Logger log = LoggerFactory.getLogger(ThreadedProcessor.class);

    private static final int MAX_HANGING = 16;
    private static final Duration GRACE = Duration.ofMillis(500);
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private final Settings settings;
    private final Supplier<? extends Handler> handlers;
    private final Duration grace;
    private final ScheduledThreadPoolExecutor clock;
    private final Queue<Item> waiting = new ArrayDeque<>(); // guarded by this, as all below
    private final Set<Worker> workers = new HashSet<>();
    private int idle;
    private int hanging;
    private boolean closed;

    /** Processes one item at a time, on one thread. */
    public interface Handler {
        /** Processes an item. The answer is ignored after {@link #cancel}. */
        Answer process(Work work) throws InterruptedException;

        /**
         * Ends the current item. Called on another thread, which also interrupts this one, perhaps when the item has just
         * ended. No other item follows.
         */
        void cancel();

        /** Leaves no process behind. Called once, after the last item, on the handler's thread. */
        void close();
    }

    /**
     * The processor, and its limits.
     *
     * @param kind what messages call it: {@code command}, {@code plugin}
     * @param timeout for an item, above 0
     * @param cancelled how the message on an item that exceeds it ends; may be empty
     */
    public record Settings(String kind, String name, int concurrency, Duration timeout, String cancelled) {
        private String who() {
            return "The " + kind + " \"" + name + "\"";
        }
    }

    private record Item(Work work, Consumer<Answer> answered) {}

    /** @param handlers creates the handler of one thread */
    public ThreadedProcessor(Settings settings, Supplier<? extends Handler> handlers) {
        this(settings, handlers, GRACE);
    }

    /** @param grace how long a cancelled item may take to return before its thread is abandoned */
    ThreadedProcessor(Settings settings, Supplier<? extends Handler> handlers, Duration grace) {
        this.settings = settings;
        this.grace = grace;
        this.handlers = handlers;
        clock = new ScheduledThreadPoolExecutor(
                1,
                task -> daemon(task, settings.kind + "-time-out"),
                new ThreadPoolExecutor.DiscardPolicy()); // for items that start during close
        clock.setRemoveOnCancelPolicy(true);
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public int concurrency() {
        return settings.concurrency;
    }

    @Override
    public void begin(Work work, Consumer<Answer> answered) {
        synchronized (this) {
            if (closed) {
                return;
            }
            if (hanging < MAX_HANGING) {
                waiting.add(new Item(work, answered));
                startWorkerIfNeeded();
                notifyAll();
                return;
            }
        }
        answered.accept(new Answer.GivenUp(new Reason(
                ErrorCode.PROCESSOR_UNAVAILABLE,
                settings.who() + " took longer than " + settings.timeout.toMillis() + " ms for " + MAX_HANGING
                        + " items and still hangs in them. The job was paused. Fix the " + settings.kind
                        + ", restart the service and resume.")));
    }

    /** The caller holds the processor. */
    private void startWorkerIfNeeded() {
        if (idle < waiting.size() && workers.size() < settings.concurrency) {
            Worker worker = new Worker(handlers.get());
            workers.add(worker);
            worker.thread.start();
        }
    }

    /** Puts another worker in the place of a cancelled one. The caller holds the processor. */
    private void replace(Worker worker) {
        workers.remove(worker);
        startWorkerIfNeeded();
    }

    @Override
    public void stopRetrying() {
        // No item waits for another attempt.
    }

    @Override
    public void close() {
        Set<Worker> all;
        synchronized (this) {
            closed = true;
            waiting.clear();
            all = Set.copyOf(workers);
            notifyAll();
        }
        clock.shutdownNow();
        for (Worker worker : all) {
            worker.thread.interrupt();
            worker.handler.cancel();
        }
        long deadline = System.nanoTime() + CLOSE.toNanos();
        try {
            for (Worker worker : all) {
                TimeUnit.NANOSECONDS.timedJoin(worker.thread, Math.max(1, deadline - System.nanoTime()));
                if (worker.thread.isAlive()) {
                    log.warn("{} has not ended. A thread waits until it does.", settings.who());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes the next item; null if there are no more. */
    private synchronized @Nullable Item take() throws InterruptedException {
        idle++;
        try {
            while (waiting.isEmpty() && !closed) {
                wait();
            }
        } finally {
            idle--;
        }
        return closed ? null : waiting.remove();
    }

    private Answer timedOut() {
        return new Answer.Failed(
                new ItemFailure(
                        ItemErrorCode.TIMED_OUT,
                        settings.who() + " took longer than " + settings.timeout.toMillis() + " ms (timeoutMillis)"
                                + settings.cancelled + "."),
                1);
    }

    /** A thread and its handler. */
    private final class Worker {
        private final Handler handler;
        private final Thread thread = daemon(this::work, settings.kind + "-" + settings.name);
        private boolean busy; // guarded by the processor, as all below
        private boolean cancelled;
        private boolean abandoned;

        Worker(Handler handler) {
            this.handler = handler;
        }

        private void work() {
            try {
                Item item = take();
                while (item != null && answer(item)) {
                    item = take();
                }
            } catch (InterruptedException e) {
                // nobody waits for the answers
            } catch (RuntimeException e) {
                log.error("Internal error in a processor. Please report this.", e);
                throw e;
            } finally {
                leave();
                handler.close();
            }
        }

        private void leave() {
            synchronized (ThreadedProcessor.this) {
                workers.remove(this);
                if (abandoned) {
                    hanging--;
                }
            }
        }

        /** Processes and answers an item; false if this worker is not used for another one. */
        private boolean answer(Item item) throws InterruptedException {
            synchronized (ThreadedProcessor.this) {
                busy = true;
            }
            Future<?> timeOut = clock.schedule(() -> cancel(item), settings.timeout.toNanos(), TimeUnit.NANOSECONDS);
            Answer answer = process(item.work);
            timeOut.cancel(false);
            boolean inTime;
            synchronized (ThreadedProcessor.this) {
                busy = false;
                if (closed || abandoned) {
                    return false;
                }
                inTime = !cancelled;
                if (cancelled) {
                    replace(this); // before the answer, which may bring the next item
                    Thread.interrupted(); // the answer is not to be interrupted
                }
            }
            item.answered.accept(inTime ? answer : timedOut());
            return inTime;
        }

        private Answer process(Work work) throws InterruptedException {
            try {
                return handler.process(work);
            } catch (InterruptedException e) {
                synchronized (ThreadedProcessor.this) {
                    if (closed || !cancelled) {
                        throw e;
                    }
                }
                return timedOut();
            }
        }

        private void cancel(Item item) {
            synchronized (ThreadedProcessor.this) {
                if (!busy) {
                    return;
                }
                cancelled = true;
                thread.interrupt();
            }
            handler.cancel();
            Future<?> unused = clock.schedule(() -> abandon(item), grace.toNanos(), TimeUnit.NANOSECONDS);
        }

        private void abandon(Item item) {
            synchronized (ThreadedProcessor.this) {
                if (!busy || closed) {
                    return;
                }
                abandoned = true;
                replace(this);
                hanging++;
            }
            item.answered.accept(timedOut());
        }
    }
}
