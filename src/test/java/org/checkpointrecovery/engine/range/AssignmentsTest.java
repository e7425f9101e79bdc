package org.checkpointrecovery.engine.range;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.engine.TestSpec;
import org.checkpointrecovery.item.OpenQuoteException;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.OnItemError;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.DamagedFileException;
import org.junit.jupiter.api.Test;

/** Which ranges tasks are assigned, whatever is lost, and what is found again. */
class AssignmentsTest {
    private CrashingDisk disk = new CrashingDisk(0);
    private long nanos;

    private Assignments open(CutJob job) throws IOException {
        return open(job, 0);
    }

    private Assignments open(CutJob job, long from) throws IOException {
        return Assignments.open(job.store(), 1, from, () -> nanos);
    }

    private static long first(Optional<Range> range) {
        return range.orElseThrow().firstItem();
    }

    @Test
    void a_task_gets_the_rest_of_a_range_that_another_has_begun() throws Exception {
        CutJob job = CutJob.make(disk, 10, 4);
        try (Assignments assignments = open(job)) {
            assertThat(assignments.next(0)).contains(new Range(0, 4, 0, 8, false));
            job.finish(0, 1);
            job.finish(1, 2);
            assertThat(assignments.next(0)).contains(new Range(3, 1, 6, 8, false));
            job.finish(3, 1);
            assertThat(assignments.next(0)).contains(new Range(4, 4, 8, 16, false));
            assignments.takeBack(0);
            assertThat(assignments.next(1)).contains(new Range(4, 4, 8, 16, false));
        }
    }

    @Test
    void no_range_is_assigned_while_the_job_pauses() throws Exception {
        CutJob job = CutJob.make(disk, 10, 4);
        try (Assignments assignments = open(job)) {
            assertThat(assignments.next(0)).isPresent();
            job.store().pause(1);
            assertThat(assignments.next(0)).isEmpty();
            assertThat(assignments.next(1)).isEmpty();
        }
    }

    @Test
    void what_is_behind_an_item_that_may_not_fail_is_not_assigned_again() throws Exception {
        Cuts cuts = new Cuts(2, 4, 100, 4, false, -1);
        CutJob job = CutJob.make(disk, "a\n".repeat(10), TestSpec.spec().onItemError(OnItemError.FAIL), cuts);
        try (Assignments assignments = open(job)) {
            assertThat(first(assignments.next(0))).isZero();
            job.finish(0, 1, 1);
            assertThat(first(assignments.next(0))).isEqualTo(4);
        }
    }

    @Test
    void the_ranges_of_an_earlier_submission_that_are_finished_are_not_cut_again() throws Exception {
        CutJob job = CutJob.make(disk, 10, 4);
        job.finish(0, 3); // the log does not have these
        job.finish(3, 3);
        try (Assignments assignments = open(job)) {
            assertThat(assignments.next(0)).contains(new Range(6, 4, 12, 20, true));
        }
        job.finish(6, 4);
        try (Assignments assignments = open(job)) {
            assertThat(assignments.next(0)).isEmpty();
        }
        RangeChain chain = RangeChain.open(job.store(), 1, Position.START);
        while (chain.hasNext()) {
            chain.take(job.store().record(chain.next()));
        }
        assertThat(chain.isAtEnd()).isTrue();
        assertThat(chain.next()).isEqualTo(10);
    }

    @Test
    void the_end_of_an_input_is_known_if_all_before_it_was_finished_or_there_is_nothing() throws Exception {
        CutJob job = CutJob.make(disk, 6, 4);
        job.finish(0, 3);
        job.finish(3, 3);
        try (Assignments assignments = open(job)) {
            assertThat(assignments.next(0)).isEmpty();
        }
        disk = new CrashingDisk(0);
        CutJob empty = CutJob.make(disk, 0, 4);
        for (int i = 0; i < 2; i++) {
            try (Assignments assignments = open(empty)) {
                assertThat(assignments.next(0)).isEmpty();
                assertThat(assignments.next(0)).isEmpty();
            }
        }
        assertThat(RangeChain.open(empty.store(), 1, Position.START).isAtEnd()).isTrue();
    }

    @Test
    void a_quotation_mark_that_is_never_closed_is_told_to_the_last_task() throws Exception {
        CutJob job = CutJob.make(
                disk,
                "a;b\n1;2\n3;4\n5;\"6\n",
                TestSpec.spec().format(new Format(Format.Kind.CSV, ';')),
                new Cuts(1, 1, 100, 1, false, -1));
        try (Assignments assignments = open(job)) {
            assertThat(first(assignments.next(0))).isZero();
            assertThat(first(assignments.next(1))).isEqualTo(1);
            job.finish(0, 1);
            assertThat(assignments.next(0)).isEmpty();
            job.finish(1, 1);
            assertThatThrownBy(() -> assignments.next(1)).isInstanceOf(OpenQuoteException.class);
        }
    }

    @Test
    void ranges_grow_and_shrink_until_they_take_some_seconds() throws Exception {
        Cuts cuts = new Cuts(100, 16, 1 << 20, 100_000, false, -1);
        CutJob job = CutJob.make(disk, "a\n".repeat(40_000), TestSpec.spec(), cuts);
        List<Long> sizes = new ArrayList<>();
        Duration perItem = Duration.ofMillis(1);
        try (Assignments assignments = open(job)) {
            Optional<Range> range = assignments.next(0);
            while (range.isPresent()) {
                sizes.add(range.get().items());
                if (range.get().nextItem() > 20_000) {
                    perItem = Duration.ofMillis(20);
                }
                nanos += perItem.multipliedBy(range.get().items()).toNanos();
                job.finish(range.get().firstItem(), (int) range.get().items());
                range = assignments.next(0);
            }
        }
        assertThat(sizes).startsWith(16L, 64L, 256L, 1024L, 4000L, 4000L).contains(200L);
        assertThat(sizes.subList(10, sizes.size() - 1)).containsOnly(200L);
    }

    /** A power cut, a lost JobManager, lost tasks, partly finished ranges: all items are in the chain once. */
    @Test
    void all_items_are_assigned_whatever_is_lost() throws Exception {
        for (long seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            disk = new CrashingDisk(seed);
            int items = random.nextInt(60);
            CutJob job = CutJob.make(disk, items, 1 + random.nextInt(9));
            disk.forceDirectory(Path.of("/"));
            try (var input = disk.open(CutJob.INPUT)) {
                input.force();
            }
            TreeMap<Integer, Range> tasks = new TreeMap<>();
            Assignments assignments = open(job);
            long place = 0;
            boolean ended = false;
            while (!ended) {
                int task = random.nextInt(4);
                switch (random.nextInt(12)) {
                    case 0 -> {
                        assignments.takeBack(task);
                        tasks.remove(task);
                    }
                    case 1 -> {
                        assignments.close();
                        assignments = open(job, random.nextBoolean() ? place : 0);
                        tasks.clear();
                    }
                    case 2 -> {
                        assignments.close();
                        disk.restorePower();
                        assignments = open(job);
                        place = 0;
                        tasks.clear();
                    }
                    case 3 -> place = assignments.place();
                    default -> {
                        Range done = tasks.remove(task);
                        if (done != null
                                && random.nextInt(8) > 0
                                && !job.store().isFinished(done.firstItem())) {
                            job.finish(done.firstItem(), 1 + random.nextInt((int) done.items()));
                        }
                        Optional<Range> next = assignments.next(task);
                        next.ifPresent(range -> tasks.put(task, range));
                        ended = next.isEmpty() && tasks.isEmpty();
                    }
                }
            }
            assignments.close();
            RangeChain chain = RangeChain.open(job.store(), 1, Position.START);
            while (chain.hasNext()) {
                chain.take(job.store().record(chain.next()));
            }
            assertThat(chain.next()).as("seed %d", seed).isEqualTo(items);
            assertThat(chain.isAtEnd()).as("seed %d", seed).isTrue();
        }
    }

    @Test
    void a_damaged_line_is_named_unless_it_is_the_last_which_no_task_had() throws Exception {
        CutJob job = CutJob.make(disk, 10, 1);
        try (Assignments assignments = open(job)) {
            for (int task = 0; task < 5; task++) {
                assignments.next(task);
            }
        }
        var file = job.store().directory().resolve("cuts-1.jsonl");
        byte[] whole = disk.bytes(file);
        byte[] last = whole.clone();
        last[last.length - 20] ^= 1;
        disk.write(file, last);
        try (Assignments assignments = open(job)) {
            for (long task = 0; task < 10; task++) {
                assertThat(first(assignments.next((int) task))).isEqualTo(task);
            }
        }
        byte[] middle = whole.clone();
        middle[20] ^= 1;
        disk.write(file, middle);
        assertThatThrownBy(() -> open(job))
                .isInstanceOf(DamagedFileException.class)
                .hasMessageContaining("cuts-1.jsonl", "Delete", "resume");
    }

    @Test
    void a_range_is_in_the_log_after_a_power_cut_before_a_task_has_it() throws Exception {
        for (long seed = 0; seed < 30; seed++) {
            disk = new CrashingDisk(seed);
            CutJob job = CutJob.make(disk, 10, 3);
            List<Range> assigned = new ArrayList<>();
            try (Assignments assignments = open(job)) {
                for (int task = 0; task < 3; task++) {
                    assigned.add(assignments.next(task).orElseThrow());
                }
            }
            disk.restorePower();
            List<Range> durable = new ArrayList<>();
            job.store().readCuts(1, 0, (range, place) -> durable.add(range));
            assertThat(durable).as("seed %d", seed).isEqualTo(assigned);
        }
    }

    /** The memory is that of the shipped JobManager divided by 20. */
    @Test
    void ten_million_items_need_no_more_memory_than_ten_thousand() throws Exception {
        long[] few = manyRanges(10_000);
        long[] many = manyRanges(10_000_000);
        assertThat(many[0]).as("ranges").isGreaterThan(few[0] * 100).isLessThan(100_000);
        assertThat(many[1]).as("bytes of heap").isLessThan(few[1] + 2 * 1024 * 1024);
    }

    private static long[] manyRanges(long items) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx16m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ManyRanges.class.getName(),
                        String.valueOf(items))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(Await.end(process)).as(printed).isZero();
        return Stream.of(printed.strip().split(" ")).mapToLong(Long::parseLong).toArray();
    }
}
