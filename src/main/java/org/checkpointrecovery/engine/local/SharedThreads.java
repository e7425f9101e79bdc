package org.checkpointrecovery.engine.local;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads that runs share. There are as many as have work at one time, because each may block: in a read that never
 * returns, or in a slow disk. An idle one soon ends. They are never interrupted while they work.
 */
final class SharedThreads implements Executor, AutoCloseable {
    private static final int IDLE_SECONDS = 1;

    private final AtomicInteger made = new AtomicInteger();
    private final ThreadPoolExecutor pool = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), this::thread);

    private Thread thread(Runnable task) {
        Thread thread = new Thread(task, "job-threads-" + made.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    /** Ends the idle threads now, and the others when they become idle. A run that is late still gets its threads. */
    @Override
    public void close() {
        pool.setKeepAliveTime(0, TimeUnit.SECONDS);
    }
}
