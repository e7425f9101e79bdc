package org.checkpointrecovery.engine.run;

import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.FailedItemLimits;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.sink.ResultsFormat;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of a run need to know of its job.
 *
 * @param faults failures to rehearse, or null
 * @param firstRun whether the job has no run before this one
 * @param maxItemBytes the longest item that does not fail
 * @param concurrent whether the items are worked on by a {@link org.checkpointrecovery.processor.ConcurrentProcessor}
 * @param jsonItems whether items are JSON values, not mere text
 */
public record RunSettings(
        int batchSize,
        int parallelism,
        boolean eachBatchDurable,
        FailedItemLimits failedItemLimits,
        @Nullable Faults faults,
        boolean firstRun,
        ResultsFormat resultsFormat,
        int maxItemBytes,
        boolean concurrent,
        boolean jsonItems) {

    public static RunSettings of(RunOrder order, int maxItemBytes) {
        JobSpec spec = order.job().validSpec();
        return new RunSettings(
                spec.batchSize(),
                spec.parallelism(),
                spec.commit() == CommitMode.EACH,
                spec.failedItemLimits(),
                spec.faults(),
                order.job().runs().isEmpty(),
                order.resultsFormat(),
                maxItemBytes,
                Processors.isConcurrent(spec.processor()),
                spec.format().kind().isJson());
    }

    /** Whether the thread that reads processes the items itself. */
    public boolean readerProcesses() {
        return parallelism == 1 && !concurrent;
    }

    /** Whether the first item that fails ends the job. */
    public boolean noItemMayFail() {
        return failedItemLimits.itemsAllowed() == 0;
    }
}
