package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * What the client asked for. Never changes after submission.
 *
 * @param name a label for people, or null
 * @param batchSize items in a batch, 1 to {@link #MAX_BATCH_SIZE}
 * @param parallelism threads of the service that process batches of this job, 1 to {@link #MAX_PARALLELISM}; does not change
 *     the results
 * @param callbackUrl where each end of the job is told, or null
 * @param start whether the job was to be queued at once
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

    /** This spec with the format that was found when the input was read. */
    public JobSpec withFormat(Format found) {
        return with(input, found, start, faults);
    }

    /** The same work over another input. */
    public JobSpec over(InputSpec other) {
        return with(other, format, start, faults);
    }

    /**
     * The spec of a job over the items that failed in this one's: the same work, rehearsed failures left out.
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
