package org.checkpointrecovery.engine.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.engine.CountedCalls;
import org.checkpointrecovery.engine.HeldCalls;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.Sample;
import org.checkpointrecovery.engine.TestSpec;
import org.checkpointrecovery.engine.range.RangeRecord;
import org.checkpointrecovery.item.InputTruncatedException;
import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.OnItemError;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.provided.AllKinds;
import org.checkpointrecovery.rehearsal.CrashOrder;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.Input;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is worked on range by range is what the local engine writes; and how the work on a range ends otherwise. */
class RangeRunTest {
    private static final Path INPUT = Path.of("/input");
    private static final int AT_ONCE = 4;
    private static final int MANY = 1000;
    private static final CrashOrder NOW = new CrashOrder(CrashMode.JOB, CrashPoint.PROCESSING, 0);

    private final HeldCalls calls = new HeldCalls(AT_ONCE);
    private final RunControl control = new RunControl();
    private CrashingDisk disk = new CrashingDisk(0);

    @AfterEach
    void everythingIsClosed() {
        RangedJob.assertNoThreadIsLeft();
        assertThat(calls.open()).as("processors that were not closed").isZero();
    }

    private RangedJob job(TestSpec spec, Processors processors, byte[] input) throws IOException {
        disk.write(INPUT, input);
        return RangedJob.of(disk, spec.build(), Input.of(INPUT, false), Sample.MAX_ITEM_BYTES, processors);
    }

    private RangedJob textStats(TestSpec spec, int items) throws IOException {
        return job(spec, AllKinds.ofCommandLine(), lines(items));
    }

    private RangedJob held(TestSpec spec, int items) throws IOException {
        return job(spec, calls, lines(items));
    }

    private static byte[] lines(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "item " + i + "\n")
                .collect(Collectors.joining())
                .getBytes(UTF_8);
    }

    private void awaitWaiting(Long... indexes) throws Exception {
        Await.until("under way are " + List.of(indexes), () -> calls.waiting().equals(List.of(indexes)));
    }

    @ParameterizedTest
    @EnumSource
    void ranges_of_every_format_together_are_what_the_local_engine_writes(Sample sample) throws Exception {
        for (int batchSize : new int[] {1, 3, 4, 100}) {
            for (boolean failing : new boolean[] {false, true}) {
                disk = new CrashingDisk(batchSize);
                TestSpec spec = sample.spec().batchSize(batchSize);
                RangedJob job = job(
                        failing ? spec.failItems(Set.of(0L, 3L, 5L, 9L, 17L)) : spec,
                        AllKinds.ofCommandLine(),
                        sample.bytes());
                RangedJob.Files local = job.locally();
                assertThat(local.results() + local.errors()).hasLineCount(10);
                for (int items = 1; items <= 11; items++) {
                    for (long cut : new long[] {-1, 1, 5}) {
                        assertThat(job.throughRanges(job.ranges(items, cut)))
                                .as("batches of %d, ranges of %d, cut at %d", batchSize, items, cut)
                                .isEqualTo(local);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void answers_in_any_order_come_out_in_item_order_in_every_format(Sample sample) throws Exception {
        for (long seed = 0; seed < 6; seed++) {
            Random random = new Random(seed);
            disk = new CrashingDisk(seed);
            TestSpec spec = sample.spec()
                    .batchSize(1 + random.nextInt(5))
                    .processor(CountedCalls.spec(1 + random.nextInt(5)))
                    .failItems(Set.of(1L, 8L));
            RangedJob job = job(spec, new CountedCalls(seed, Set.of(0L, 4L, 7L)), sample.bytes());
            RangedJob.Files local = job.locally();
            int items = 1 + random.nextInt(7);
            assertThat(job.throughRanges(job.ranges(items, random.nextInt(10))))
                    .as("seed %d, ranges of %d", seed, items)
                    .isEqualTo(local);
        }
    }

    @Test
    void ranges_of_many_slices_come_out_in_item_order_whatever_order_the_answers_come_in() throws Exception {
        for (long seed = 0; seed < 6; seed++) {
            Random random = new Random(seed);
            disk = new CrashingDisk(seed);
            int batchSize = new int[] {1, 7, ConcurrentProcessing.SLICE_ITEMS, 100, 150, 10_000}[(int) seed];
            Set<Long> failing = random.longs(50, 0, MANY).boxed().collect(Collectors.toSet());
            TestSpec spec = TestSpec.spec()
                    .batchSize(batchSize)
                    .processor(CountedCalls.spec(64))
                    .failItems(Set.of(0L, 64L, 999L));
            RangedJob job = job(spec, new CountedCalls(seed, failing), lines(MANY));
            RangedJob.Files local = job.locally();
            assertThat(local.results() + local.errors()).hasLineCount(MANY);
            int items = 40 + random.nextInt(300);
            assertThat(job.throughRanges(job.ranges(items, random.nextInt(MANY))))
                    .as("seed %d, batches of %d, ranges of %d", seed, batchSize, items)
                    .isEqualTo(local);
        }
    }

    @Test
    void a_range_larger_than_what_is_held_in_memory_has_parts_within_its_batches() throws Exception {
        RangedJob job = textStats(TestSpec.spec().batchSize(30_000), 70_000);
        List<Range> ranges = job.ranges(40_000);
        assertThat(job.throughRanges(ranges)).isEqualTo(job.locally());
    }

    @Test
    void copies_of_failed_items_keep_their_indexes_in_every_range() throws Exception {
        byte[] copies = "a\n\nb\u00e4d\r\nd\n0123456789\ne\n".getBytes(UTF_8);
        copies[3] = (byte) 0xff;
        ByteBuffer indexes = ByteBuffer.allocate(6 * Long.BYTES);
        LongStream.of(3, 4, 10, 1L << 33, (1L << 33) + 1, (1L << 33) + 5).forEach(indexes::putLong);
        Path file = Path.of("/indexes");
        for (int batchSize : new int[] {1, 2, 100}) {
            for (boolean concurrent : new boolean[] {false, true}) {
                disk = new CrashingDisk(batchSize);
                disk.write(INPUT, copies);
                disk.write(file, indexes.array());
                TestSpec spec = TestSpec.spec().batchSize(batchSize);
                RangedJob job = RangedJob.of(
                        disk,
                        (concurrent ? spec.processor(CountedCalls.spec(2)) : spec).build(),
                        new Input(INPUT, file, false, false),
                        9,
                        new CountedCalls(batchSize, Set.of(3L)));
                RangedJob.Files local = job.locally();
                assertThat(local.results()).contains("{\"index\":8589934592,", "{\"index\":8589934597,");
                assertThat(local.errors())
                        .contains("{\"index\":8589934593,", concurrent ? "{\"index\":3," : "{\"index\":10,");
                for (int items = 1; items <= 6; items++) {
                    assertThat(job.throughRanges(job.ranges(items)))
                            .as("batches of %d, ranges of %d, concurrent %s", batchSize, items, concurrent)
                            .isEqualTo(local);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_record_says_how_long_the_items_were_worked_on(boolean concurrent) throws Exception {
        Duration delay = Duration.ofMillis(3);
        TestSpec spec = TestSpec.spec().itemDelay(delay);
        RangedJob job = concurrent
                ? job(spec.processor(CountedCalls.spec(3)), new CountedCalls(1, Set.of()), lines(5))
                : textStats(spec, 5);
        List<Range> ranges = job.ranges(100);
        long began = System.nanoTime();
        RangeRecord record = done(job.run(ranges.get(0), control));
        assertThat(record.took())
                .isBetween(
                        delay.multipliedBy(5),
                        Duration.ofNanos(System.nanoTime() - began).multipliedBy(5)); // some at the same time
    }

    private static RangeRecord done(RangeRun.End end) {
        assertThat(end).isInstanceOf(RangeRun.End.Done.class);
        return ((RangeRun.End.Done) end).record();
    }

    @Test
    void where_no_item_may_fail_the_record_ends_with_the_item_that_did() throws Exception {
        for (long failing = 0; failing < 10; failing++) {
            disk = new CrashingDisk(failing);
            TestSpec spec =
                    TestSpec.spec().batchSize(4).onItemError(OnItemError.FAIL).failItems(Set.of(failing));
            RangedJob job = textStats(spec, 10);
            RangedJob.Files local = job.locally();
            for (int items : new int[] {1, 3, 4, 5, 10}) {
                List<Range> ranges = job.ranges(items);
                StringBuilder committed = new StringBuilder();
                for (Range range : ranges) {
                    RangeRecord record = done(job.run(range, new RunControl()));
                    new BatchesCheck(record, 4, job.written(range)).checkBytes();
                    boolean fails = range.firstItem() <= failing && failing < range.nextItem();
                    assertThat(record.nextItem()).isEqualTo(fails ? failing + 1 : range.nextItem());
                    RangeRecord.Batch last =
                            record.batches().get(record.batches().size() - 1);
                    assertThat(last.failed()).isEqualTo(fails ? 1 : 0);
                    if (fails) {
                        assertThat(last.endsBatch())
                                .as("item %d of %s", failing, range)
                                .isFalse();
                        RangeRecord.FirstFailure failure = requireNonNull(last.failure());
                        assertThat(failure.index()).isEqualTo(failing);
                        assertThat(failure.failure().code()).isEqualTo(ItemErrorCode.FAULT_INJECTED);
                        committed.append(job.written(range).results());
                        break;
                    }
                    committed.append(job.written(range).results());
                }
                assertThat(committed.toString()).startsWith(local.results()).hasLineCount((int) failing);
                assertThat(local.results()).hasLineCount((int) (failing / 4 * 4));
            }
        }
    }

    @Test
    void where_no_item_may_fail_and_many_are_under_way_the_record_ends_with_the_first_that_did() throws Exception {
        TestSpec spec =
                TestSpec.spec().batchSize(200).onItemError(OnItemError.FAIL).processor(CountedCalls.spec(8));
        RangedJob job = job(spec, new CountedCalls(1, Set.of(70L, 90L, 150L)), lines(300));
        List<Range> ranges = job.ranges(250);
        Range range = ranges.get(0);
        RangeRecord record = done(job.run(range, control));
        new BatchesCheck(record, 200, job.written(range)).checkBytes();
        assertThat(record.nextItem()).isEqualTo(71);
        assertThat(record.batches()).hasSize(1);
        RangeRecord.Batch last = record.batches().get(0);
        assertThat(last.endsBatch()).isFalse();
        assertThat(requireNonNull(last.failure()).index()).isEqualTo(70);
    }

    @Test
    void where_no_item_may_fail_nothing_is_waited_for_that_is_under_way_behind_one_that_did() throws Exception {
        TestSpec spec = TestSpec.spec().onItemError(OnItemError.FAIL).processor(calls.plugin());
        RangedJob job = held(spec, 20);
        List<Range> ranges = job.ranges(20);
        CompletableFuture<RangeRun.End> run = job.begin(ranges.get(0), control);
        awaitWaiting(0L, 1L, 2L, 3L);
        calls.succeed(0);
        calls.fail(1, 500);
        assertThat(done(RangedJob.endOf(run)).nextItem()).isEqualTo(2);
    }

    private static final int CRASH_ITEMS = 10;
    private static final int CRASH_BATCH = 3;

    @ParameterizedTest
    @EnumSource
    void a_crash_that_the_spec_asks_for_strikes_in_the_range_of_its_item_and_in_no_other(CrashPoint point)
            throws Exception {
        for (boolean concurrent : new boolean[] {false, true}) {
            for (int crashAfter = 1; crashAfter <= CRASH_ITEMS + 1; crashAfter++) {
                for (int items : new int[] {2, 4, 100}) {
                    disk = new CrashingDisk(crashAfter);
                    TestSpec spec = TestSpec.spec()
                            .batchSize(CRASH_BATCH)
                            .failItems(Set.of(0L, 5L))
                            .crashAfter(crashAfter, point);
                    RangedJob job = job(
                            concurrent ? spec.processor(CountedCalls.spec(3)) : spec,
                            new CountedCalls(crashAfter, Set.of()),
                            lines(CRASH_ITEMS));
                    List<Range> ranges = job.ranges(items);
                    RangedJob.Files again = job.inSecondRun().throughRanges(ranges);
                    assertThat(again.results() + again.errors()).hasLineCount(CRASH_ITEMS);
                    for (Range range : ranges) {
                        RangeRun.End end = job.run(range, new RunControl());
                        // The checkpoint is not theirs who work on ranges.
                        if (!point.isOfCheckpoint()
                                && range.firstItem() < crashAfter
                                && crashAfter <= range.nextItem()) {
                            assertThat(end).isInstanceOf(RangeRun.End.Stopped.class);
                            assertThat(requireNonNull(job.rehearsal(range).crash())
                                            .point())
                                    .isEqualTo(point);
                            assertLeft(job, range, point, again);
                        } else {
                            assertThat(done(end).nextItem()).isEqualTo(range.nextItem());
                        }
                    }
                }
            }
        }
    }

    @Test
    void a_crash_before_a_commit_leaves_nothing_however_much_was_written() throws Exception {
        RangedJob job = textStats(TestSpec.spec().crashAfter(20_000, CrashPoint.BEFORE_COMMIT), 30_000);
        List<Range> ranges = job.ranges(30_000);
        assertThat(job.run(ranges.get(0), control)).isInstanceOf(RangeRun.End.Stopped.class);
        assertThat(job.rehearsal(ranges.get(0)).crash()).isNotNull();
        assertThat(job.written(ranges.get(0))).isEqualTo(new RangedJob.Files("", ""));
    }

    /** That a crash has left what it leaves: a crash at a write comes when the whole range is written. */
    private void assertLeft(RangedJob job, Range range, CrashPoint point, RangedJob.Files all) {
        String results = between(range.firstItem(), range.nextItem(), all.results());
        String errors = between(range.firstItem(), range.nextItem(), all.errors());
        RangedJob.Files left = job.written(range);
        assertThat(job.hasRecord(range)).isFalse();
        switch (point) {
            case PROCESSING, BEFORE_COMMIT ->
                assertThat(left.results() + left.errors()).isEmpty();
            case TORN_RESULTS -> {
                boolean inErrors = results.isEmpty();
                String torn = inErrors ? left.errors() : left.results();
                String whole = inErrors ? errors : results;
                assertThat(whole).startsWith(torn);
                assertThat(torn).hasSizeLessThan(whole.length()).isNotEmpty().doesNotEndWith("\n");
            }
            case BETWEEN_RESULTS_AND_CHECKPOINT, TORN_CHECKPOINT, CORRUPT_CHECKPOINT -> {
                disk.restorePower();
                assertThat(job.written(range)).isEqualTo(new RangedJob.Files(results, errors));
            }
        }
    }

    /** The lines of some indexes. */
    private static String between(long first, long behind, String lines) {
        return lines.lines()
                .filter(line ->
                        LongStream.range(first, behind).anyMatch(index -> line.startsWith("{\"index\":" + index + ",")))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    @Test
    void a_run_that_must_end_now_stops_while_items_are_under_way() throws Exception {
        RangedJob job = held(TestSpec.spec().processor(calls.plugin()), 20);
        List<Range> ranges = job.ranges(20);
        CompletableFuture<RangeRun.End> run = job.begin(ranges.get(0), control);
        awaitWaiting(0L, 1L, 2L, 3L);
        calls.succeed(1);
        awaitWaiting(0L, 2L, 3L, 4L);
        control.endNow(Run.End.STOPPED);
        assertThat(RangedJob.endOf(run)).isInstanceOf(RangeRun.End.Stopped.class);
        assertThat(job.hasRecord(ranges.get(0))).isFalse();
        assertThat(control.asked()).isEqualTo(Run.End.STOPPED);
    }

    @Test
    void a_run_that_must_end_now_stops_within_an_item_that_takes_long() throws Exception {
        RangedJob job = textStats(TestSpec.spec().itemDelay(Duration.ofMinutes(1)), 20);
        List<Range> ranges = job.ranges(20);
        CompletableFuture<RangeRun.End> run = job.begin(ranges.get(0), control);
        Await.until("items are read", RangedJob::reads);
        control.endNow(Run.End.STOPPED);
        assertThat(RangedJob.endOf(run)).isInstanceOf(RangeRun.End.Stopped.class);
    }

    @Test
    void a_run_that_is_to_end_with_its_batch_stops_there() throws Exception {
        RangedJob job = textStats(TestSpec.spec(), 20);
        List<Range> ranges = job.ranges(20);
        control.endAtBatch(Run.End.STOPPED);
        assertThat(job.run(ranges.get(0), control)).isInstanceOf(RangeRun.End.Stopped.class);
    }

    @Test
    void a_crash_that_is_ordered_strikes_while_items_are_under_way() throws Exception {
        RangedJob job = held(TestSpec.spec().processor(calls.plugin()), 200);
        List<Range> ranges = job.ranges(100);
        for (Range range : ranges) {
            RunControl its = new RunControl();
            CompletableFuture<RangeRun.End> run = job.begin(range, its);
            long first = range.firstItem();
            awaitWaiting(first, first + 1, first + 2, first + 3);
            job.rehearsal(range).order(NOW);
            assertThat(RangedJob.endOf(run)).isEqualTo(new RangeRun.End.Stopped(true));
            assertThat(job.rehearsal(range).crash()).isEqualTo(NOW);
            assertThat(job.written(range)).isEqualTo(new RangedJob.Files("", ""));
        }
    }

    @Test
    void a_crash_that_is_ordered_strikes_within_an_item_that_takes_long() throws Exception {
        RangedJob job = textStats(TestSpec.spec().itemDelay(Duration.ofMinutes(1)), 20);
        List<Range> ranges = job.ranges(20);
        CompletableFuture<RangeRun.End> run = job.begin(ranges.get(0), control);
        Await.until("items are read", RangedJob::reads);
        job.rehearsal(ranges.get(0)).order(NOW);
        assertThat(RangedJob.endOf(run)).isEqualTo(new RangeRun.End.Stopped(true));
        assertThat(job.rehearsal(ranges.get(0)).crash()).isEqualTo(NOW);
    }

    @ParameterizedTest
    @EnumSource
    void a_crash_that_is_ordered_when_all_items_are_read_strikes_yet(CrashPoint point) throws Exception {
        RangedJob job = held(TestSpec.spec().processor(calls.plugin()), 6);
        List<Range> ranges = job.ranges(3);
        CrashOrder order = new CrashOrder(CrashMode.PROCESS, point, 0);
        CompletableFuture<RangeRun.End> run = job.begin(ranges.get(0), control);
        awaitWaiting(0L, 1L, 2L);
        Await.until("all is read", () -> !RangedJob.reads());
        job.rehearsal(ranges.get(0)).order(order);
        if (point != CrashPoint.PROCESSING) {
            calls.succeed(0);
            calls.succeed(1);
            calls.succeed(2);
        }
        assertThat(RangedJob.endOf(run)).isEqualTo(new RangeRun.End.Stopped(true));
        assertThat(job.rehearsal(ranges.get(0)).crash()).isEqualTo(order);
        assertThat(job.hasRecord(ranges.get(0))).isFalse();
    }

    @Test
    void an_item_that_is_given_up_stops_the_run_and_the_reason_is_told() throws Exception {
        RangedJob job = held(TestSpec.spec().processor(calls.plugin()), 20);
        List<Range> ranges = job.ranges(20);
        Reason reason = new Reason(ErrorCode.RETRY_AFTER_TOO_LONG, "It asked for an hour.");
        CompletableFuture<RangeRun.End> run = job.begin(ranges.get(0), control);
        awaitWaiting(0L, 1L, 2L, 3L);
        calls.giveUp(2, reason);
        Await.until("no more is tried", calls::isStopped);
        calls.succeed(3);
        calls.succeed(0);
        calls.giveUp(1, null);
        assertThat(done(RangedJob.endOf(run)).nextItem()).as("what is kept").isEqualTo(1);
        assertThat(control.reason()).isEqualTo(reason);
        assertThat(control.asked()).isEqualTo(Run.End.PAUSED);
        assertThat(calls.begun()).containsExactly(0L, 1L, 2L, 3L);
    }

    @Test
    void calls_that_are_not_authorized_stop_the_run_before_they_have_failed() throws Exception {
        RangedJob job = held(TestSpec.spec().processor(calls.http(null)), 20);
        List<Range> ranges = job.ranges(20);
        CompletableFuture<RangeRun.End> run = job.begin(ranges.get(0), control);
        for (long index = 0; index < HeldCalls.UNAUTHORIZED; index++) {
            long next = index;
            Await.until("item " + index + " is begun", () -> calls.waiting().contains(next));
            calls.fail(index, 401);
        }
        Await.until("no more is tried", calls::isStopped);
        for (long index : calls.waiting()) {
            calls.giveUp(index, null);
        }
        assertThat(RangedJob.endOf(run)).isInstanceOf(RangeRun.End.Stopped.class);
        assertThat(requireNonNull(control.reason()).code()).isEqualTo(ErrorCode.NOT_AUTHORIZED);
    }

    @Test
    void a_processor_that_is_not_provided_is_told_as_such() throws Exception {
        RangedJob job = held(TestSpec.spec().processor(calls.plugin()), 3);
        List<Range> ranges = job.ranges(3);
        calls.unavailable("There is none.");
        assertThatThrownBy(() -> job.run(ranges.get(0), control))
                .isInstanceOf(Processors.UnavailableException.class)
                .hasMessage("There is none.");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_disk_that_fails_at_any_operation_comes_out_as_it_is(boolean concurrent) throws Exception {
        TestSpec spec = TestSpec.spec().failItems(Set.of(1L));
        RangedJob job =
                job(concurrent ? spec.processor(CountedCalls.spec(2)) : spec, new CountedCalls(1, Set.of()), lines(8));
        List<Range> ranges = job.ranges(4);
        Range range = ranges.get(1);
        boolean failed = true;
        int operations = 0;
        while (failed) {
            IOException failure = new IOException("operation " + operations);
            CompletableFuture<RangeRun.End> run = job.runFailing(range, operations, failure);
            failed = run.isCompletedExceptionally();
            if (failed) {
                assertThatThrownBy(run::join).cause().isSameAs(failure);
                operations++;
            }
        }
        assertThat(operations).as("operations of a run").isGreaterThan(8);
    }

    @Test
    void an_input_that_became_shorter_is_told_as_such() throws Exception {
        RangedJob job = textStats(TestSpec.spec(), 20);
        List<Range> ranges = job.ranges(10);
        disk.write(INPUT, lines(15));
        assertThatThrownBy(() -> job.run(ranges.get(1), control)).isInstanceOf(InputTruncatedException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void an_input_of_the_same_length_that_has_fewer_items_now_is_told_as_such(boolean concurrent) throws Exception {
        TestSpec spec = TestSpec.spec();
        RangedJob job =
                job(concurrent ? spec.processor(CountedCalls.spec(2)) : spec, new CountedCalls(1, Set.of()), lines(20));
        List<Range> ranges = job.ranges(10);
        disk.write(
                INPUT,
                new String(lines(20), UTF_8)
                        .replace("19\n", "19.")
                        .replace("\nitem 19", " item 19")
                        .getBytes(UTF_8));
        done(job.run(ranges.get(0), new RunControl()));
        assertThatThrownBy(() -> job.run(ranges.get(1), control))
                .isInstanceOf(InputTruncatedException.class)
                .hasMessageContaining("9 items from item 10 on, expected 10");
    }
}
