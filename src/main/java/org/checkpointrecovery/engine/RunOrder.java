package org.checkpointrecovery.engine;

import java.nio.file.Path;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.sink.ResultsFormat;
import org.checkpointrecovery.storage.CheckpointStore;
import org.checkpointrecovery.storage.Input;

/**
 * A run of a job, with the files that it reads and writes.
 *
 * @param job as it is before the run
 * @param run number of the run, from 1
 */
public record RunOrder(
        Job job,
        int run,
        Input input,
        Path results,
        Path errors,
        ResultsFormat resultsFormat,
        CheckpointStore checkpoints) {}
