package org.checkpointrecovery.engine;

import java.nio.file.Path;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.sink.ResultsFormat;
import org.checkpointrecovery.storage.CheckpointStore;
import org.checkpointrecovery.storage.Input;
import org.checkpointrecovery.storage.JobFiles;
import org.jspecify.annotations.Nullable;

/**
 * A run of a job, with the files that it reads and writes.
 *
 * @param job the job before the run
 * @param run number of the run, from 1
 * @param files of the job, for the item journal; null if its processor needs none
 */
public record RunOrder(
        Job job,
        int run,
        Input input,
        Path results,
        Path errors,
        ResultsFormat resultsFormat,
        CheckpointStore checkpoints,
        @Nullable JobFiles files) {}
