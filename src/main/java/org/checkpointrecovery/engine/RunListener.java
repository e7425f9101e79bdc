package org.checkpointrecovery.engine;

import java.io.IOException;
import java.time.Duration;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Recovery;

/** Hears of a run, from the thread that commits; {@link #counted} from any. */
public interface RunListener {
    /**
     * The run is about to begin.
     *
     * @param from where
     * @param committed what lies before
     * @return false to drop the run
     * @throws IOException if it could not be recorded; the run ends as FAILED
     */
    boolean starting(JobId job, Recovery from, Position committed) throws IOException;

    /** The input has that many items. Perhaps long after the run. */
    void counted(JobId job, long totalItems);

    /**
     * Items came back from the processor; from any thread.
     *
     * @param took all of them together
     */
    default void processed(JobId job, long items, Duration took) {}

    /**
     * So many items of the job are finished for good, those among them that the checkpoint does not count yet.
     */
    default void finished(JobId job, long succeeded, long failed) {}

    /**
     * The checkpoint is on disk.
     *
     * @param took to force the results and errors, and to replace the checkpoint
     */
    void committed(JobId job, Checkpoint checkpoint, Duration took);

    /** The run is over; all its files are closed. Nothing more comes but {@link #counted}. */
    void ended(JobId job, RunEnd end);
}
