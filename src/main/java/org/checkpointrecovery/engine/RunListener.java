package org.checkpointrecovery.engine;

import java.io.IOException;
import java.time.Duration;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Recovery;
import org.jspecify.annotations.Nullable;

/** Receives the events of a run on the committing thread; {@link #counted} and {@link #waiting} on any thread. */
public interface RunListener {
    /** The run is about to open the files of the job. */
    default void opening(JobId job) throws IOException {}

    /**
     * The run is about to start.
     *
     * @param from how the starting position was determined
     * @param committed the committed position
     * @return false to drop the run
     * @throws IOException if it could not be recorded; the run ends as FAILED
     */
    boolean starting(JobId job, Recovery from, Position committed) throws IOException;

    /** The items of the input were counted. May come long after the run. */
    void counted(JobId job, long totalItems);

    /**
     * Items were processed. Called on any thread.
     *
     * @param took their total processing time
     */
    default void processed(JobId job, long items, Duration took) {}

    /**
     * Reports how many items of the job are finished, including uncommitted ones.
     */
    default void finished(JobId job, long succeeded, long failed) {}

    /**
     * The run makes no progress for a reason outside the service. Repeated as long as it waits.
     *
     * @param what what it waits for, in words; null once it no longer waits
     */
    default void waiting(JobId job, @Nullable String what) {}

    /**
     * The checkpoint is on disk.
     *
     * @param took the time to force the results and errors and to replace the checkpoint
     */
    void committed(JobId job, Checkpoint checkpoint, Duration took);

    /** The run is over and all its files are closed. No more events follow except {@link #counted}. */
    void ended(JobId job, RunEnd end);
}
