package org.checkpointrecovery.outbound;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates daemon threads and can wait for their end, because the threads of a stopped pool may outlive its tasks. Thread-safe.
 */
final class OwnThreads implements ThreadFactory {
    private static final Logger log = LoggerFactory.getLogger(OwnThreads.class);
    private static final Duration LONGEST_TASK = Duration.ofSeconds(10);

    private final String name;
    private final AtomicInteger made = new AtomicInteger();
    private final Set<Thread> alive = ConcurrentHashMap.newKeySet();

    OwnThreads(String name) {
        this.name = name;
    }

    @Override
    public Thread newThread(Runnable task) {
        Thread thread = new Thread(task, name + "-" + made.incrementAndGet());
        thread.setDaemon(true);
        alive.removeIf(other -> other.getState() == Thread.State.TERMINATED);
        alive.add(thread);
        return thread;
    }

    /**
     * Waits for the end of all threads but the calling one. Abandons and logs a thread that does not stop in time.
     */
    void join() {
        long deadline = System.nanoTime() + LONGEST_TASK.toNanos();
        try {
            for (Thread thread : alive) {
                if (thread != Thread.currentThread()) {
                    thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
                    if (thread.isAlive()) {
                        log.warn("Thread {} does not stop and was abandoned", thread.getName());
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
