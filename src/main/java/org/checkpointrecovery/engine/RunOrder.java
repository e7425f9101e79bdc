package org.checkpointrecovery.engine;

import java.nio.file.Path;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.sink.ResultsFormat;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.Input;
import org.checkpointrecovery.storage.JobFiles;
import org.checkpointrecovery.storage.JournalFiles;
import org.jspecify.annotations.Nullable;

/**
 * A run of a job.
 *
 * @param job the job before the run
 * @param run number of the run, from 1
 */
public record RunOrder(Job job, int run, Input input, Target target, Means means) {
    /**
     * The files that a run writes.
     *
     * @param files of the job in a service, which records the end of the run; null without a service
     */
    public record Target(
            Path results,
            Path errors,
            ResultsFormat format,
            Path checkpoint,
            JournalFiles journal,
            @Nullable JobFiles files) {
        /** Returns the files of a job in a service. */
        public static Target of(JobFiles files) {
            return new Target(
                    files.results(),
                    files.errors(),
                    ResultsFormat.JSON_LINES,
                    files.checkpoint(),
                    files.journal(),
                    files);
        }
    }

    /** What a run works with. */
    public record Means(Disk disk, Processors processors, RunControl control) {}

    /** Returns the same run with other means. */
    public RunOrder with(Means others) {
        return new RunOrder(job, run, input, target, others);
    }
}
