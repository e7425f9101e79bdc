package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The client's request. Never changes after submission.
 *
 * @param name a label for people, or null
 * @param callbackUrl the URL that receives each end of the job, or null
 * @param start whether to queue the job at once
 * @param faults failures to rehearse, or null
 */
public record JobSpec(
        @Nullable String name,
        ItemsSpec items,
        ProcessorSpec processor,
        Execution execution,
        FailedItemLimits failedItemLimits,
        @Nullable String callbackUrl,
        boolean start,
        @Nullable Faults faults) {
    public JobSpec {
        requireNonNull(items);
        requireNonNull(processor);
        requireNonNull(execution);
        requireNonNull(failedItemLimits);
    }

    public InputSpec input() {
        return items.input();
    }

    public Format format() {
        return items.format();
    }

    public EngineKind engine() {
        return execution.engine();
    }

    public int batchSize() {
        return execution.batchSize();
    }

    public int parallelism() {
        return execution.parallelism();
    }

    public CommitMode commit() {
        return execution.commit();
    }

    /** Returns this spec with the format that was determined from the input. */
    public JobSpec withFormat(Format found) {
        return with(new ItemsSpec(input(), found), start, faults);
    }

    /** Returns this spec with another input. */
    public JobSpec over(InputSpec other) {
        return with(new ItemsSpec(other, format()), start, faults);
    }

    /**
     * Returns the spec of a retry of this job's failed items: the same work without rehearsed failures.
     *
     * @param first the job that the items were submitted with
     */
    public JobSpec retryOf(JobId parent, JobId first) {
        return with(new ItemsSpec(new InputSpec.FailedItemsOf(parent, first), format()), true, null);
    }

    private JobSpec with(ItemsSpec newItems, boolean newStart, @Nullable Faults newFaults) {
        return new JobSpec(name, newItems, processor, execution, failedItemLimits, callbackUrl, newStart, newFaults);
    }
}
