package org.checkpointrecovery.processor.command;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.Work;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs programs, each on a thread that starts it and outlives it, because the kernel kills a program together with the
 * thread that started it; see {@link Launch#launcher}.
 */
final class CommandProcessor implements ConcurrentProcessor {
    private static final Logger log = LoggerFactory.getLogger(CommandProcessor.class);

    private static final long CLOSE_SECONDS = 5;

    private final CommandOptions options;
    private final Supplier<Calls> programs;
    private final BlockingQueue<Item> waiting = new LinkedBlockingQueue<>();
    private final List<Worker> workers = new ArrayList<>(); // guarded by this
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(
            1,
            task -> daemon(new Thread(task, "command-time-out")),
            new ThreadPoolExecutor.DiscardPolicy()); // for items that start during close
    private volatile boolean closed;

    private record Item(Work work, Consumer<Answer> answered) {}

    /** @param programs creates the calls of one thread */
    CommandProcessor(CommandOptions options, Supplier<Calls> programs) {
        this.options = options;
        this.programs = programs;
        clock.setRemoveOnCancelPolicy(true);
    }

    private static Thread daemon(Thread thread) {
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public int concurrency() {
        return options.concurrency();
    }

    @Override
    public void begin(Work work, Consumer<Answer> answered) {
        synchronized (this) {
            if (!closed && workers.size() < options.concurrency()) {
                Worker worker = new Worker(programs.get());
                workers.add(worker);
                worker.thread.start();
            }
        }
        waiting.add(new Item(work, answered));
    }

    @Override
    public void stopRetrying() {
        // Retries are immediate, so no item waits for one.
    }

    @Override
    public void close() {
        List<Worker> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(workers);
        }
        clock.shutdownNow();
        all.forEach(Worker::end);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
        try {
            for (Worker worker : all) {
                TimeUnit.NANOSECONDS.timedJoin(worker.thread, Math.max(1, deadline - System.nanoTime()));
                if (worker.thread.isAlive()) {
                    log.warn(
                            "A process that left the group of the command \"{}\" still holds its streams. A thread "
                                    + "waits until it exits.",
                            options.name());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A thread and its program. */
    private final class Worker {
        private final Calls calls;
        private volatile @Nullable Limit limit;
        private final Thread thread = daemon(new Thread(this::work, "command-" + options.name()));

        Worker(Calls calls) {
            this.calls = calls;
        }

        void end() {
            thread.interrupt();
            Limit now = limit;
            if (now != null) {
                now.expire();
            }
        }

        private void work() {
            try {
                while (!closed) {
                    Item item = waiting.take();
                    Answer answer = call(item.work);
                    if (answer != null) {
                        item.answered.accept(answer);
                    }
                }
            } catch (InterruptedException e) {
                // nobody waits for the answers
            } catch (RuntimeException e) {
                log.error("Internal error in a command processor. Please report this.", e);
                throw e;
            } finally {
                calls.close();
            }
        }

        /** Null if nobody waits for the answer. */
        private @Nullable Answer call(Work work) throws InterruptedException {
            Limit mine = new Limit();
            limit = mine;
            if (closed) {
                return null;
            }
            Future<?> timeOut = clock.schedule(mine::expire, options.timeout().toNanos(), TimeUnit.NANOSECONDS);
            Answer answer = calls.call(work, mine);
            mine.end();
            timeOut.cancel(false);
            if (closed) {
                return null;
            }
            return !mine.isOver()
                    ? answer
                    : new Answer.Failed(
                            new ItemFailure(
                                    ItemErrorCode.TIMED_OUT,
                                    "The command \"" + options.name() + "\" took longer than "
                                            + options.timeout().toMillis() + " ms (timeoutMillis) and was killed."),
                            1);
        }
    }
}
