package org.checkpointrecovery.engine;

import java.time.Duration;
import org.checkpointrecovery.job.JobId;

/**
 * Runs jobs, from item source to sink and checkpoint. Does not read or change job states; it reports to the
 * {@link RunListener} of each run. Thread-safe. Ignores requests for a job without a run, because it has just ended.
 */
public interface JobEngine {
    /** Queues a run. Runs start in the order of the calls, when the engine has room. */
    void submit(RunOrder order, RunListener listener);

    /** Withdraws a run that has not started. */
    void withdraw(JobId job);

    /** Ends the run at the end of its batch. */
    void pause(JobId job);

    /** Ends the run now. The current batch is dropped. */
    void cancel(JobId job);

    /** Simulates a crash of the run. */
    void crash(JobId job, CrashOrder order);

    /**
     * Ends all runs at the end of their batch and starts no more.
     *
     * @param grace how long a batch may still take before it is dropped
     */
    void shutDown(Duration grace);
}
