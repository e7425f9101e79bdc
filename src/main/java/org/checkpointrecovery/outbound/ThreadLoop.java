package org.checkpointrecovery.outbound;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A loop on its own thread. */
public final class ThreadLoop implements Loop {
    private static final Logger log = LoggerFactory.getLogger(ThreadLoop.class);

    private final OwnThreads threads;
    private final ScheduledThreadPoolExecutor executor;

    public ThreadLoop(String name) {
        threads = new OwnThreads(name);
        executor = new ScheduledThreadPoolExecutor(1, threads, new ThreadPoolExecutor.DiscardPolicy());
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
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it
    public void later(Duration delay, Runnable task) {
        executor.schedule(logged(task), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Logs exceptions of a task, which the executor would swallow. */
    private static Runnable logged(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                log.error("Internal error in an HTTP client. Please report this.", e);
                throw e;
            }
        };
    }

    /** Does not interrupt: a task may be passing a reply to a thread that writes it to a file. */
    @Override
    public void close() {
        executor.shutdown();
        threads.join();
    }
}
