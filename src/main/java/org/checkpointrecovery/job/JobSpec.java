package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The client's request. After submission, only its name and labels change.
 *
 * @param name for people, or null
 * @param labels values by key, sorted; null if there are none
 * @param callbackUrl the URL that receives each end of the job, or null
 * @param retainFor how long the service keeps the job after its end; null if the service's setting applies
 * @param start whether to queue the job at once
 * @param faults failures to rehearse, or null
 */
public record JobSpec(
        @Nullable String name,
        @Nullable Map<String, String> labels,
        ItemsSpec items,
        ProcessorSpec processor,
        Execution execution,
        FailedItemLimits failedItemLimits,
        @Nullable String callbackUrl,
        @Nullable Duration retainFor,
        boolean start,
        @Nullable Faults faults) {
    public JobSpec {
        labels = labels == null || labels.isEmpty() ? null : Collections.unmodifiableMap(new TreeMap<>(labels));
        requireNonNull(items);
        requireNonNull(processor);
        requireNonNull(execution);
        requireNonNull(failedItemLimits);
        if (retainFor != null && !Retention.isValid(retainFor)) {
            throw new IllegalArgumentException("retainFor " + retainFor);
        }
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

    /** Returns this spec with other failures to rehearse. */
    public JobSpec rehearsing(@Nullable Faults other) {
        return with(items, start, other);
    }

    /** Returns this spec with another name and other labels. */
    public JobSpec named(@Nullable String newName, @Nullable Map<String, String> newLabels) {
        return new JobSpec(
                newName,
                newLabels,
                items,
                processor,
                execution,
                failedItemLimits,
                callbackUrl,
                retainFor,
                start,
                faults);
    }

    private JobSpec with(ItemsSpec newItems, boolean newStart, @Nullable Faults newFaults) {
        return new JobSpec(
                name,
                labels,
                newItems,
                processor,
                execution,
                failedItemLimits,
                callbackUrl,
                retainFor,
                newStart,
                newFaults);
    }
}
