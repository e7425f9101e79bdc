package org.checkpointrecovery.api;

import java.io.Closeable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that process requests. Jetty's own threads only receive and send bytes. Work that may take long or needs much
 * memory has a few threads of its own, so that it cannot delay short work. Tasks never wait for a client.
 */
final class Lanes implements Closeable {
    private static final int SHORT_THREADS = 64;
    private static final int MOVING_THREADS = 8;
    private static final int STORING_THREADS = 4;
    private static final int SCANNING_THREADS = 2;
    private static final int SAMPLING_THREADS = 16;
    private static final int MOST_SAMPLES_WAITING = 100;
    private static final int READINESS_THREADS = 4;
    private static final int MOST_READINESS_WAITING = 100;
    private static final int METRICS_THREADS = 2;
    private static final int MOST_METRICS_WAITING = 100;
    /** A JSON body of 1 MiB can become 30 MiB of objects. */
    private static final long HEAP_PER_LARGE_BODY = 128L * 1024 * 1024;

    private static final int MOST_LARGE_BODIES = 4;
    private static final int FEW_ITEMS = 5000;

    private final Runnable outOfMemory;
    private final ThreadPoolExecutor shortWork = pool("request", SHORT_THREADS, Integer.MAX_VALUE);
    private final ThreadPoolExecutor largeWork = pool("large", largeAtOnce(), Integer.MAX_VALUE);
    private final ThreadPoolExecutor moving = pool("move", MOVING_THREADS, Integer.MAX_VALUE);
    private final ThreadPoolExecutor storing = pool("store", STORING_THREADS, Integer.MAX_VALUE);
    private final ThreadPoolExecutor scanning = pool("scan", SCANNING_THREADS, Integer.MAX_VALUE);
    private final ThreadPoolExecutor sampling = pool("sample", SAMPLING_THREADS, MOST_SAMPLES_WAITING);

    private final ThreadPoolExecutor metrics = pool("metrics", METRICS_THREADS, MOST_METRICS_WAITING);
    private final ThreadPoolExecutor readiness = pool("readiness", READINESS_THREADS, MOST_READINESS_WAITING);
    private final Semaphore largeSamples = new Semaphore(largeAtOnce());

    /** The work of a request. */
    interface Task {
        void run() throws Exception;
    }

    /** @param outOfMemory ends the process; after running out of memory, the service cannot be trusted */
    Lanes(Runnable outOfMemory) {
        this.outOfMemory = outOfMemory;
    }

    private static int largeAtOnce() {
        long fitting = Runtime.getRuntime().maxMemory() / HEAP_PER_LARGE_BODY;
        return (int) Math.max(1, Math.min(MOST_LARGE_BODIES, fitting));
    }

    private static ThreadPoolExecutor pool(String name, int threads, int mostWaiting) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
        IdleFirst queue = new IdleFirst();
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(1, threads, 30, TimeUnit.SECONDS, queue, factory, (task, busy) -> {
                    if (busy.isShutdown() || queue.size() >= mostWaiting) {
                        throw new RejectedExecutionException();
                    }
                    queue.append(task);
                    busy.prestartCoreThread(); // the last thread may just have ended
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Tasks that wait for a thread. The pool offers each task here first, and starts a thread if none is idle. */
    private static final class IdleFirst extends LinkedTransferQueue<Runnable> {
        @Override
        public boolean offer(Runnable task) {
            return tryTransfer(task);
        }

        /** Queues a task, because all threads are busy. */
        void append(Runnable task) {
            super.offer(task);
        }
    }

    /** For tasks that take milliseconds and little memory. */
    Executor shortWork() {
        return shortWork;
    }

    /** For JSON bodies and items that need much memory. */
    Executor largeWork() {
        return largeWork;
    }

    /** For parts of bodies and responses, so that transfers do not delay other requests. */
    Executor moving() {
        return moving;
    }

    /** For decoding uploads and forcing them to disk. */
    Executor storing() {
        return storing;
    }

    /** For tasks that read a whole file. */
    Executor scanning() {
        return scanning;
    }

    /** For checks of a disk that may hang. Rejects tasks when too many wait. */
    Executor readiness() {
        return readiness;
    }

    /** For metrics, which may wait a moment for a disk. Rejects tasks when too many wait. */
    Executor metrics() {
        return metrics;
    }

    /**
     * Runs a task that processes items while a client waits. Rejects it when too many wait.
     *
     * @param items the number of items that the task holds in memory
     */
    CompletableFuture<Void> sample(int items, Task task) {
        if (items <= FEW_ITEMS) {
            return run(sampling, task);
        }
        if (!largeSamples.tryAcquire()) {
            return CompletableFuture.failedFuture(busy());
        }
        return run(sampling, task).whenComplete((unused, failure) -> largeSamples.release());
    }

    private static ProblemException busy() {
        return Problem.of(
                        Problem.Kind.UNAVAILABLE,
                        "Too many requests of this kind are waiting. Nothing was changed. Retry later.")
                .exception();
    }

    /** Runs a task. The future fails with the exception of the task. */
    CompletableFuture<Void> run(Executor lane, Task task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            lane.execute(() -> complete(done, task));
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(busy());
        }
        return done;
    }

    private void complete(CompletableFuture<Void> done, Task task) {
        try {
            task.run();
        } catch (Throwable e) {
            check(e);
            done.completeExceptionally(e);
            return;
        }
        done.complete(null);
    }

    /** Ends the process if the error means that memory ran out. */
    void check(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError) {
                outOfMemory.run();
                return;
            }
        }
    }

    @Override
    public void close() {
        shortWork.shutdown();
        largeWork.shutdown();
        moving.shutdown();
        storing.shutdown();
        scanning.shutdown();
        sampling.shutdown();
        metrics.shutdown();
        readiness.shutdown();
    }
}
