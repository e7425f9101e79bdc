package org.checkpointrecovery.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashPoint;
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
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.job.Submission;
import org.checkpointrecovery.processor.TextStatsKind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class JobCodecTest {
    private static final JobId ID = new JobId("0mh3k2v9x-7fq2mzt4");
    private static final JobId PARENT = new JobId("0mh3k2v9x-00000000");
    private static final Instant NOW = Instant.parse("2026-11-23T10:15:30.123456789Z");
    private static final Reason REASON = new Reason(ErrorCode.IO_ERROR, "a \"message\" with \u00fc and \u0001");

    private static JobSpec spec(InputSpec input, @Nullable Faults faults) {
        return new JobSpec(
                "a name \ud83d\ude00",
                Map.of("team", "blue", "a", "\u00fc"),
                new ItemsSpec(input, Format.LINES),
                ProcessorSpec.of(TextStatsKind.TYPE),
                new Execution(EngineKind.LOCAL, 1_000_000, 64, CommitMode.EACH, null),
                new FailedItemLimits(OnItemError.FAIL, Long.MAX_VALUE, 0.5),
                "https://example.org/done",
                Duration.ofHours(36),
                false,
                faults);
    }

    private static Job job(JobSpec spec, JobState state) {
        List<Run> runs = List.of(
                new Run(1, NOW, 0, 6, new Run.Ending(Run.End.STOPPED, null, NOW, Duration.ZERO)),
                new Run(2, NOW, 6, 9, new Run.Ending(Run.End.FAILED, REASON, NOW, Duration.ofNanos(1_234_567_890))),
                new Run(3, NOW, 9, 9, null));
        return new Job(
                new Submission(
                        ID,
                        PARENT,
                        spec,
                        new InputIdentity(Long.MAX_VALUE, new InputTimes(NOW, NOW.plusNanos(1)), -17),
                        new IdempotencyKey("key \"1\"", "ab"),
                        NOW),
                12L,
                state,
                NOW,
                runs,
                new Recovery(Recovery.From.PREVIOUS_CHECKPOINT, 9, REASON),
                new Ends(
                        3,
                        List.of(
                                new Ends.PendingEnd(
                                        2, state(Status.FAILED), NOW, 2, null, new Position(7, 1, 2, 3, 5, 2), null),
                                new Ends.PendingEnd(3, state(Status.COMPLETED), NOW, 3, 12L, Position.START, NOW))));
    }

    private static JobState state(Status status) {
        return switch (status) {
            case CREATED -> new JobState.Created();
            case QUEUED -> new JobState.Queued();
            case RUNNING -> new JobState.Running();
            case PAUSING -> new JobState.Pausing();
            case PAUSED -> new JobState.Paused(null);
            case CANCELLING -> new JobState.Cancelling();
            case CANCELLED -> new JobState.Cancelled();
            case CRASHED -> new JobState.Crashed(REASON);
            case FAILED -> new JobState.Failed(REASON);
            case COMPLETED -> new JobState.Completed(new Position(7, 1, 2, 3, 5, 2, -5), NOW);
        };
    }

    private static void assertRoundTrip(Job job) throws IOException {
        assertThat(JobCodec.decode(JobCodec.encode(job), job.id())).isEqualTo(job);
    }

    @ParameterizedTest
    @EnumSource
    void a_job_is_read_as_it_was_written_in_every_state(Status status) throws IOException {
        assertRoundTrip(job(spec(new InputSpec.Inline(), null), state(status)));
    }

    @Test
    void what_may_be_missing_is_read_as_missing() throws IOException {
        JobSpec spec = new JobSpec(
                null,
                null,
                new ItemsSpec(new InputSpec.Inline(), Format.LINES),
                ProcessorSpec.of(TextStatsKind.TYPE),
                new Execution(EngineKind.LOCAL, 1, 1, CommitMode.GROUP, null),
                FailedItemLimits.NONE,
                null,
                null,
                true,
                null);
        InputIdentity identity = new InputIdentity(0, null, 0);
        assertRoundTrip(Job.submitted(ID, null, spec, identity, null, null, NOW));
        JobState empty = new JobState.Completed(Position.START, null);
        assertRoundTrip(new Job(
                new Submission(ID, null, spec, identity, null, NOW), 0L, empty, NOW, List.of(), null, Ends.NONE));
    }

    static Stream<InputSpec> everyInput() {
        return Stream.of(
                new InputSpec.Inline(),
                new InputSpec.Upload("0mh3k2v9x-11111111"),
                new InputSpec.InputPath("a/\u00fc \"b\".txt"),
                new InputSpec.FailedItemsOf(PARENT, new JobId("0mh3k2v00-00000000")));
    }

    static Stream<Format> everyFormat() {
        Format csv = new Format(Format.Kind.CSV, '\t');
        return Stream.of(
                Format.of(Format.Kind.JSONL),
                csv,
                csv.withNames(FieldNames.NUMBERED).withQuote(Format.Quote.NONE),
                csv.withNames(new FieldNames.Given(List.of("\u00fc \"a\"", "b")))
                        .withSkipRecords(1000));
    }

    @ParameterizedTest
    @MethodSource("everyFormat")
    void every_format_is_read_as_it_was_written(Format format) throws IOException {
        assertRoundTrip(job(spec(new InputSpec.Inline(), null).withFormat(format), new JobState.Queued()));
    }

    @ParameterizedTest
    @MethodSource("everyInput")
    void every_input_is_read_as_it_was_written(InputSpec input) throws IOException {
        assertRoundTrip(job(spec(input, null), new JobState.Queued()));
    }

    @ParameterizedTest
    @EnumSource
    void faults_are_read_as_they_were_written(CrashPoint point) throws IOException {
        Faults all = new Faults(7L, point, Set.of(0L, 3L, Long.MAX_VALUE), Duration.ofMinutes(1));
        assertRoundTrip(job(spec(new InputSpec.Inline(), all), new JobState.Queued()));
        Faults none = new Faults(null, point, Set.of(), Duration.ZERO);
        assertRoundTrip(job(spec(new InputSpec.Inline(), none), new JobState.Queued()));
    }

    @Test
    void every_damaged_byte_and_every_missing_end_is_noticed() {
        byte[] whole = JobCodec.encode(job(spec(new InputSpec.Inline(), null), new JobState.Crashed(REASON)));
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 1;
            assertDamaged(flipped, "byte " + at);
            assertDamaged(Arrays.copyOf(whole, at), "cut at " + at);
        }
    }

    private static void assertDamaged(byte[] bytes, String what) {
        assertThatThrownBy(() -> JobCodec.decode(bytes, ID)).as(what).isInstanceOf(DamagedFileException.class);
    }

    @Test
    void what_has_its_checksum_and_makes_no_sense_is_damaged_too() throws IOException {
        String whole = new String(
                JobCodec.encode(job(spec(new InputSpec.Inline(), null), new JobState.Crashed(REASON))),
                StandardCharsets.UTF_8);
        String body = whole.substring(0, whole.indexOf(",\"crc32c\":\"", whole.length() - 30)) + "}";
        assertThat(JobCodec.decode(sealed(body), ID).id()).isEqualTo(ID);
        for (String[] change : new String[][] {
            {"\"version\":1", "\"version\":2"},
            {"\"version\":1", "\"version\":\"1\""},
            {"Crashed", "Crushed"},
            {"0mh3k2v9x-7fq2mzt4", "0mh3k2v9x-7fq2mzt5"},
            {"\"batchSize\":1000000", "\"batchSize\":0"},
            {"\"spec\":{", "\"other\":{"},
            {"2026-11-23", "2026-13-23"},
            {"\"type\":\"text-stats\"", "\"type\":1"},
            {"\"options\":{}", "\"options\":[]"},
            {"\"options\":{}", "\"options\":\"{}\""},
            {"\"options\":{}", "\"options\":null"},
            {"IO_ERROR", "NO_ERROR"},
            {"\"kind\":\"Inline\"", "\"kind\":\"Outline\""},
            {"\"runs\":2,", "\"runs\":4,"},
            {"\"batchSize\":1000000", "\"batchSize\":\"1000000\""},
            {"\"batchSize\":1000000", "\"batchSize\":1.5"},
            {"\"batchSize\":1000000", "\"batchSize\":null"},
            {"\"batchSize\":1000000,", ""},
            {"\"batchSize\":1000000", "\"batchSize\":1,\"batchSize\":1"},
            {"\"commit\":\"EACH\"", "\"commit\":1"},
            {"\"commit\":\"EACH\"", "\"commit\":\"\""},
            {"\"commit\":\"EACH\"", "\"commit\":null"},
            {",\"commit\":\"EACH\"", ""},
            {"\"start\":false", "\"start\":0"},
            {"\"start\":false", "\"start\":false,\"more\":1"},
            {"\"message\":\"a ", "\"message\":null,\"a\":\"a "},
            {"\"key\":\"key \\\"1\\\"\"", "\"key\":1"}
        }) {
            assertThat(body).contains(change[0]);
            assertDamaged(sealed(body.replace(change[0], change[1])), String.join(" -> ", change));
        }
        assertThatThrownBy(() -> JobCodec.decode(sealed(body), PARENT)).isInstanceOf(DamagedFileException.class);
    }

    private static byte[] sealed(String body) {
        return Checksum.seal(body.getBytes(StandardCharsets.UTF_8));
    }
}
