package org.checkpointrecovery.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code run}: one class per group of its help, with {@link InputFormatOptions}. */
final class RunOptions {
    private RunOptions() {}

    static final class Files {
        @Option(
                names = {"-i", "--input"},
                paramLabel = "FILE",
                description = "the items, one per line; - for standard input; gzip and zstd files are decompressed"
                        + " (required, unless --spec names the items)")
        @Nullable
        String input;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "FILE",
                description = "the results; - for standard output (required)")
        @Nullable
        String output;

        @Option(
                names = SpecOption.NAME,
                paramLabel = "FILE",
                description = "the job, as POST /v1/jobs takes it; - for standard input. Takes the place of the options"
                        + " for format, processor and processing")
        @Nullable
        String spec;

        @Option(
                names = "--output-format",
                paramLabel = "json|jsonl|csv",
                description = "json: one array; jsonl: one result per line; csv: a table (default: from the ending of"
                        + " --output, or else json)")
        @Nullable
        String outputFormat;

        @Option(
                names = "--checkpoint",
                paramLabel = "FILE",
                description = "the checkpoint, removed when the job is done (default: OUTPUT.checkpoint.json)")
        @Nullable
        String checkpoint;

        @Option(
                names = "--fresh",
                fallbackValue = "true",
                description = "discard an existing checkpoint and start at the first item")
        boolean fresh;

        @Option(
                names = "--retry-failed",
                fallbackValue = "true",
                description = "after a completed run: process the failed items again and merge their results into"
                        + " the output; --fresh then discards an unfinished retry only")
        boolean retryFailed;

        @Option(
                names = {"-q", "--quiet"},
                fallbackValue = "true",
                description = "show warnings and errors only: no progress and no summary")
        boolean quiet;
    }

    static final class Processing {
        @Option(
                names = {"-b", "--batch-size"},
                defaultValue = "1000",
                paramLabel = "N",
                description = "items per batch (default: ${DEFAULT-VALUE})")
        String batchSize = "";

        @Option(
                names = "--commit",
                defaultValue = "group",
                paramLabel = "group|each",
                description = "group: batches share a checkpoint when the disk is slow; each: one checkpoint per batch"
                        + " (default: ${DEFAULT-VALUE})")
        String commit = "";

        @Option(
                names = "--parallelism",
                defaultValue = "1",
                paramLabel = "N",
                description = "threads that process items (default: ${DEFAULT-VALUE})")
        String parallelism = "";

        @Option(
                names = "--max-item-bytes",
                defaultValue = "1M",
                paramLabel = "SIZE",
                description = "maximum size of one item in bytes, up to 64M; longer items fail"
                        + " (default: ${DEFAULT-VALUE})")
        String maxItemBytes = "";
    }

    static final class Rehearsal {
        @Option(
                names = "--simulate-crash",
                paramLabel = "N",
                description = "crash once this call has processed N items")
        @Nullable
        String simulateCrash;

        @Option(
                names = "--crash-point",
                defaultValue = "processing",
                paramLabel = "POINT",
                description = "where --simulate-crash crashes: processing, before-commit,"
                        + " between-results-and-checkpoint, torn-results, torn-checkpoint or corrupt-checkpoint"
                        + " (default: ${DEFAULT-VALUE})")
        String crashPoint = "";
    }
}
