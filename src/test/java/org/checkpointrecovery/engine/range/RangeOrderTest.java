package org.checkpointrecovery.engine.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.Execution;
import org.checkpointrecovery.job.FailedItemLimits;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.InputTimes;
import org.checkpointrecovery.job.ItemsSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.OnItemError;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.job.Recovery;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.processor.TextStatsKind;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Input;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RangeOrderTest {
    private static final JobId ID = new JobId("0mh3k2v9x-7fq2mzt4");
    private static final JobId PARENT = new JobId("0mh3k2v9x-00000000");
    private static final Instant NOW = Instant.parse("2026-11-23T10:15:30.123456789Z");
    private static final Cuts CUTS = new Cuts(3, 5, 100, 500, true, 7);
    private static final Path FILE = Path.of("/order.json");

    private final CrashingDisk disk = new CrashingDisk(0);

    private static Job job(ProcessorSpec processor, @Nullable Faults faults) {
        JobSpec spec = new JobSpec(
                "a \"name\" \ud83d\ude00\n",
                null,
                new ItemsSpec(new InputSpec.FailedItemsOf(PARENT, PARENT), new Format(Format.Kind.CSV, ';')),
                processor,
                new Execution(EngineKind.LOCAL, 1_000_000, 64, CommitMode.EACH, null),
                new FailedItemLimits(OnItemError.FAIL, 7L, 0.5),
                null,
                null,
                true,
                faults);
        return Job.submitted(
                ID, PARENT, spec, new InputIdentity(1L << 40, new InputTimes(NOW, null), -17), 12L, null, NOW);
    }

    private static ProcessorSpec http() {
        return new ProcessorSpec(
                "http",
                "{\"url\":\"https://example.org/\",\"headers\":{\"X-B\":\"a \\\"value\\\"\",\"Authorization\":{\"secret\":\"token\"}},"
                        + "\"requestsPerSecond\":2.5,\"pauseAfterFailedItems\":null}");
    }

    static Stream<RangeOrder> everyOrder() {
        Job retry = job(ProcessorSpec.of(TextStatsKind.TYPE), null);
        Job faulty = job(
                new ProcessorSpec(
                        "plugin",
                        "{\"name\":\"a-plugin\",\"config\":{\"a\":[1.10,1E+400,\"\u00fc\"]},\"concurrency\":5}"),
                new Faults(7L, CrashPoint.TORN_RESULTS, Set.of(0L, 1L << 40), Duration.ofMillis(3)));
        Input copies = new Input(Path.of("/jobs/\u00fc \"1\"/input.txt"), Path.of("/jobs/input.indexes"), false, false);
        return Stream.of(
                new RangeOrder(retry, copies, 1, "", Position.START, CUTS),
                new RangeOrder(
                        faulty,
                        Input.of(Path.of("/in.txt"), true),
                        Integer.MAX_VALUE,
                        "none",
                        new Position(2, 9, 0, 0, 1, 1, 5),
                        CUTS),
                new RangeOrder(
                        job(http(), null).beginRun(new Recovery(Recovery.From.BEGINNING, 0, null), NOW),
                        new Input(Path.of("/in.txt"), null, false, true),
                        1 << 20,
                        "10.0.0.0/8, \"x\"",
                        Position.START,
                        CUTS));
    }

    @ParameterizedTest
    @MethodSource("everyOrder")
    void it_is_read_as_it_was_written_also_after_a_power_cut(RangeOrder order) throws IOException {
        order.write(disk, FILE);
        disk.restorePower();
        assertThat(RangeOrder.read(disk, FILE)).isEqualTo(order);
    }

    @Test
    void paths_are_written_so_that_another_process_finds_them() throws IOException {
        Input relative = new Input(Path.of("in.txt"), Path.of("in.indexes"), false, false);
        new RangeOrder(job(http(), null), relative, 1, "", Position.START, CUTS).write(disk, FILE);
        Input read = RangeOrder.read(disk, FILE).input();
        assertThat(read.file()).isEqualTo(relative.file().toAbsolutePath());
        assertThat(read.indexes()).isEqualTo(Path.of("in.indexes").toAbsolutePath());
    }

    @Test
    void the_runs_of_the_job_are_there_so_that_a_crash_of_the_first_run_does_not_strike_again() throws IOException {
        Job once = job(http(), null).beginRun(new Recovery(Recovery.From.BEGINNING, 0, null), NOW);
        new RangeOrder(once, Input.of(Path.of("/in.txt"), false), 1, "", Position.START, CUTS).write(disk, FILE);
        assertThat(RangeOrder.read(disk, FILE).job().runs())
                .extracting(Run::number)
                .containsExactly(1);
    }

    @Test
    void every_damaged_byte_and_every_missing_end_is_noticed() throws IOException {
        everyOrder().findFirst().orElseThrow().write(disk, FILE);
        byte[] whole = disk.bytes(FILE);
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 1;
            assertDamaged(flipped, "byte " + at);
            assertDamaged(Arrays.copyOf(whole, at), "cut at " + at);
        }
    }

    private void assertDamaged(byte[] bytes, String what) {
        disk.write(FILE, bytes);
        assertThatThrownBy(() -> RangeOrder.read(disk, FILE)).as(what).isInstanceOf(DamagedFileException.class);
    }
}
