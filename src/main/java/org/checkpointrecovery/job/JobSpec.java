package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The client's request. Never changes after submission.
 *
 * @param name a label for people, or null
 * @param batchSize items in a batch, 1 to {@link #MAX_BATCH_SIZE}
 * @param parallelism number of the service's threads that process batches of this job, 1 to {@link #MAX_PARALLELISM};
 *     does not affect the results
 * @param callbackUrl the URL that receives each end of the job, or null
 * @param start whether to queue the job at once
 * @param faults failures to rehearse, or null
 */
public record JobSpec(
        @Nullable String name,
        InputSpec input,
        Format format,
        ProcessorSpec processor,
        EngineKind engine,
        int batchSize,
        int parallelism,
        CommitMode commit,
        FailedItemLimits failedItemLimits,
        @Nullable String callbackUrl,
        boolean start,
        @Nullable Faults faults) {
    public static final int MAX_BATCH_SIZE = 1_000_000;
    public static final int DEFAULT_BATCH_SIZE = 1000;
    public static final int MAX_PARALLELISM = 64;

    public JobSpec {
        requireNonNull(input);
        requireNonNull(format);
        requireNonNull(processor);
        requireNonNull(engine);
        requireNonNull(commit);
        requireNonNull(failedItemLimits);
        if (batchSize < 1 || batchSize > MAX_BATCH_SIZE) {
            throw new IllegalArgumentException("batchSize " + batchSize);
        }
        if (parallelism < 1 || parallelism > MAX_PARALLELISM) {
            throw new IllegalArgumentException("parallelism " + parallelism);
        }
    }

    /** Returns this spec with the format that was determined from the input. */
    public JobSpec withFormat(Format found) {
        return with(input, found, start, faults);
    }

    /** Returns this spec with another input. */
    public JobSpec over(InputSpec other) {
        return with(other, format, start, faults);
    }

    /**
     * Returns the spec of a retry of this job's failed items: the same work without rehearsed failures.
     *
     * @param first the job that the items were submitted with
     */
    public JobSpec retryOf(JobId parent, JobId first) {
        return with(new InputSpec.FailedItemsOf(parent, first), format, true, null);
    }

    private JobSpec with(InputSpec newInput, Format newFormat, boolean newStart, @Nullable Faults newFaults) {
        return new JobSpec(
                name,
                newInput,
                newFormat,
                processor,
                engine,
                batchSize,
                parallelism,
                commit,
                failedItemLimits,
                callbackUrl,
                newStart,
                newFaults);
    }
}
