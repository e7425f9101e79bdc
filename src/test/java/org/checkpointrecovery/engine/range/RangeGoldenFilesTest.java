package org.checkpointrecovery.engine.range;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.GoldenFile;
import org.checkpointrecovery.storage.GoldenJobs;
import org.checkpointrecovery.storage.Input;
import org.checkpointrecovery.storage.PartFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the service and a cluster share is written and read byte for byte as in {@code src/test/resources/golden}. */
class RangeGoldenFilesTest {
    private static final Path FILE = Path.of("/file.json");

    private final CrashingDisk disk = new CrashingDisk(0);

    private void assertGolden(String name, Path written) throws IOException {
        GoldenFile.assertWritten(name, disk.bytes(written));
        disk.write(written, GoldenFile.read(name));
    }

    @Test
    void a_log_of_ranges_is_written_and_read_as_in_its_golden_file() throws IOException {
        List<Range> ranges = List.of(
                new Range(0, 1000, 0, 52133, false),
                new Range(1000, 7, 52133, 1L << 40, false),
                new Range(1007, 0, 1L << 40, 1L << 40, true));
        CutLog.create(disk, FILE, ranges.subList(0, 1));
        try (CutLog log = CutLog.open(disk, FILE, disk.size(FILE))) {
            log.append(ranges.get(1));
            log.append(ranges.get(2));
        }
        assertGolden("cuts-1.jsonl", FILE);
        List<Range> found = new ArrayList<>();
        assertThat(CutLog.read(disk, FILE, 0, (range, place) -> found.add(range)))
                .isEqualTo(disk.size(FILE));
        assertThat(found).isEqualTo(ranges);
    }

    @Test
    void submissions_are_written_and_read_as_in_their_golden_file() throws IOException {
        Submissions submissions = new Submissions(List.of(
                        new Submissions.Submission("9f86d081884c7d659a2feaa0c55ad015", "file:/save \"1\"", null)))
                .and("0000000000000000000000000000000b", "checkpoint-recovery-1.jar");
        submissions.write(disk, FILE);
        assertGolden("submissions.json", FILE);
        assertThat(Submissions.read(disk, FILE)).isEqualTo(submissions);
    }

    @Test
    void the_end_of_a_task_is_written_and_read_as_in_its_golden_file() throws IOException {
        TaskEnd end = new TaskEnd(Run.End.PAUSED, new Reason(ErrorCode.NOT_AUTHORIZED, "Item 7 \"\u00fc\"."));
        end.write(disk, FILE);
        assertGolden("ended-1.json", FILE);
        assertThat(TaskEnd.read(disk, FILE)).contains(end);
    }

    @Test
    void the_record_of_a_range_is_written_and_read_as_in_its_golden_file() throws IOException {
        PartFiles range = new PartFiles(Path.of("/range"));
        disk.createDirectory(range.directory());
        disk.write(range.results(), "1234567".getBytes(UTF_8));
        disk.write(range.errors(), "123".getBytes(UTF_8));
        RangeRecord record = new RangeRecord(
                6,
                Duration.ofNanos(1_234_567_890_123L),
                List.of(
                        new RangeRecord.Batch(2, 0, 5, 0, 321, true, null),
                        new RangeRecord.Batch(
                                1,
                                1,
                                2,
                                3,
                                1L << 40,
                                false,
                                new RangeRecord.FirstFailure(
                                        9, new ItemFailure(ItemErrorCode.HTTP_STATUS, "It \"said\" \u00fc.", 503)))));
        record.write(disk, range);
        assertGolden("range.json", range.record());
        assertThat(RangeRecord.read(disk, range)).isEqualTo(record);
    }

    private static Map<String, RangeOrder> orders() {
        Map<String, RangeOrder> all = new LinkedHashMap<>();
        all.put(
                "order.json",
                new RangeOrder(
                        requireNonNull(GoldenJobs.all().get("job-queued-upload-jsonl-http.json")),
                        new Input(Path.of("/in \"1\".txt"), null, true, true),
                        1 << 20,
                        "10.0.0.0/8, \"x\"",
                        new Position(12, 345, 6, 7, 11, 1, 8),
                        new Cuts(10, 160, 1L << 22, 40_960, false, 20)));
        all.put(
                "order-retry.json",
                new RangeOrder(
                        requireNonNull(GoldenJobs.all().get("job-failed-retry.json")),
                        new Input(Path.of("/jobs/input.txt"), Path.of("/jobs/input.indexes"), false, false),
                        1,
                        "",
                        Position.START,
                        new Cuts(1, 1, 1, 1, true, -1)));
        return all;
    }

    static Set<String> orderNames() {
        return orders().keySet();
    }

    @ParameterizedTest
    @MethodSource("orderNames")
    void an_order_is_written_and_read_as_in_its_golden_file(String name) throws IOException {
        RangeOrder order = requireNonNull(orders().get(name));
        order.write(disk, FILE);
        assertGolden(name, FILE);
        assertThat(RangeOrder.read(disk, FILE)).isEqualTo(order);
    }
}
