package org.checkpointrecovery.engine.local;

import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.FailedItemLimits;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.sink.ResultsFormat;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of a run need to know of its job.
 *
 * @param faults failures to rehearse, or null
 * @param firstRun whether the job has no run before this one
 * @param maxItemBytes the longest item that does not fail
 */
record RunSettings(
        int batchSize,
        int parallelism,
        boolean eachBatchDurable,
        FailedItemLimits failedItemLimits,
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
                spec.failedItemLimits(),
                spec.faults(),
                order.job().runs().isEmpty(),
                order.resultsFormat(),
                maxItemBytes);
    }

    /** Whether the first item that fails ends the job. */
    boolean noItemMayFail() {
        return failedItemLimits.itemsAllowed() == 0;
    }
}
