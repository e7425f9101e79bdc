package org.checkpointrecovery.outbound;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A loop on shared threads. It uses one of them while it has tasks, and none while it waits. */
final class SharedLoop implements Loop {
    private static final Logger log = LoggerFactory.getLogger(SharedLoop.class);
    /** After so many tasks the thread is given to others first. */
    private static final int TASKS_IN_A_ROW = 256;

    private final Executor threads;
    private final ScheduledExecutorService timers;
    private final Deque<Runnable> tasks = new ArrayDeque<>(); // guarded by this, as all below
    private final Set<Alarm> alarms = new HashSet<>();
    private boolean active;
    private @Nullable Thread current;
    private boolean closed;

    SharedLoop(Executor threads, ScheduledExecutorService timers) {
        this.threads = threads;
        this.timers = timers;
    }

    /** A task that starts later. */
    private static final class Alarm {
        private @Nullable Future<?> timer;
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public synchronized void execute(Runnable task) {
        if (closed) {
            return;
        }
        tasks.addLast(task);
        if (!active) {
            active = true;
            threads.execute(this::run);
        }
    }

    @Override
    public synchronized void later(Duration delay, Runnable task) {
        if (closed) {
            return;
        }
        Alarm alarm = new Alarm();
        alarms.add(alarm);
        alarm.timer = timers.schedule(() -> ring(alarm, task), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private synchronized void ring(Alarm alarm, Runnable task) {
        alarms.remove(alarm);
        execute(task);
    }

    private void run() {
        for (int i = 0; i < TASKS_IN_A_ROW; i++) {
            Runnable task = next();
            if (task == null) {
                return;
            }
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                log.error("Internal error in an HTTP client. Please report this.", e);
            }
        }
        synchronized (this) {
            current = null;
            notifyAll();
        }
        threads.execute(this::run);
    }

    private synchronized @Nullable Runnable next() {
        Runnable task = tasks.pollFirst();
        active = task != null;
        current = active ? Thread.currentThread() : null;
        if (!active) {
            notifyAll();
        }
        return task;
    }

    /** Does not interrupt: a task may be passing a reply to a thread that writes it to a file. */
    @Override
    public synchronized void close() {
        closed = true;
        tasks.clear();
        for (Alarm alarm : alarms) {
            if (alarm.timer != null) {
                alarm.timer.cancel(false);
            }
        }
        alarms.clear();
        boolean interrupted = false;
        while (current != null && current != Thread.currentThread()) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
