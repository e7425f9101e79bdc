package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Recovery;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.rehearsal.CrashOrder;
import org.checkpointrecovery.rehearsal.RehearsingEngine;
import org.checkpointrecovery.storage.CheckpointStore;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.FileCheckpointStore;
import org.checkpointrecovery.storage.JobFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Simulated crashes: where the checkpoint stands afterwards, what is on disk, and that a resumed job's results are exact. */
class CrashPointTest {
    private static final TestService.Options OPTIONS = TestService.Options.of(TestService.DATA);
    private static final int ITEMS = 8;
    private static final int BATCH = 3;
    /** One fails in each batch; the first batch has a failed item at its end. */
    private static final Set<Long> FAILED = Set.of(2L, 3L, 7L);

    private CrashingDisk disk = new CrashingDisk(1);

    @BeforeEach
    void makeDisk() throws Exception {
        disk = CrashedJob.emptyDisk(1);
    }

    private static String[] items(int count) {
        return Stream.iterate(0, i -> i + 1)
                .limit(count)
                .map(i -> "item n\u00ba " + i)
                .toArray(String[]::new);
    }

    /** What a job is run with. */
    record Way(CommitMode commit, int parallelism, int batchSize) {
        TestSpec spec() {
            return TestSpec.spec()
                    .commit(commit)
                    .parallelism(parallelism)
                    .batchSize(batchSize)
                    .failItems(FAILED);
        }
    }

    /** Results and errors of a run without a crash. */
    private static List<String> clean(Way way) throws Exception {
        CrashingDisk other = CrashedJob.emptyDisk(2);
        try (TestService service = TestService.start(other, OPTIONS)) {
            JobId id = service.submit(way.spec(), items(ITEMS));
            service.await(id, Status.COMPLETED);
            return files(other, service.files(id));
        }
    }

    private static List<String> files(CrashingDisk disk, JobFiles files) {
        return List.of(disk.text(files.results()), disk.text(files.errors()));
    }

    static Stream<Arguments> everyCrash() {
        List<Arguments> crashes = new ArrayList<>();
        for (CrashPoint point : CrashPoint.values()) {
            for (CommitMode commit : CommitMode.values()) {
                for (int parallelism : new int[] {1, 3}) {
                    // 3: several batches, the last one of two items. 8: one batch. 100: one that is not whole. 1: many.
                    for (int batchSize : new int[] {BATCH, ITEMS, 100, 1}) {
                        crashes.add(Arguments.of(point, new Way(commit, parallelism, batchSize)));
                    }
                }
            }
        }
        return crashes.stream();
    }

    @ParameterizedTest
    @MethodSource("everyCrash")
    void the_checkpoint_stands_at_the_last_batch_before_the_item_and_resume_makes_the_rest(CrashPoint point, Way way)
            throws Exception {
        List<String> clean = clean(way);
        for (int item = 1; item <= ITEMS; item++) {
            disk = CrashedJob.emptyDisk(item);
            try (TestService service = TestService.start(disk, OPTIONS)) {
                JobId id = service.submit(way.spec().crashAfter(item, point), items(ITEMS));
                Job crashed = service.await(id, Status.CRASHED);
                long batchStart = (item - 1L) / way.batchSize * way.batchSize;
                long batchEnd = Math.min(batchStart + way.batchSize, ITEMS);
                long committed = point == CrashPoint.CORRUPT_CHECKPOINT ? batchEnd : batchStart;
                assertThat(service.nextItem(id)).as("after item %d", item).isEqualTo(committed);
                assertThat(crashed.runs()).hasSize(1);
                Run run = crashed.runs().get(0);
                assertThat(run.nextItem()).isEqualTo(committed);
                assertThat(requireNonNull(run.ending()).end()).isEqualTo(Run.End.CRASHED);
                assertThat(requireNonNull(crashed.state().reason()).code()).isEqualTo(ErrorCode.SIMULATED_CRASH);
                assertThat(crashed.totalItems()).isEqualTo(ITEMS);
                checkDisk(point, id, service.files(id), clean, batchStart, batchEnd);

                service.service().verbs().resume(id);
                Job completed = service.await(id, Status.COMPLETED);
                checkRecovery(point, completed, batchStart, batchStart == 0);
                assertThat(files(disk, service.files(id)))
                        .as("after item %d", item)
                        .isEqualTo(clean);
                assertThat(service.nextItem(id)).isEqualTo(ITEMS);
            }
        }
    }

    /** What the crash point promises to leave. */
    private void checkDisk(
            CrashPoint point, JobId id, JobFiles files, List<String> clean, long batchStart, long batchEnd)
            throws Exception {
        CheckpointStore checkpoints = new FileCheckpointStore(disk, id, files.checkpoint());
        CheckpointStore.Found found = checkpoints.read();
        Path temporary = files.directory().resolve("checkpoint.json.tmp");
        long results = disk.size(files.results());
        long errors = disk.size(files.errors());
        if (point == CrashPoint.CORRUPT_CHECKPOINT) {
            assertThat(found).isInstanceOf(CheckpointStore.Found.Damaged.class);
            assertThat(results).isEqualTo(bytesOf(clean.get(0), batchEnd));
            assertThat(errors).isEqualTo(bytesOf(clean.get(1), batchEnd));
            return;
        }
        if (batchStart == 0) {
            assertThat(found).isInstanceOf(CheckpointStore.Found.None.class);
        } else {
            assertThat(found).isInstanceOfSatisfying(CheckpointStore.Found.Whole.class, whole -> {
                Checkpoint checkpoint = whole.checkpoint();
                assertThat(checkpoint.position().nextItem()).isEqualTo(batchStart);
                assertThat(checkpoint.position().resultsBytes()).isEqualTo(bytesOf(clean.get(0), batchStart));
                assertThat(checkpoint.position().errorsBytes()).isEqualTo(bytesOf(clean.get(1), batchStart));
            });
        }
        long batchResults = bytesOf(clean.get(0), batchEnd);
        long batchErrors = bytesOf(clean.get(1), batchEnd);
        switch (point) {
            case PROCESSING, BEFORE_COMMIT -> {
                assertThat(results).isEqualTo(bytesOf(clean.get(0), batchStart));
                assertThat(errors).isEqualTo(bytesOf(clean.get(1), batchStart));
            }
            case BETWEEN_RESULTS_AND_CHECKPOINT, TORN_CHECKPOINT -> {
                assertThat(results).isEqualTo(batchResults);
                assertThat(errors).isEqualTo(batchErrors);
            }
            case TORN_RESULTS -> {
                // A batch of failed items alone tears the errors file.
                assertThat(results + errors).isLessThan(batchResults + batchErrors);
                assertThat(results + errors)
                        .isGreaterThan(bytesOf(clean.get(0), batchStart) + bytesOf(clean.get(1), batchStart));
                String torn = results < batchResults ? disk.text(files.results()) : disk.text(files.errors());
                assertThat(torn).isNotEmpty().doesNotEndWith("\n");
            }
            case CORRUPT_CHECKPOINT -> throw new AssertionError();
        }
        assertThat(disk.exists(temporary)).isEqualTo(point == CrashPoint.TORN_CHECKPOINT);
        if (point == CrashPoint.TORN_CHECKPOINT) {
            String half = disk.text(temporary);
            assertThat(half).startsWith("{\"version\":1,").doesNotEndWith("\n").hasSizeBetween(80, 200);
        }
    }

    /** Bytes of the lines of all items before {@code nextItem}. */
    private static long bytesOf(String lines, long nextItem) {
        long bytes = 0;
        for (String line : lines.lines().toList()) {
            String digits = line.substring("{\"index\":".length(), line.indexOf(','));
            if (Long.parseLong(digits) < nextItem) {
                bytes += line.getBytes(StandardCharsets.UTF_8).length + 1;
            }
        }
        return bytes;
    }

    private static void checkRecovery(CrashPoint point, Job completed, long batchStart, boolean firstBatch) {
        Recovery recovery = requireNonNull(completed.recovery());
        boolean corrupt = point == CrashPoint.CORRUPT_CHECKPOINT;
        Recovery.From from = corrupt ? Recovery.From.PREVIOUS_CHECKPOINT : Recovery.From.CHECKPOINT;
        assertThat(recovery.from()).isEqualTo(firstBatch ? Recovery.From.BEGINNING : from);
        assertThat(recovery.item()).isEqualTo(batchStart);
        if (corrupt) {
            assertThat(recovery.reason()).extracting(Reason::code).isEqualTo(ErrorCode.CHECKPOINT_DAMAGED);
        } else {
            assertThat(recovery.reason()).isNull();
        }
        assertThat(completed.runs()).hasSize(2);
        assertThat(completed.runs().get(1).firstItem()).isEqualTo(batchStart);
    }

    @ParameterizedTest
    @EnumSource
    void a_crash_beyond_the_last_item_never_comes(CrashPoint point) throws Exception {
        for (int parallelism : new int[] {1, 3}) {
            Way way = new Way(CommitMode.GROUP, parallelism, BATCH);
            try (TestService service = TestService.start(disk, OPTIONS)) {
                JobId id = service.submit(way.spec().crashAfter(ITEMS + 1, point), items(ITEMS));
                assertThat(service.await(id, Status.COMPLETED).runs()).hasSize(1);
            }
        }
    }

    /** An item that is too long never reaches the processor, but counts. */
    @ParameterizedTest
    @EnumSource
    void a_crash_hits_the_batch_of_an_item_that_cannot_be_decoded(CrashPoint point) throws Exception {
        String[] items = items(ITEMS);
        items[5] = "x".repeat(100);
        items[7] = items[5];
        TestService.Options options = OPTIONS.maxItemBytes(50);
        for (int parallelism : new int[] {1, 3}) {
            for (int after : new int[] {6, 8}) { // the last item of a batch, and of the input
                disk = CrashedJob.emptyDisk(after);
                Way way = new Way(CommitMode.GROUP, parallelism, BATCH);
                try (TestService service = TestService.start(disk, options)) {
                    JobId id = service.submit(way.spec().crashAfter(after, point), items);
                    service.await(id, Status.CRASHED);
                    long batch = (after - 1L) / BATCH * BATCH;
                    assertThat(service.nextItem(id))
                            .isEqualTo(point == CrashPoint.CORRUPT_CHECKPOINT ? Math.min(ITEMS, batch + BATCH) : batch);
                    service.service().verbs().resume(id);
                    service.await(id, Status.COMPLETED);
                    assertThat(service.errors(id)).contains("ITEM_TOO_LONG");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void crash_after_items_counts_the_first_run_alone(CrashPoint point) throws Exception {
        Way way = new Way(CommitMode.GROUP, 1, BATCH);
        List<String> clean = clean(way);
        try (TestService service = TestService.start(disk, OPTIONS)) {
            JobId id = service.submit(way.spec().crashAfter(1, point).notStarted(), items(ITEMS));
            assertThat(service.status(id)).isEqualTo(Status.CREATED);
            service.service().verbs().start(id);
            service.await(id, Status.CRASHED);
            service.service().verbs().resume(id);
            assertThat(service.await(id, Status.COMPLETED).runs()).hasSize(2);
            assertThat(files(disk, service.files(id))).isEqualTo(clean);
        }
    }

    static Stream<Arguments> everyOrder() {
        return Stream.of(CrashPoint.values())
                .flatMap(point -> Stream.of(0L, 4L)
                        .flatMap(after -> Stream.of(1, 3).map(parallelism -> Arguments.of(point, after, parallelism))));
    }

    @ParameterizedTest
    @MethodSource("everyOrder")
    void an_order_to_crash_hits_a_running_job_and_resume_makes_the_rest(CrashPoint point, long after, int parallelism)
            throws Exception {
        Way way = new Way(CommitMode.GROUP, parallelism, BATCH);
        String[] items = items(50);
        try (TestService service = TestService.start(disk, OPTIONS)) {
            JobId clean = service.submit(way.spec(), items);
            service.await(clean, Status.COMPLETED);
            boolean crashed = false;
            for (int attempt = 0; attempt < 20 && !crashed; attempt++) {
                JobId id = service.submit(way.spec().itemDelay(Duration.ofMillis(2)), items);
                crashed = crashes(service, id, new CrashOrder(CrashMode.JOB, point, after));
                if (crashed) {
                    checkCrashed(service, id, items.length);
                    service.service().verbs().resume(id);
                }
                service.await(id, Status.COMPLETED);
                assertThat(files(disk, service.files(id))).isEqualTo(files(disk, service.files(clean)));
            }
            assertThat(crashed).as("a job of twenty was crashed in time").isTrue();
        }
    }

    /** Orders a crash when a batch is committed; false if the job was faster. */
    private static boolean crashes(TestService service, JobId id, CrashOrder order) throws Exception {
        Await.until("a batch is committed", () -> service.nextItem(id) > 0);
        try {
            assertThat(service.crash(id, order, answer -> fail("the service goes on"))
                            .changed())
                    .isTrue();
        } catch (RefusedException e) {
            return false;
        }
        Await.until("the run ends", () -> service.status(id) != Status.RUNNING);
        return service.status(id) == Status.CRASHED;
    }

    private static void checkCrashed(TestService service, JobId id, int count) throws Exception {
        long committed = service.nextItem(id);
        assertThat(committed % BATCH == 0 || committed == count).isTrue();
        assertThat(service.job(id).runs())
                .singleElement()
                .extracting(Run::nextItem)
                .isEqualTo(committed);
        CrashOrder again = new CrashOrder(CrashMode.JOB, CrashPoint.PROCESSING, 0);
        assertThat(service.crash(id, again, answer -> {}).changed()).isFalse();
    }

    @Test
    void an_order_to_crash_after_some_items_counts_from_now() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            JobId id = service.submit(TestSpec.spec().batchSize(1).itemDelay(Duration.ofMinutes(1)), items(10));
            Await.until("the job is RUNNING", () -> service.status(id) == Status.RUNNING);
            // The first item is under way, and ends when the order comes; it is the first of the four.
            CrashOrder order = new CrashOrder(CrashMode.JOB, CrashPoint.PROCESSING, 4);
            service.crash(id, order, ignored -> {});
            service.await(id, Status.CRASHED);
            assertThat(service.nextItem(id)).isIn(3L, 4L);
        }
    }

    @Test
    void an_order_to_crash_after_more_items_than_there_are_lets_the_job_complete() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            JobId id = service.submit(TestSpec.spec().itemDelay(Duration.ofMinutes(1)), items(10));
            Await.until("the job is RUNNING", () -> service.status(id) == Status.RUNNING);
            CrashOrder order = new CrashOrder(CrashMode.JOB, CrashPoint.BEFORE_COMMIT, 1000);
            service.crash(id, order, ignored -> {});
            service.await(id, Status.COMPLETED);
        }
    }

    /** The last batch is read and processed, and waits for the disk, when the order comes. */
    private void crashAtTheVeryEnd(CrashMode mode, Runnable halt, AtEnd then) throws Exception {
        GatedDisk gated = new GatedDisk(disk, "results.jsonl");
        RehearsingEngine engine = TestService.local(gated, OPTIONS, 1, halt);
        try (TestService service = new TestService(gated, OPTIONS, engine)) {
            service.service().open();
            JobId id = service.submit(TestSpec.spec(), items(3));
            Await.until("the commit waits", gated::isReached);
            Await.until(
                    "the reader has ended",
                    () -> Thread.getAllStackTraces().keySet().stream()
                            .noneMatch(thread -> thread.getName().equals("job-" + id + "-reader")));
            service.crash(id, new CrashOrder(mode, CrashPoint.PROCESSING, 0));
            gated.openGate();
            then.check(service, id);
        }
    }

    private interface AtEnd {
        void check(TestService service, JobId id) throws Exception;
    }

    @Test
    void a_crash_at_the_very_end_has_nothing_to_take_back_and_is_a_crash_all_the_same() throws Exception {
        crashAtTheVeryEnd(CrashMode.JOB, () -> fail("halt"), (service, id) -> {
            service.await(id, Status.CRASHED);
            assertThat(service.nextItem(id)).isEqualTo(3);
            service.service().verbs().resume(id);
            assertThat(requireNonNull(service.await(id, Status.COMPLETED).recovery())
                            .item())
                    .isEqualTo(3);
            assertThat(disk.lines(service.files(id).results())).hasSize(3);
        });
    }

    @Test
    void a_crash_of_the_process_at_the_very_end_halts_it_too() throws Exception {
        AtomicBoolean halted = new AtomicBoolean();
        crashAtTheVeryEnd(
                CrashMode.PROCESS,
                () -> halted.set(true),
                (service, id) -> Await.until("the process is halted", halted::get));
    }

    @Test
    void an_order_for_a_job_that_is_over_changes_nothing() throws Exception {
        RehearsingEngine engine = TestService.local(disk, OPTIONS, 1, () -> {});
        try (TestService service = new TestService(disk, OPTIONS, engine)) {
            service.service().open();
            JobId id = service.submit(TestSpec.spec(), items(4));
            service.await(id, Status.COMPLETED);
            engine.crash(id, new CrashOrder(CrashMode.JOB, CrashPoint.PROCESSING, 0));
            engine.pause(id);
            engine.cancel(id);
            assertThat(service.status(id)).isEqualTo(Status.COMPLETED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_crash_of_the_process_answers_first_and_then_halts_at_the_point(CrashPoint point) throws Exception {
        Way way = new Way(CommitMode.EACH, 1, BATCH);
        List<String> clean = clean(way);
        AtomicReference<String> events = new AtomicReference<>("");
        JobId id;
        // A halt that comes back is no halt: here it takes the disk away, as the end of a process does.
        RehearsingEngine engine = TestService.local(disk, OPTIONS, 1, () -> {
            events.updateAndGet(before -> before + "halt");
            disk.killProcessAt(disk.operations() + 1);
        });
        try (TestService service = new TestService(disk, OPTIONS, engine)) {
            service.service().open();
            id = service.submit(way.spec().itemDelay(Duration.ofMillis(20)), items(ITEMS));
            Await.until("the job is RUNNING", () -> service.status(id) == Status.RUNNING);
            CrashOrder order = new CrashOrder(CrashMode.PROCESS, point, 3);
            service.crash(id, order, done -> {
                assertThat(done.changed()).isTrue();
                events.updateAndGet(before -> before + "answer,");
            });
            Await.until("the process is halted", disk::isPowerCut);
            assertThat(events).hasValue("answer,halt");
        }
        disk.killProcess();
        try (TestService service = TestService.start(disk, OPTIONS)) {
            Job completed = service.await(id, Status.COMPLETED);
            assertThat(completed.runs()).hasSize(2);
            assertThat(requireNonNull(completed.runs().get(0).ending()).reason())
                    .extracting(Reason::code)
                    .isEqualTo(ErrorCode.SERVICE_STOPPED_UNEXPECTEDLY);
            assertThat(files(disk, service.files(id))).isEqualTo(clean);
        }
    }
}
