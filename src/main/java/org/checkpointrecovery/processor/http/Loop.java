package org.checkpointrecovery.processor.http;

import java.time.Duration;

/** The one thread that owns the state of a processor, and its time. Thread-safe. */
interface Loop extends AutoCloseable {
    /** The time on a clock that only goes forward. */
    long nanos();

    /** Has a task done after those that were given before. Does nothing once closed. */
    void execute(Runnable task);

    /** Has a task done when a time is over. Does nothing once closed. */
    void later(Duration delay, Runnable task);

    /** Drops the tasks that have not begun, and waits for the one that has. */
    @Override
    void close();
}
