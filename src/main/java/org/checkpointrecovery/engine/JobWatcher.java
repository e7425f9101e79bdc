package org.checkpointrecovery.engine;

import java.time.Duration;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Status;
import org.jspecify.annotations.Nullable;

/**
 * Receives the events of all jobs, on the threads that cause them: methods must neither block nor throw. The events of
 * one job arrive in order.
 */
public interface JobWatcher {
    /**
     * A job was created, changed its state, or has new details.
     *
     * @param before its previous status; null for a job that was created or found
     */
    default void changed(@Nullable Status before, JobView now) {}

    /**
     * Items are committed: by a checkpoint, or at the end by the state COMPLETED.
     *
     * @param before the previously committed position
     * @param took the duration of the commit
     */
    default void committed(JobView now, Position before, Duration took) {}

    /**
     * Items were processed.
     *
     * @param took their total processing time
     */
    default void processed(JobView job, long items, Duration took) {}

    /**
     * The report of an end of a job to its callback URL was delivered or given up.
     *
     * @param delivered false if it was given up
     */
    default void calledBack(boolean delivered) {}

    default void deleted(JobId job) {}
}
