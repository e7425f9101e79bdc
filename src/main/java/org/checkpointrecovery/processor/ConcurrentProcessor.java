package org.checkpointrecovery.processor;

import java.util.function.Consumer;

/**
 * Processes many items at once elsewhere: by an HTTP endpoint, a process or a thread. Serves one run of one job. Thread-safe.
 */
public interface ConcurrentProcessor extends AutoCloseable {
    /** Returns how many items it can process at once, at least 1. */
    int concurrency();

    /**
     * Starts an item and returns without waiting for its answer.
     *
     * @param answered called once with the outcome, on any thread, perhaps before this method returns; never called if
     *     the processor is closed first
     */
    void begin(Work work, Consumer<Answer> answered);

    /**
     * Starts no more attempts. Current attempts finish; items that wait for another attempt are answered with
     * {@link Answer.GivenUp}.
     */
    void stopRetrying();

    /** Cancels all work. Leaves no connection, process or thread behind. */
    @Override
    void close();
}
