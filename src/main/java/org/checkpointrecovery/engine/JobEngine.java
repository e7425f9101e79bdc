package org.checkpointrecovery.engine;

import java.time.Duration;
import org.checkpointrecovery.job.JobId;

/**
 * Runs jobs, from item source to sink and checkpoint. It asks no one about a job's state: whoever orders a run hears of it
 * through a {@link RunListener}. Thread-safe. Requests for a job that has no run are ignored: it has just ended.
 */
public interface JobEngine {
    /** Orders a run. It begins when the engine has room, in the order of the calls. */
    void submit(RunOrder order, RunListener listener);

    /** Takes back an order whose run has not begun. */
    void withdraw(JobId job);

    /** Ends the run at the end of its batch. */
    void pause(JobId job);

    /** Ends the run now; the batch in work is dropped. */
    void cancel(JobId job);

    /** Crashes the run on purpose. */
    void crash(JobId job, CrashOrder order);

    /**
     * Ends all runs at the end of their batch and begins no other one.
     *
     * @param grace how long a batch may still take; then it is dropped
     */
    void shutDown(Duration grace);
}
