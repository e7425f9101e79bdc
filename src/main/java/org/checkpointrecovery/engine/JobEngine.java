package org.checkpointrecovery.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.JobFiles;

/**
 * Runs jobs, from item source to sink and checkpoint. Does not read or change job states; it reports to the
 * {@link RunListener} of each run. Thread-safe. Ignores requests for a job without a run, because it has just ended.
 */
public interface JobEngine {
    /**
     * Returns why the engine accepts no new jobs, as the rest of a sentence about it; empty if it does. It still gets
     * jobs that were submitted earlier.
     */
    default Optional<String> problem() {
        return Optional.empty();
    }

    /** Returns a call that asks the engine's cluster what it has, and may block or fail; empty if there is no cluster. */
    default Optional<Callable<ClusterOverview>> cluster() {
        return Optional.empty();
    }

    /** Queues a run. Runs start in the order of the calls, when the engine has room. */
    void submit(RunOrder order, RunListener listener);

    /** Withdraws a run that has not started. */
    void withdraw(JobId job);

    /** Ends the run at the end of its batch. */
    void pause(JobId job);

    /** Ends the run now. The current batch is dropped. */
    void cancel(JobId job);

    /**
     * Counts the items of a job without a run that are committed, or finished beyond the checkpoint; empty if the
     * engine finishes none beyond it.
     */
    default Optional<Finished> finished(JobFiles files, Position committed) throws IOException {
        return Optional.empty();
    }

    /**
     * Stops everything that still works on a job without a run, and deletes what only its runs needed if the job is
     * over. Does nothing if there is nothing left. Called for an active job too, which keeps everything.
     *
     * @param status of the job
     * @param committed the position up to which it has results
     */
    void release(Status status, Position committed, JobFiles files) throws IOException;

    /**
     * Ends all runs at the end of their batch and starts no more.
     *
     * @param grace how long a batch may still take before it is dropped
     */
    void shutDown(Duration grace);
}
