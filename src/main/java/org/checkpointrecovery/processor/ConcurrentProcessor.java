package org.checkpointrecovery.processor;

import java.util.function.Consumer;

/**
 * Processes many items at once elsewhere: by an HTTP endpoint, a process or a thread. Serves one run of one job. Thread-safe.
 */
public interface ConcurrentProcessor extends AutoCloseable {
    /** Returns how many items it can process at once, at least 1. */
    int concurrency();

    /** Returns which consecutive failures pause the job. */
    default Pauses pauses() {
        return Pauses.NEVER;
    }

    /**
     * Consecutive failures that must have a common cause, so that the job pauses instead of failing every item.
     *
     * @param failedItems number of failed items, at least 1
     * @param unauthorizedAnswers number of items that failed with the status 401 or 403, at least 1
     */
    record Pauses(int failedItems, int unauthorizedAnswers) {
        public static final Pauses NEVER = new Pauses(Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

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
