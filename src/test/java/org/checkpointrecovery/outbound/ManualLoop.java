package org.checkpointrecovery.outbound;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;

/** A loop on the test's thread, whose time moves only when it is told to. */
public final class ManualLoop implements Loop {
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparing(Timer::at).thenComparing(Timer::number));
    private long now = Long.MAX_VALUE - 1000; // a clock of nanoseconds may pass through there
    private long elapsed;
    private int number;
    private boolean working;

    private record Timer(long at, int number, Runnable task) {}

    @Override
    public long nanos() {
        return now + elapsed;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        work();
    }

    @Override
    public void later(Duration delay, Runnable task) {
        timers.add(new Timer(elapsed + delay.toNanos(), number++, task));
    }

    /** Moves the time on, and does what is due on the way. */
    public void pass(Duration time) {
        long end = elapsed + time.toNanos();
        while (!timers.isEmpty() && timers.peek().at() <= end) {
            Timer timer = timers.remove();
            elapsed = Math.max(elapsed, timer.at());
            execute(timer.task());
        }
        elapsed = end;
    }

    /** How much time has passed. */
    public Duration elapsed() {
        return Duration.ofNanos(elapsed);
    }

    private void work() {
        if (working) {
            return;
        }
        working = true;
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
        working = false;
    }

    @Override
    public void close() {
        tasks.clear();
        timers.clear();
    }
}
