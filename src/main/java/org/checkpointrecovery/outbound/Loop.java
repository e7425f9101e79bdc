package org.checkpointrecovery.outbound;

import java.time.Duration;

/** The single thread that owns the state of a client, and its clock. Thread-safe. */
public interface Loop extends AutoCloseable {
    /** Returns the time of a monotonic clock. */
    long nanos();

    /** Runs a task after those passed before. Does nothing once closed. */
    void execute(Runnable task);

    /** Runs a task after a delay. Does nothing once closed. */
    void later(Duration delay, Runnable task);

    /** Drops the tasks that have not started, and waits for the one that has. */
    @Override
    void close();
}
