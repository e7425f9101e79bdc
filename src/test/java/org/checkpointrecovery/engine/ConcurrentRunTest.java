package org.checkpointrecovery.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.OnItemError;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Recovery;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.rehearsal.CrashOrder;
import org.checkpointrecovery.storage.CrashingDisk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs whose items are worked on elsewhere, many at once, and are finished in any order. */
class ConcurrentRunTest {
    private static final int AT_ONCE = 4;

    private final HeldCalls calls = new HeldCalls(AT_ONCE);
    private CrashingDisk disk = new CrashingDisk(0);
    private TestService service = new TestService(disk, TestService.Options.of(TestService.DATA));

    @BeforeEach
    void start() throws Exception {
        disk = CrashedJob.emptyDisk(0);
        startAgain();
    }

    private void startAgain() throws Exception {
        service =
                TestService.start(disk, TestService.Options.of(TestService.DATA).processors(calls));
    }

    @AfterEach
    void stop() {
        service.close();
        assertThat(calls.open()).as("processors that were not closed").isZero();
    }

    private static String[] items(int count) {
        return IntStream.range(0, count).mapToObj(i -> "item " + i).toArray(String[]::new);
    }

    private static String results(LongStream indexes) {
        return indexes.mapToObj(index -> HeldCalls.result(index) + "\n").collect(Collectors.joining());
    }

    private void awaitWaiting(Long... indexes) throws Exception {
        Await.until("under way are " + List.of(indexes), () -> calls.waiting().equals(List.of(indexes)));
    }

    private void awaitBegun(int count) throws Exception {
        Await.until(count + " calls are begun", () -> calls.begun().size() == count);
    }

    private void succeedAllFrom(JobId id, Status end) throws Exception {
        Await.until("the job comes to its end", () -> {
            for (long index : calls.waiting()) {
                calls.succeed(index);
            }
            return service.status(id) == end;
        });
    }

    @Test
    void results_stand_in_item_order_whatever_order_the_answers_come_in() throws Exception {
        JobId id = service.submit(TestSpec.spec().processor(calls.plugin()), items(7));
        awaitWaiting(0L, 1L, 2L, 3L);
        calls.succeed(3);
        awaitWaiting(0L, 1L, 2L, 4L);
        calls.succeed(4);
        calls.fail(1, null);
        awaitWaiting(0L, 2L, 5L, 6L);
        calls.succeed(6);
        calls.succeed(5);
        calls.succeed(2);
        assertThat(service.nextItem(id)).isZero();
        calls.succeed(0);
        service.await(id, Status.COMPLETED);
        assertThat(service.results(id)).isEqualTo(results(LongStream.of(0, 2, 3, 4, 5, 6)));
        assertThat(service.errors(id))
                .isEqualTo("{\"index\":1,\"item\":\"item 1\",\"error\":{\"code\":\"HTTP_STATUS\",\"message\":\"It "
                        + "failed.\"},"
                        + "\"attempts\":1}\n");
    }

    @Test
    void the_number_of_items_is_saved_with_the_next_commit() throws Exception {
        JobId id = service.submit(TestSpec.spec().processor(calls.plugin()), items(9)); // three batches
        for (int index = 3; index < 8; index++) {
            awaitBegun(index + 1);
            calls.succeed(index);
        }
        Await.until("the items are counted", () -> service.job(id).totalItems() != null);
        Await.until("its record is written", () -> record(id).contains("\"Running\""));
        assertThat(record(id)).doesNotContain("totalItems");
        for (long index = 0; index < 3; index++) {
            calls.succeed(index);
        }
        Await.until("their number is saved", () -> record(id).contains("\"totalItems\":9"));
        assertThat(service.status(id)).isEqualTo(Status.RUNNING);
        succeedAllFrom(id, Status.COMPLETED);
    }

    /** Returns the record on disk; an empty text until it is written. */
    private String record(JobId id) {
        Path record = service.files(id).job();
        return disk.exists(record) ? disk.text(record) : "";
    }

    @Test
    void no_more_items_are_under_way_at_once_than_the_processor_takes() throws Exception {
        JobId id = service.submit(TestSpec.spec().processor(calls.plugin()), items(200));
        Await.until("the job comes to its end", () -> {
            List<Long> waiting = calls.waiting();
            assertThat(waiting).hasSizeLessThanOrEqualTo(AT_ONCE);
            if (!waiting.isEmpty()) {
                calls.succeed(waiting.get(waiting.size() - 1));
            }
            return service.status(id) == Status.COMPLETED;
        });
        assertThat(calls.begun()).hasSize(200);
    }

    @Test
    void what_is_finished_behind_a_slow_item_is_not_worked_on_again_after_a_crash() throws Exception {
        JobId id = service.submit(TestSpec.spec().processor(calls.plugin()), items(300));
        awaitWaiting(0L, 1L, 2L, 3L);
        for (long index = 1; index < 300; index++) {
            long next = index;
            Await.until("item " + index + " is begun", () -> calls.waiting().contains(next));
            calls.succeed(index);
        }
        awaitWaiting(0L);
        assertThat(service.nextItem(id)).isZero();
        Await.until("the journal has them all", () -> journalLines(id) == 299);
        disk.cutPowerAt(disk.operations() + 1);
        calls.succeed(0);
        service.close();
        disk.restorePower();
        startAgain();
        awaitWaiting(0L);
        awaitBegun(301);
        calls.succeed(0);
        service.await(id, Status.COMPLETED);
        assertThat(service.results(id)).isEqualTo(results(LongStream.range(0, 300)));
        assertThat(calls.begun()).hasSize(301);
    }

    @Test
    void an_item_that_was_changed_after_it_was_finished_is_worked_on_again() throws Exception {
        String padding = " ".repeat(1000) + "end"; // so that both ends of the input, which are compared, stay the same
        String[] items =
                IntStream.range(0, 300).mapToObj(i -> "item " + i + padding).toArray(String[]::new);
        JobId id = service.submit(TestSpec.spec().processor(calls.plugin()), items);
        for (long index = 1; index < 300; index++) {
            long next = index;
            Await.until("item " + index + " is begun", () -> calls.waiting().contains(next));
            calls.succeed(index);
        }
        Await.until("the journal has them all", () -> journalLines(id) == 299);
        disk.cutPowerAt(disk.operations() + 1);
        calls.succeed(0);
        service.close();
        disk.restorePower();
        Path input = service.files(id).ownInput();
        disk.write(input, disk.text(input).replace("item 150 ", "ITEM 150 ").getBytes(UTF_8));
        startAgain();
        awaitWaiting(0L, 150L);
        calls.succeed(0);
        calls.succeed(150);
        service.await(id, Status.COMPLETED);
        assertThat(calls.begun()).hasSize(302);
    }

    private long journalLines(JobId id) {
        return disk.exists(service.files(id).journal().segment(1))
                ? disk.lines(service.files(id).journal().segment(1)).stream()
                        .filter(line -> line.matches("(?s)[0-9a-f]{8} \\d+:[0-9a-f]{8} [+-].*"))
                        .count()
                : 0;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void items_that_a_damaged_journal_has_lost_are_worked_on_again_and_the_job_says_so(long seed) throws Exception {
        JobId id = service.submit(TestSpec.spec().processor(calls.plugin()), items(100));
        for (long index = 1; index < 100; index++) {
            long next = index;
            Await.until("item " + index + " is begun", () -> calls.waiting().contains(next));
            calls.succeed(index);
        }
        Await.until("the journal has them all", () -> journalLines(id) == 99);
        disk.cutPowerAt(disk.operations() + 1);
        calls.succeed(0);
        service.close();
        disk.restorePower();
        Path file = service.files(id).journal().segment(1);
        byte[] journal = disk.bytes(file);
        Random random = new Random(seed);
        // Behind the first line, without which none of the file is used, and more than the line that begins a write.
        int from = journalHeader(journal) + random.nextInt(journal.length / 2);
        Arrays.fill(journal, from, from + 200 + random.nextInt(journal.length / 4), (byte) random.nextInt());
        disk.write(file, journal);
        startAgain();
        Await.until("items are begun again", () -> calls.begun().size() > 101);
        Recovery recovery = requireNonNull(service.job(id).recovery());
        assertThat(recovery.from()).isEqualTo(Recovery.From.BEGINNING);
        Reason reason = requireNonNull(recovery.reason());
        assertThat(reason.code()).isEqualTo(ErrorCode.JOURNAL_DAMAGED);
        assertThat(reason.message()).contains("(journal.1)");
        succeedAllFrom(id, Status.COMPLETED);
        assertThat(service.results(id)).isEqualTo(results(LongStream.range(0, 100)));
        assertThat(service.errors(id)).isEmpty();
        assertThat(calls.begun()).hasSizeLessThan(200);
        assertThat(service.job(id).recovery()).isEqualTo(recovery);
    }

    private static int journalHeader(byte[] journal) {
        return new String(journal, ISO_8859_1).indexOf('\n') + 1;
    }

    @Test
    void an_item_gives_up_its_place_only_when_it_is_safe_in_the_journal() throws Exception {
        GatedDisk gated = new GatedDisk(disk, "journal.1");
        service.close();
        service = TestService.start(
                gated, TestService.Options.of(TestService.DATA).processors(calls));
        JobId id = service.submit(TestSpec.spec().processor(calls.plugin()), items(10));
        awaitWaiting(0L, 1L, 2L, 3L);
        calls.succeed(2);
        Await.until("the journal is being forced", gated::isReached);
        assertThat(calls.begun()).containsExactly(0L, 1L, 2L, 3L);
        gated.openGate();
        awaitWaiting(0L, 1L, 3L, 4L);
        succeedAllFrom(id, Status.COMPLETED);
    }

    @Test
    void a_pause_waits_for_what_is_under_way_and_not_for_the_batch() throws Exception {
        JobId id = service.submit(TestSpec.spec().batchSize(1000).processor(calls.plugin()), items(100));
        awaitWaiting(0L, 1L, 2L, 3L);
        calls.succeed(1);
        awaitWaiting(0L, 2L, 3L, 4L);
        service.service().verbs().pause(id);
        Await.until("the processor is told", calls::isStopped);
        assertThat(service.status(id)).isEqualTo(Status.PAUSING);
        calls.succeed(0);
        calls.succeed(2);
        calls.giveUp(3, null);
        assertThat(service.status(id)).isEqualTo(Status.PAUSING);
        calls.fail(4, null);
        Job paused = service.await(id, Status.PAUSED);
        assertThat(paused.state().reason()).isNull();
        assertThat(calls.begun()).containsExactly(0L, 1L, 2L, 3L, 4L);
        service.service().verbs().resume(id);
        awaitWaiting(3L, 5L, 6L, 7L);
        succeedAllFrom(id, Status.COMPLETED);
        assertThat(calls.begun()).hasSize(101);
        assertThat(service.errors(id).lines()).hasSize(1);
    }

    @Test
    void a_pause_ends_a_run_whose_reader_waits_for_a_batch_that_is_never_whole() throws Exception {
        JobId id = service.submit(TestSpec.spec().commit(CommitMode.EACH).processor(calls.plugin()), items(10));
        awaitWaiting(0L, 1L, 2L);
        service.service().verbs().pause(id);
        Await.until("the processor is told", calls::isStopped);
        calls.succeed(0);
        calls.giveUp(1, null);
        calls.succeed(2);
        service.await(id, Status.PAUSED);
        service.service().verbs().resume(id);
        succeedAllFrom(id, Status.COMPLETED);
        assertThat(calls.begun()).as("only one item is begun again").hasSize(11);
        assertThat(service.results(id)).isEqualTo(results(LongStream.range(0, 10)));
    }

    @Test
    void a_cancelled_job_does_not_wait_for_what_is_under_way() throws Exception {
        JobId id = service.submit(TestSpec.spec().processor(calls.plugin()), items(10));
        awaitWaiting(0L, 1L, 2L, 3L);
        service.service().verbs().cancel(id);
        service.await(id, Status.CANCELLED);
        assertThat(calls.open()).isZero();
    }

    @Test
    void a_crash_on_purpose_strikes_at_once_however_slow_the_items_are() throws Exception {
        JobId id = service.submit(TestSpec.spec().processor(calls.plugin()), items(10));
        awaitWaiting(0L, 1L, 2L, 3L);
        calls.succeed(1);
        awaitWaiting(0L, 2L, 3L, 4L);
        service.crash(id, new CrashOrder(CrashMode.JOB, CrashPoint.PROCESSING, 0));
        service.await(id, Status.CRASHED);
        service.service().verbs().resume(id);
        awaitWaiting(0L, 2L, 3L, 4L);
        succeedAllFrom(id, Status.COMPLETED);
        assertThat(service.results(id)).isEqualTo(results(LongStream.range(0, 10)));
    }

    @ParameterizedTest
    @EnumSource
    void a_job_that_crashes_at_any_point_and_is_resumed_has_the_results_of_one_that_never_did(CrashPoint point)
            throws Exception {
        for (int after = 1; after <= 9; after++) {
            int begunBefore = calls.begun().size();
            JobId id = service.submit(TestSpec.spec().processor(calls.plugin()).crashAfter(after, point), items(9));
            succeedAllFrom(id, Status.CRASHED);
            int batch = (after - 1) / 3 * 3;
            int committed = point == CrashPoint.CORRUPT_CHECKPOINT ? Math.min(9, batch + 3) : batch;
            assertThat(service.nextItem(id)).isEqualTo(committed);
            int made = calls.begun().size() - begunBefore;
            if (point == CrashPoint.PROCESSING) {
                assertThat(made).isEqualTo(after);
            }
            service.service().verbs().resume(id);
            succeedAllFrom(id, Status.COMPLETED);
            assertThat(service.results(id)).isEqualTo(results(LongStream.range(0, 9)));
            assertThat(calls.begun()).as("no call is made twice").hasSize(begunBefore + 9);
        }
    }

    @Test
    void a_row_of_failed_items_pauses_the_job_and_they_are_tried_again() throws Exception {
        JobId id = service.submit(TestSpec.spec().processor(calls.http(5)), items(20));
        awaitWaiting(0L, 1L, 2L, 3L);
        calls.succeed(0);
        for (long index = 1; index <= 5; index++) {
            long next = index;
            Await.until("item " + index + " is begun", () -> calls.waiting().contains(next));
            calls.fail(index, 500);
        }
        Await.until("the processor is told", calls::isStopped);
        for (long index : calls.waiting()) {
            calls.succeed(index);
        }
        Job paused = service.await(id, Status.PAUSED);
        Reason reason = requireNonNull(paused.state().reason());
        assertThat(reason.code()).isEqualTo(ErrorCode.FAILED_ITEMS_IN_A_ROW);
        assertThat(reason.message()).contains("5 consecutive items failed", "HTTP_STATUS: It failed.");
        Run.Ending ending = requireNonNull(paused.runs().get(0).ending());
        assertThat(ending.end()).isEqualTo(Run.End.PAUSED);
        assertThat(ending.reason()).isEqualTo(reason);
        int before = calls.begun().size();
        startOver();
        service.service().verbs().resume(id);
        succeedAllFrom(id, Status.COMPLETED);
        assertThat(calls.begun().size() - before).isEqualTo(20 - (before - 5));
        assertThat(service.results(id)).isEqualTo(results(LongStream.range(0, 20)));
        assertThat(service.errors(id)).isEmpty();
    }

    private void startOver() throws Exception {
        service.close();
        startAgain();
    }

    @Test
    void five_answers_401_or_403_in_a_row_pause_the_job() throws Exception {
        JobId id = service.submit(TestSpec.spec().processor(calls.http(null)), items(20));
        for (long index = 0; index < 5; index++) {
            long next = index;
            Await.until("item " + index + " is begun", () -> calls.waiting().contains(next));
            calls.fail(index, index % 2 == 0 ? 401 : 403);
        }
        Await.until("the processor is told", calls::isStopped);
        for (long index : calls.waiting()) {
            calls.fail(index, 401);
        }
        Reason reason = requireNonNull(service.await(id, Status.PAUSED).state().reason());
        assertThat(reason.code()).isEqualTo(ErrorCode.NOT_AUTHORIZED);
        service.service().verbs().resume(id);
        succeedAllFrom(id, Status.COMPLETED);
        assertThat(service.results(id)).isEqualTo(results(LongStream.range(0, 20)));
    }

    @Test
    void failures_in_a_row_that_a_success_ends_are_failures_for_good() throws Exception {
        JobId id = service.submit(TestSpec.spec().processor(calls.http(3)), items(40));
        Await.until("the job comes to its end", () -> {
            for (long index : calls.waiting()) {
                if (index % 3 == 2) {
                    calls.succeed(index);
                } else {
                    calls.fail(index, 500);
                }
                Await.until("it is taken", () -> !calls.waiting().contains(index));
            }
            return service.status(id) == Status.COMPLETED || service.status(id) == Status.PAUSED;
        });
        assertThat(calls.begun()).hasSize(40);
        assertThat(service.errors(id).lines()).hasSize(27);
    }

    @Test
    void answers_401_between_other_failures_are_no_row() throws Exception {
        JobId id = service.submit(TestSpec.spec().processor(calls.http(null)), items(30));
        Await.until("the job comes to its end", () -> {
            for (long index : calls.waiting()) {
                calls.fail(index, calls.begun().size() % 4 == 0 ? 400 : 401);
            }
            return service.status(id) == Status.COMPLETED || service.status(id) == Status.PAUSED;
        });
        assertThat(service.errors(id).lines().count() == 30 || service.status(id) == Status.PAUSED)
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void failures_at_the_end_of_the_input_are_failures_for_good(CommitMode commit) throws Exception {
        JobId id = service.submit(
                TestSpec.spec().processor(calls.http(20)).commit(commit).batchSize(2), items(7));
        Await.until("the job comes to its end", () -> {
            for (long index : calls.waiting()) {
                calls.fail(index, 404);
            }
            return service.status(id) == Status.COMPLETED;
        });
        assertThat(service.errors(id).lines()).hasSize(7);
        assertThat(calls.begun()).hasSize(7);
    }

    @Test
    void a_processor_that_asks_for_it_pauses_the_job() throws Exception {
        JobId id = service.submit(TestSpec.spec().processor(calls.plugin()), items(10));
        awaitWaiting(0L, 1L, 2L, 3L);
        Reason reason = new Reason(ErrorCode.RETRY_AFTER_TOO_LONG, "It wants to be left alone for an hour.");
        calls.giveUp(2, reason);
        Await.until("the processor is told", calls::isStopped);
        calls.succeed(0);
        calls.succeed(1);
        calls.giveUp(3, null);
        assertThat(service.await(id, Status.PAUSED).state().reason()).isEqualTo(reason);
        service.service().verbs().resume(id);
        awaitWaiting(2L, 3L, 4L, 5L);
        succeedAllFrom(id, Status.COMPLETED);
        assertThat(calls.begun()).hasSize(12);
    }

    @Test
    void a_processor_that_is_not_provided_any_more_pauses_the_job() throws Exception {
        calls.unavailable("The secret TOKEN is not in the secrets file.");
        JobId id = service.submit(TestSpec.spec().processor(calls.plugin()), items(3));
        Reason reason = requireNonNull(service.await(id, Status.PAUSED).state().reason());
        assertThat(reason.code()).isEqualTo(ErrorCode.PROCESSOR_UNAVAILABLE);
        assertThat(reason.message()).startsWith("The secret TOKEN is not in the secrets file.");
        calls.unavailable(null);
        service.service().verbs().resume(id);
        succeedAllFrom(id, Status.COMPLETED);
    }

    @Test
    void a_job_for_a_cluster_that_the_service_has_no_more_waits_and_says_so() throws Exception {
        JobId id = service.submit(TestSpec.spec().engine(EngineKind.FLINK), items(3));
        Reason reason = requireNonNull(service.await(id, Status.PAUSED).state().reason());
        assertThat(reason.code()).isEqualTo(ErrorCode.ENGINE_UNAVAILABLE);
        assertThat(reason.message()).contains("--flink-url");
        service.service().verbs().resume(id);
        assertThat(service.await(id, Status.PAUSED).runs()).isEmpty();
        service.service().verbs().cancel(id);
        assertThat(service.status(id)).isEqualTo(Status.CANCELLED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void items_that_failed_a_job_are_tried_again_when_it_is_resumed(boolean crashBetween) throws Exception {
        JobId id = service.submit(
                TestSpec.spec().batchSize(6).processor(calls.http(20)).onItemError(OnItemError.FAIL), items(6));
        awaitWaiting(0L, 1L, 2L, 3L);
        calls.succeed(0);
        calls.fail(1, 500);
        awaitBegun(6);
        calls.succeed(2);
        calls.succeed(3);
        calls.succeed(4);
        calls.succeed(5);
        Job failed = service.await(id, Status.FAILED);
        assertThat(requireNonNull(failed.state().reason()).code()).isEqualTo(ErrorCode.ITEM_FAILED);
        service.service().verbs().resume(id);
        awaitWaiting(1L);
        if (crashBetween) {
            service.crash(id, new CrashOrder(CrashMode.JOB, CrashPoint.PROCESSING, 0));
            service.await(id, Status.CRASHED);
            service.service().verbs().resume(id);
            awaitWaiting(1L);
        }
        calls.succeed(1);
        service.await(id, Status.COMPLETED);
        assertThat(service.results(id)).isEqualTo(results(LongStream.range(0, 6)));
        assertThat(calls.begun()).hasSize(crashBetween ? 8 : 7);
    }

    @Test
    void an_orderly_stop_keeps_what_is_finished_in_the_middle_of_a_batch() throws Exception {
        JobId id = service.submit(TestSpec.spec().batchSize(100).processor(calls.plugin()), items(20));
        awaitWaiting(0L, 1L, 2L, 3L);
        calls.succeed(1);
        awaitWaiting(0L, 2L, 3L, 4L);
        Thread stop = new Thread(service::close);
        stop.start();
        Await.until("the processor is told", calls::isStopped);
        for (long index : calls.waiting()) {
            calls.succeed(index);
        }
        stop.join();
        startAgain();
        awaitWaiting(5L, 6L, 7L, 8L);
        succeedAllFrom(id, Status.COMPLETED);
        assertThat(calls.begun()).hasSize(20);
    }

    @Test
    void an_item_that_is_to_fail_or_is_too_long_is_not_worked_on() throws Exception {
        JobId id = service.submit(
                TestSpec.spec().processor(calls.plugin()).failItems(Set.of(1L)), "a", "b", "c".repeat((1 << 20) + 1));
        awaitWaiting(0L);
        calls.succeed(0);
        service.await(id, Status.COMPLETED);
        assertThat(service.errors(id)).contains("FAULT_INJECTED", "ITEM_TOO_LONG");
        assertThat(calls.begun()).containsExactly(0L);
    }

    @Test
    void items_that_are_delayed_on_purpose_do_not_hold_up_a_pause() throws Exception {
        JobId id = service.submit(TestSpec.spec().processor(calls.plugin()).itemDelay(Duration.ofMinutes(1)), items(3));
        service.await(id, Status.RUNNING);
        service.service().verbs().pause(id);
        service.await(id, Status.PAUSED);
        assertThat(calls.begun()).isEmpty();
    }
}
