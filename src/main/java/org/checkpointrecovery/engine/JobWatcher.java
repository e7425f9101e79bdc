package org.checkpointrecovery.engine;

import java.time.Duration;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Status;
import org.jspecify.annotations.Nullable;

/**
 * Hears of all jobs, from the threads that work on them: a method must neither wait nor throw. Of one job, changes come in
 * their order.
 */
public interface JobWatcher {
    /**
     * A job was made, or is in another state, or more is known of it.
     *
     * @param before its status until now, or null for a job that was made or found
     */
    default void changed(@Nullable Status before, JobView now) {}

    /**
     * A checkpoint is on disk.
     *
     * @param before what was committed until now
     * @param took what its commit took
     */
    default void committed(JobView now, Position before, Duration took) {}

    /**
     * Items came back from a processor.
     *
     * @param took all of them together
     */
    default void processed(JobView job, long items, Duration took) {}

    default void deleted(JobId job) {}
}
