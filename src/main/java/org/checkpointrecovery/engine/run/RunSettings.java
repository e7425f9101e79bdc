package org.checkpointrecovery.engine.run;

import static java.util.Objects.requireNonNull;

import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.FailedItemLimits;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.sink.ResultsFormat;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a run, derived from its job.
 *
 * @param faults failures to rehearse, or null
 * @param firstRun whether the job has no run before this one
 * @param maxItemBytes the maximum size of an item; longer items fail
 * @param concurrent whether the items are processed by a {@link org.checkpointrecovery.processor.ConcurrentProcessor}
 * @param jsonItems whether items are JSON values, not plain text
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

    /**
     * Returns the settings for one range. A crash in the spec is counted from the range's first item and happens only
     * in the range that contains it. Crashes that damage the checkpoint do not apply to ranges.
     */
    public static RunSettings ofRange(Job job, int maxItemBytes, Range range) {
        JobSpec spec = job.validSpec();
        Faults faults = spec.faults();
        if (faults != null) {
            Long crash = faults.crashAfterItems();
            boolean here = crash != null
                    && crash > range.firstItem()
                    && crash <= range.nextItem()
                    && !faults.crashPoint().isOfCheckpoint();
            faults = new Faults(
                    here ? requireNonNull(crash) - range.firstItem() : null,
                    faults.crashPoint(),
                    faults.failItems(),
                    faults.itemDelay());
        }
        return new RunSettings(
                spec.batchSize(),
                1,
                false,
                spec.failedItemLimits(),
                faults,
                job.runs().isEmpty(),
                ResultsFormat.JSON_LINES,
                maxItemBytes,
                Processors.isConcurrent(spec.processor()),
                spec.format().kind().isJson());
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
