package org.checkpointrecovery.processor;

import java.util.function.Consumer;

/**
 * Has items worked on elsewhere, many at once: by an HTTP endpoint, a process, a thread. Serves one run of one job.
 * Thread-safe.
 */
public interface ConcurrentProcessor extends AutoCloseable {
    /** How many items it is given at once, at least 1. */
    int concurrency();

    /**
     * Begins with an item and returns without waiting for its answer.
     *
     * @param answered is told once what became of the item, from any thread, perhaps before this method returns; or never,
     *     if the processor is closed before
     */
    void begin(Work work, Consumer<Answer> answered);

    /**
     * Begins no more attempts. Those under way come to their end; items that wait for another one are answered with {@link
     * Answer.GivenUp}.
     */
    void stopRetrying();

    /** Breaks off what is under way, and leaves nothing behind: no connection, process or thread. */
    @Override
    void close();
}
