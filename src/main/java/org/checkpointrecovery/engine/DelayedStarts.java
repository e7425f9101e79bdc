package org.checkpointrecovery.engine;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts jobs that wait for a resource of the machine back in line after a while. Thread-safe. */
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
            new ThreadPoolExecutor
                    .DiscardPolicy()); // of jobs that come to it while it closes: the next start takes them

    DelayedStarts() {
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** How long a job waits when it has waited that many times without a commit between: 0.1 s, doubling up to 30 s. */
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
                        log.error("Internal error: cannot queue a delayed job. It stays QUEUED until the next start. "
                                + "Please report this.", e);
                    }
                },
                wait.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    /** On return no start is under way. */
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
