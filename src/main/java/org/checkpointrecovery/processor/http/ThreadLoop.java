package org.checkpointrecovery.processor.http;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread of its own. */
final class ThreadLoop implements Loop {
    private static final Logger log = LoggerFactory.getLogger(ThreadLoop.class);
    private static final long LONGEST_TASK_SECONDS = 10;

    private final ScheduledThreadPoolExecutor executor;
    private volatile @Nullable Thread thread;

    ThreadLoop(String name) {
        executor = new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    Thread made = new Thread(task, name);
                    made.setDaemon(true);
                    thread = made;
                    return made;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.prestartCoreThread();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(logged(task));
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // no one waits for it
    public void later(Duration delay, Runnable task) {
        executor.schedule(logged(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** The executor would keep what a task throws to itself. */
    private static Runnable logged(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                log.error("A defect in a processor that calls an endpoint", e);
                throw e;
            }
        };
    }

    /** Interrupts nothing: a task may have handed an answer to someone who is writing it to a file. */
    @Override
    public void close() {
        executor.shutdown();
        if (Thread.currentThread() == thread) {
            return; // it ends when the task that closes it does
        }
        try {
            if (!executor.awaitTermination(LONGEST_TASK_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a task of the processor does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
