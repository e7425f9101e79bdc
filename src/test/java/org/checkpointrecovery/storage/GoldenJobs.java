package org.checkpointrecovery.storage;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.Compression;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.Decoding;
import org.checkpointrecovery.job.Ends;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Execution;
import org.checkpointrecovery.job.FailedItemLimits;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.FieldNames;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.IdempotencyKey;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.InputTimes;
import org.checkpointrecovery.job.ItemsSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.JobState;
import org.checkpointrecovery.job.OnItemError;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Recovery;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.job.Submission;
import org.checkpointrecovery.job.TextEncoding;
import org.checkpointrecovery.processor.TextStatsKind;
import org.jspecify.annotations.Nullable;

/** Jobs that between them have every kind of input, format, processor, state and end, by the names of their golden files. */
public final class GoldenJobs {
    public static final JobId ID = new JobId("0mh3k2v9x-7fq2mzt4");
    static final JobId PARENT = new JobId("0mh3k2v9x-00000000");
    static final Instant NOW = Instant.parse("2026-11-23T10:15:30.123456789Z");
    static final Instant LATER = Instant.parse("2026-11-23T10:16:00Z");
    private static final Reason REASON =
            new Reason(ErrorCode.IO_ERROR, "a \"message\" with \u00fc, \ud83d\ude00 and \u0001");
    private static final Map<String, String> LABELS = Map.of("team", "blue", "a/b.c_d-e", "\u00fc \"\ud83d\ude00\"");
    private static final Position POSITION = new Position(7, 123, 456, 78, 5, 2, -5);
    private static final InputIdentity OWN = new InputIdentity(395, null, -2_093_146_413);
    private static final InputIdentity FOREIGN = new InputIdentity(1L << 40, new InputTimes(NOW, NOW.plusNanos(1)), 17);

    private GoldenJobs() {}

    /** Every job; the key is the name of its file. */
    public static Map<String, Job> all() {
        Map<String, Job> all = new LinkedHashMap<>();
        all.put("job-created-inline-lines.json", inline());
        all.put("job-queued-upload-jsonl-http.json", http());
        all.put("job-running-path-csv-command.json", command());
        all.put("job-pausing-decoded-csv-plugin.json", plugin());
        all.put("job-paused.json", state(new JobState.Paused(null)));
        all.put("job-paused-on-its-own.json", state(new JobState.Paused(REASON)));
        all.put("job-cancelling.json", state(new JobState.Cancelling()));
        all.put("job-cancelled.json", state(new JobState.Cancelled()));
        all.put("job-crashed-faults.json", crashed());
        all.put("job-failed-retry.json", failed());
        all.put("job-completed-ends.json", completed());
        all.put("job-completed-labels.json", labelled());
        all.put(
                "job-completed-submitted-by.json",
                state(new JobState.Completed(Position.START, null)).by("import-1"));
        all.put("job-completed-retained.json", retained());
        all.put("job-completed-empty.json", state(new JobState.Completed(Position.START, null)));
        return all;
    }

    private static JobSpec spec(
            @Nullable String name, InputSpec input, Format format, ProcessorSpec processor, @Nullable Faults faults) {
        return new JobSpec(
                name,
                null,
                new ItemsSpec(input, format),
                processor,
                new Execution(
                        faults == null ? EngineKind.LOCAL : EngineKind.FLINK,
                        1000,
                        4,
                        faults == null ? CommitMode.GROUP : CommitMode.EACH,
                        null),
                name == null ? FailedItemLimits.NONE : new FailedItemLimits(OnItemError.FAIL, 7L, 0.5),
                name == null ? null : "https://example.org/done",
                null,
                name == null,
                faults);
    }

    private static Job labelled() {
        return state(new JobState.Completed(Position.START, null)).with(plain().named("nightly", LABELS));
    }

    private static Job retained() {
        JobSpec plain = plain();
        return state(new JobState.Completed(Position.START, null))
                .with(new JobSpec(
                        plain.name(),
                        plain.labels(),
                        plain.items(),
                        plain.processor(),
                        plain.execution(),
                        plain.failedItemLimits(),
                        plain.callbackUrl(),
                        Duration.ofHours(36),
                        plain.start(),
                        plain.faults()));
    }

    private static JobSpec plain() {
        return spec(null, new InputSpec.Inline(), Format.LINES, ProcessorSpec.of(TextStatsKind.TYPE), null);
    }

    private static Job job(
            JobSpec spec,
            InputIdentity identity,
            JobState state,
            List<Run> runs,
            @Nullable Recovery recovery,
            Ends ends) {
        return new Job(new Submission(ID, null, spec, identity, null, NOW), 12L, state, LATER, runs, recovery, ends);
    }

    private static Job state(JobState state) {
        return job(plain(), OWN, state, List.of(), null, Ends.NONE);
    }

    private static Job inline() {
        JobSpec spec = spec(
                "a name \ud83d\ude00",
                new InputSpec.Inline(),
                Format.LINES,
                ProcessorSpec.of(TextStatsKind.TYPE),
                null);
        return Job.submitted(ID, null, spec, OWN, null, new IdempotencyKey("key \"1\"", "ab12"), NOW);
    }

    private static Job http() {
        ProcessorSpec http = new ProcessorSpec(
                "http",
                "{\"url\":\"https://example.org/\u00fc\",\"method\":\"PUT\",\"headers\":{\"X-B\":\"a \\\"value\\\"\","
                        + "\"Authorization\":{\"secret\":\"TOKEN\"}},\"body\":\"{\\\"x\\\":\\\"{item}\\\"}\",\"concurrency\":17,"
                        + "\"requestsPerSecond\":2.5,\"connectTimeoutMillis\":1500,\"timeoutMillis\":30000,\"maxAttempts\":3,"
                        + "\"maxResponseBytes\":4000,\"pauseAfterFailedItems\":20}");
        JobSpec spec = spec(null, new InputSpec.Upload("0mh3k2v9x-11111111"), Format.of(Format.Kind.JSONL), http, null);
        return Job.submitted(ID, null, spec, OWN, 12L, null, NOW);
    }

    private static ProcessorSpec command(String mode, int concurrency) {
        return new ProcessorSpec(
                "command",
                "{\"name\":\"resize\",\"mode\":\"" + mode + "\",\"concurrency\":" + concurrency
                        + ",\"timeoutMillis\":30000}");
    }

    private static Job command() {
        ProcessorSpec command = command("per-item", 4);
        Format format = new Format(Format.Kind.CSV, '\t');
        JobSpec spec = spec(null, new InputSpec.InputPath("a/\u00fc \"b\".csv"), format, command, null);
        List<Run> runs = List.of(Run.begin(1, LATER, 0));
        return job(spec, FOREIGN, new JobState.Running(), runs, null, Ends.NONE);
    }

    private static Job plugin() {
        ProcessorSpec plugin = new ProcessorSpec(
                "plugin",
                "{\"name\":\"reverse\",\"config\":{\"a\":[1,\"b\"]},\"concurrency\":2,\"timeoutMillis\":3000}");
        Decoding decoding = new Decoding(Compression.GZIP, TextEncoding.WINDOWS_1252);
        Format format = new Format(Format.Kind.CSV, ';')
                .withNames(new FieldNames.Given(List.of("\u00fc \"a\"", "b")))
                .withSkipRecords(2);
        JobSpec spec = spec(null, new InputSpec.InputPath("a.gz", decoding), format, plugin, null);
        return job(spec, FOREIGN, new JobState.Pausing(), List.of(), null, Ends.NONE);
    }

    private static Job crashed() {
        Faults faults = new Faults(7L, CrashPoint.TORN_RESULTS, Set.of(3L, 0L, Long.MAX_VALUE), Duration.ofMillis(30));
        ProcessorSpec command = command("stream", 1);
        Format format =
                new Format(Format.Kind.CSV, '|').withNames(FieldNames.NUMBERED).withQuote(Format.Quote.NONE);
        InputSpec input = new InputSpec.Upload("0mh3k2v9x-11111111", Decoding.from(TextEncoding.UTF_16LE));
        List<Run> runs = List.of(
                new Run(1, NOW, 0, 6, new Run.Ending(Run.End.STOPPED, null, LATER, Duration.between(NOW, LATER))),
                new Run(2, NOW, 6, 9, new Run.Ending(Run.End.CRASHED, REASON, LATER, Duration.ofNanos(1_234_567_890))));
        Recovery recovery = new Recovery(Recovery.From.PREVIOUS_CHECKPOINT, 6, REASON);
        return job(
                spec("faulty", input, format, command, faults),
                OWN,
                new JobState.Crashed(REASON),
                runs,
                recovery,
                Ends.NONE);
    }

    private static Job failed() {
        InputSpec input = new InputSpec.FailedItemsOf(PARENT, new JobId("0mh3k2v00-00000000"));
        JobSpec spec = spec(null, input, Format.of(Format.Kind.RAW_LINES), ProcessorSpec.of(TextStatsKind.TYPE), null);
        List<Run> runs =
                List.of(new Run(1, NOW, 0, 9, new Run.Ending(Run.End.FAILED, REASON, LATER, Duration.ofMillis(5))));
        Recovery recovery = new Recovery(Recovery.From.BEGINNING, 0, null);
        return new Job(
                new Submission(ID, PARENT, spec, OWN, null, NOW),
                null,
                new JobState.Failed(REASON),
                LATER,
                runs,
                recovery,
                Ends.NONE);
    }

    private static Job completed() {
        List<Run> runs = List.of(
                new Run(1, NOW, 0, 6, new Run.Ending(Run.End.FAILED, REASON, LATER, Duration.ofMillis(5))),
                new Run(2, NOW, 6, 7, new Run.Ending(Run.End.COMPLETED, null, LATER, Duration.ofMillis(7))));
        JobState state = new JobState.Completed(POSITION, LATER);
        Ends ends = new Ends(
                2,
                List.of(
                        new Ends.PendingEnd(
                                1, new JobState.Failed(REASON), NOW, 1, null, new Position(6, 1, 2, 3, 5, 1), null),
                        new Ends.PendingEnd(2, state, LATER, 2, 7L, POSITION, LATER)));
        JobSpec spec = spec("ended", new InputSpec.Inline(), Format.LINES, ProcessorSpec.of(TextStatsKind.TYPE), null);
        Recovery recovery = new Recovery(Recovery.From.CHECKPOINT, 6, null);
        return job(spec, OWN, state, runs, recovery, ends);
    }
}
