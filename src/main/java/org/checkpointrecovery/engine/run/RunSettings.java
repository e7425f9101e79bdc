package org.checkpointrecovery.engine.run;

import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.job.FailedItemLimits;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.sink.ResultsFormat;

/**
 * The settings of a run, derived from its job.
 *
 * @param maxItemBytes the maximum size of an item; longer items fail
 * @param concurrent whether the items are processed by a {@link org.checkpointrecovery.processor.ConcurrentProcessor}
 * @param jsonItems whether items are JSON values, not plain text
 * @param ofRange whether it is the run of a range, which may end within a batch and loses no finished item then
 */
public record RunSettings(
        int batchSize,
        int parallelism,
        FailedItemLimits failedItemLimits,
        ResultsFormat resultsFormat,
        int maxItemBytes,
        boolean concurrent,
        boolean jsonItems,
        boolean ofRange) {

    public static RunSettings of(RunOrder order, int maxItemBytes) {
        return of(
                order.job(),
                order.means().processors(),
                order.job().validSpec().parallelism(),
                order.target().format(),
                maxItemBytes,
                false);
    }

    /** Returns the settings for one range. */
    public static RunSettings ofRange(Job job, Processors processors, int maxItemBytes) {
        return of(job, processors, 1, ResultsFormat.JSON_LINES, maxItemBytes, true);
    }

    private static RunSettings of(
            Job job, Processors processors, int parallelism, ResultsFormat format, int maxItemBytes, boolean ofRange) {
        JobSpec spec = job.validSpec();
        return new RunSettings(
                spec.batchSize(),
                parallelism,
                spec.failedItemLimits(),
                format,
                maxItemBytes,
                processors.isConcurrent(spec.processor()),
                spec.format().kind().isJson(),
                ofRange);
    }

    /** Whether the reading thread processes the items itself. */
    public boolean readerProcesses() {
        return parallelism == 1 && !concurrent;
    }

    /** Whether the first failed item ends the job. */
    public boolean allowsNoFailures() {
        return failedItemLimits.itemsAllowed() == 0;
    }
}
