package org.checkpointrecovery.engine;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Queues jobs again after a delay, when they lacked a resource of the machine. Thread-safe. */
final class DelayedStarts implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DelayedStarts.class);
    private static final Duration FIRST_WAIT = Duration.ofMillis(100);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final long LONGEST_START_SECONDS = 10;

    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
            1,
            task -> {
                Thread thread = new Thread(task, "delayed-starts");
                thread.setDaemon(true);
                return thread;
            },
            new ThreadPoolExecutor.DiscardPolicy()); // a job that arrives during close is queued by the next start

    DelayedStarts() {
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Returns the delay of a job after this many delays without a commit in between: 0.1 s, doubling up to 30 s. */
    static Duration wait(int waitsBefore) {
        Duration wait = FIRST_WAIT.multipliedBy(1L << Math.min(waitsBefore, 10));
        return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it
    void after(Duration wait, Runnable start) {
        timer.schedule(
                () -> {
                    try {
                        start.run();
                    } catch (RuntimeException e) {
                        log.error(
                                "Internal error: cannot queue a delayed job. It stays QUEUED until the next start. "
                                        + "Please report this.",
                                e);
                    }
                },
                wait.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    /** Stops. On return no start is in progress. */
    @Override
    public void close() {
        timer.shutdown();
        try {
            if (!timer.awaitTermination(LONGEST_START_SECONDS, TimeUnit.SECONDS)) {
                log.warn("A delayed job is still being queued. The next start continues it.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
