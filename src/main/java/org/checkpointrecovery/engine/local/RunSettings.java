package org.checkpointrecovery.engine.local;

import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.sink.ResultsFormat;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of a run need to know of its job.
 *
 * @param failedItemsAllowed how many items of the job may fail; one more ends the job
 * @param faults failures to rehearse, or null
 * @param firstRun whether the job has no run before this one
 * @param maxItemBytes the longest item that does not fail
 */
record RunSettings(
        int batchSize,
        int parallelism,
        boolean eachBatchDurable,
        long failedItemsAllowed,
        @Nullable Faults faults,
        boolean firstRun,
        ResultsFormat resultsFormat,
        int maxItemBytes) {

    static RunSettings of(RunOrder order, int maxItemBytes) {
        JobSpec spec = order.job().validSpec();
        return new RunSettings(
                spec.batchSize(),
                spec.parallelism(),
                spec.commit() == CommitMode.EACH,
                spec.failedItemsAllowed(),
                spec.faults(),
                order.job().runs().isEmpty(),
                order.resultsFormat(),
                maxItemBytes);
    }
}
