package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * How a job is run. Affects its speed and what a crash repeats, never its results.
 *
 * @param batchSize items in a batch, 1 to {@link #MAX_BATCH_SIZE}
 * @param parallelism number of the service's threads that process batches of this job, 1 to {@link #MAX_PARALLELISM}
 * @param results how a cluster leaves the results; null if their size decides
 */
public record Execution(
        EngineKind engine,
        int batchSize,
        int parallelism,
        CommitMode commit,
        @Nullable ResultsLayout results) {
    public static final int MAX_BATCH_SIZE = 1_000_000;
    public static final int DEFAULT_BATCH_SIZE = 1000;
    public static final int MAX_PARALLELISM = 64;

    public Execution {
        requireNonNull(engine);
        requireNonNull(commit);
        if (batchSize < 1 || batchSize > MAX_BATCH_SIZE) {
            throw new IllegalArgumentException("batchSize " + batchSize);
        }
        if (parallelism < 1 || parallelism > MAX_PARALLELISM) {
            throw new IllegalArgumentException("parallelism " + parallelism);
        }
        if (results == ResultsLayout.PARTS && engine == EngineKind.LOCAL) {
            throw new IllegalArgumentException("results " + results);
        }
    }
}
