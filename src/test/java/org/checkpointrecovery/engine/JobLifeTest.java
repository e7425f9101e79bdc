package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.OnItemError;
import org.checkpointrecovery.job.Outcome;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.job.Verb;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the verbs do to jobs in their states, and how jobs share the workers. */
class JobLifeTest {
    private static final TestService.Options OPTIONS = TestService.Options.of(TestService.DATA);
    private static final String[] ITEMS = {"a", "b", "c", "d", "e", "f", "g", "h"};

    private CrashingDisk disk = new CrashingDisk(1);

    @BeforeEach
    void makeDisk() throws Exception {
        disk = CrashedJob.emptyDisk(1);
    }

    /** Each batch of 3 waits for the disk: behind a closed gate a job stands still in its first commit. */
    private static TestSpec spec() {
        return TestSpec.spec().commit(CommitMode.EACH);
    }

    private String expected(int count) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append("{\"index\":%d,\"original\":\"%s\",\"length\":1,\"word_count\":1,\"uppercase\":\"%s\"}\n"
                    .formatted(i, ITEMS[i], (char) (ITEMS[i].charAt(0) - 'a' + 'A')));
        }
        return lines.toString();
    }

    private static void assertRefused(Class<? extends Refusal> why, Call call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.refusal()).isInstanceOf(why));
    }

    private interface Call {
        void run() throws Exception;
    }

    @Test
    void a_job_runs_to_its_end() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            JobId id = service.submit(spec(), ITEMS);
            Job job = service.await(id, Status.COMPLETED);
            assertThat(service.results(id)).isEqualTo(expected(8));
            assertThat(service.errors(id)).isEmpty();
            assertThat(job.recovery()).isNull();
            assertThat(job.runs()).singleElement().satisfies(run -> {
                assertThat(run.number()).isEqualTo(1);
                assertThat(run.firstItem()).isZero();
                assertThat(run.nextItem()).isEqualTo(8);
            });
            JobView view = service.service().jobs().view(id);
            assertThat(view.progress().percent()).isEqualTo(100.0);
            assertThat(Outcome.of(view.committed())).isEqualTo(Outcome.SUCCEEDED);
            assertThat(view.allowedActions()).containsExactly(Verb.DELETE);
        }
    }

    @Test
    void an_empty_input_is_completed_with_0_of_0() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            List<JobId> jobs = new ArrayList<>();
            jobs.add(service.submit(spec()));
            for (String content : List.of("", "\n\r\n  \n", "\ufeff", "\ufeff\n")) {
                jobs.add(service.submit(spec().over(new InputSpec.Upload(service.upload(content)))));
            }
            for (JobId id : jobs) {
                Job job = service.await(id, Status.COMPLETED);
                assertThat(job.totalItems()).isZero();
                assertThat(service.service().jobs().view(id).progress().percent())
                        .isEqualTo(100.0);
                assertThat(service.results(id)).isEmpty();
            }
        }
    }

    @Test
    void a_running_job_pauses_at_the_end_of_its_batch_and_goes_on_from_there() throws Exception {
        GatedDisk gated = new GatedDisk(disk, "results.jsonl");
        try (TestService service = TestService.start(gated, OPTIONS)) {
            JobId id = service.submit(spec(), ITEMS);
            Await.until("the first commit waits", gated::isReached);
            assertThat(service.nextItem(id))
                    .as("what is not durable is not shown")
                    .isZero();
            assertThat(service.service().verbs().pause(id).changed()).isTrue();
            assertThat(service.status(id)).isEqualTo(Status.PAUSING);
            assertThat(service.service().verbs().pause(id).changed()).isFalse();
            gated.openGate();
            Job paused = service.await(id, Status.PAUSED);
            assertThat(service.nextItem(id)).isEqualTo(3);
            assertThat(service.results(id)).isEqualTo(expected(3));
            assertThat(requireNonNull(paused.runs().get(0).ending()).end()).isEqualTo(Run.End.PAUSED);
            assertThat(service.service().verbs().pause(id).changed()).isFalse();
            assertThat(service.service().verbs().resume(id).changed()).isTrue();
            Job completed = service.await(id, Status.COMPLETED);
            assertThat(completed.runs())
                    .hasSize(2)
                    .last()
                    .extracting(Run::firstItem)
                    .isEqualTo(3L);
            assertThat(service.results(id)).isEqualTo(expected(8));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_batch_in_work_is_finished_when_a_job_is_paused_or_the_service_stops(boolean pause) throws Exception {
        GatedDisk gated = new GatedDisk(disk, "results.jsonl");
        TestService service = TestService.start(gated, OPTIONS);
        JobId id = service.submit(TestSpec.spec().itemDelay(Duration.ofMillis(250)), ITEMS);
        Await.until("the first batch waits for the disk", gated::isReached);
        Await.until(
                "the reader is in the middle of the second one",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .anyMatch(thread -> thread.getName().equals("job-" + id + "-reader")
                                && thread.getState() == Thread.State.TIMED_WAITING));
        if (pause) {
            service.service().verbs().pause(id);
            gated.openGate();
            service.await(id, Status.PAUSED);
        }
        Thread stop = new Thread(service::close, "stop");
        stop.start();
        Await.until(
                "the service is stopping",
                () -> service.service().unreadiness().toString().contains("stopping"));
        gated.openGate();
        stop.join();
        assertThat(service.status(id)).isEqualTo(pause ? Status.PAUSED : Status.QUEUED);
        assertThat(service.nextItem(id)).isEqualTo(6);
        assertThat(service.results(id)).isEqualTo(expected(6));
    }

    @Test
    void a_pause_that_comes_with_the_last_batch_completes_the_job() throws Exception {
        GatedDisk gated = new GatedDisk(disk, "results.jsonl");
        try (TestService service = TestService.start(gated, OPTIONS)) {
            JobId id = service.submit(TestSpec.spec().batchSize(100), ITEMS);
            Await.until("the only commit waits", gated::isReached);
            Await.until(
                    "the reader has ended",
                    () -> Thread.getAllStackTraces().keySet().stream()
                            .noneMatch(thread -> thread.getName().equals("job-" + id + "-reader")));
            service.service().verbs().pause(id);
            gated.openGate();
            assertThat(service.await(id, Status.COMPLETED).runs()).hasSize(1);
        }
    }

    @Test
    void a_cancelled_job_keeps_what_was_committed_and_never_goes_on() throws Exception {
        GatedDisk gated = new GatedDisk(disk, "results.jsonl");
        JobId id;
        try (TestService service = TestService.start(gated, OPTIONS)) {
            id = service.submit(spec(), ITEMS);
            Await.until("the first commit waits", gated::isReached);
            service.service().verbs().pause(id);
            assertThat(service.service().verbs().cancel(id).changed()).isTrue();
            assertThat(service.status(id)).isEqualTo(Status.CANCELLING);
            assertThat(service.service().verbs().cancel(id).changed()).isFalse();
            assertRefused(
                    Refusal.NotAllowed.class, () -> service.service().verbs().resume(id));
            gated.openGate();
            Job cancelled = service.await(id, Status.CANCELLED);
            assertThat(requireNonNull(cancelled.runs().get(0).ending()).end()).isEqualTo(Run.End.CANCELLED);
            assertThat(service.results(id)).isEqualTo(expected(3));
            assertThat(service.service().verbs().cancel(id).changed()).isFalse();
            assertRefused(
                    Refusal.NotAllowed.class, () -> service.service().verbs().resume(id));
            assertRefused(
                    Refusal.NotAllowed.class, () -> service.service().verbs().start(id));
        }
        try (TestService service = TestService.start(disk, OPTIONS)) {
            assertThat(service.status(id)).isEqualTo(Status.CANCELLED);
            assertThat(service.results(id)).isEqualTo(expected(3));
        }
    }

    @Test
    void a_job_of_long_items_is_cancelled_at_once() throws Exception {
        for (int parallelism : new int[] {1, 3}) {
            try (TestService service = TestService.start(disk, OPTIONS)) {
                JobId id = service.submit(spec().parallelism(parallelism).itemDelay(Duration.ofMinutes(1)), ITEMS);
                Await.until("the job is RUNNING", () -> service.status(id) == Status.RUNNING);
                service.service().verbs().cancel(id);
                service.await(id, Status.CANCELLED);
                assertThat(service.nextItem(id)).isZero();
            }
        }
    }

    @Test
    void a_job_that_is_not_started_waits_to_be_started_also_after_a_restart() throws Exception {
        JobId id;
        try (TestService service = TestService.start(disk, OPTIONS)) {
            id = service.submit(spec().notStarted(), ITEMS);
            assertRefused(
                    Refusal.NotAllowed.class, () -> service.service().verbs().resume(id));
            assertRefused(
                    Refusal.NotAllowed.class, () -> service.service().verbs().pause(id));
        }
        try (TestService service = TestService.start(disk, OPTIONS)) {
            assertThat(service.status(id)).isEqualTo(Status.CREATED);
            assertThat(service.service().verbs().start(id).changed()).isTrue();
            service.await(id, Status.COMPLETED);
            assertRefused(
                    Refusal.NotAllowed.class, () -> service.service().verbs().start(id));
        }
    }

    @Test
    void a_queued_job_that_is_paused_and_resumed_runs_once() throws Exception {
        GatedDisk gated = new GatedDisk(disk, "results.jsonl");
        try (TestService service = TestService.start(gated, OPTIONS.workers(1))) {
            JobId first = service.submit(spec(), ITEMS);
            Await.until("the worker is busy", gated::isReached);
            JobId second = service.submit(spec(), ITEMS);
            assertThat(service.status(second)).isEqualTo(Status.QUEUED);
            for (int i = 0; i < 3; i++) {
                assertThat(service.service().verbs().pause(second).view().job().status())
                        .isEqualTo(Status.PAUSED);
                assertThat(service.service().verbs().resume(second).view().job().status())
                        .isEqualTo(Status.QUEUED);
            }
            JobId third = service.submit(spec(), ITEMS);
            service.service().verbs().cancel(third);
            assertThat(service.status(third)).isEqualTo(Status.CANCELLED);
            gated.openGate();
            service.await(first, Status.COMPLETED);
            assertThat(service.await(second, Status.COMPLETED).runs()).hasSize(1);
            assertThat(service.results(second)).isEqualTo(expected(8));
            assertThat(service.job(third).runs()).isEmpty();
        }
    }

    /** Lets the first who looks for a previous checkpoint, as a new run does at its beginning, wait; and counts them. */
    private static final class BeginningRun extends ForwardingDisk {
        private final AtomicInteger runs = new AtomicInteger();
        private final CountDownLatch first = new CountDownLatch(1);
        private final CountDownLatch second = new CountDownLatch(2);
        private final CountDownLatch gate = new CountDownLatch(1);

        BeginningRun(Disk disk) {
            super(disk);
        }

        @Override
        public byte[] read(Path path) throws IOException {
            if (path.getFileName().toString().equals("checkpoint.previous.json")) {
                first.countDown();
                second.countDown();
                try {
                    if (runs.incrementAndGet() == 1 && !gate.await(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                        throw new IOException("the gate was not opened");
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return super.read(path);
        }
    }

    @Test
    void two_runs_of_a_job_never_touch_its_files_at_the_same_time() throws Exception {
        BeginningRun beginning = new BeginningRun(disk);
        try (TestService service = TestService.start(beginning, OPTIONS.workers(2))) {
            JobId id = service.submit(spec(), ITEMS);
            Await.open(beginning.first);
            // A worker has come to the job, and has not yet asked whether it may begin.
            assertThat(service.service().verbs().pause(id).view().job().status())
                    .isEqualTo(Status.PAUSED);
            service.service().verbs().resume(id);
            assertThat(beginning.second.await(200, TimeUnit.MILLISECONDS))
                    .as("another worker begins with the same job")
                    .isFalse();
            beginning.gate.countDown();
            assertThat(service.await(id, Status.COMPLETED).runs()).hasSize(1);
            assertThat(service.results(id)).isEqualTo(expected(8));
        }
    }

    @Test
    void a_deleted_job_is_gone_also_after_a_restart() throws Exception {
        GatedDisk gated = new GatedDisk(disk, "results.jsonl");
        try (TestService service = TestService.start(gated, OPTIONS)) {
            JobId id = service.submit(spec(), ITEMS);
            Await.until("the first commit waits", gated::isReached);
            assertRefused(
                    Refusal.NotAllowed.class, () -> service.service().verbs().delete(id));
            gated.openGate();
            service.await(id, Status.COMPLETED);
            service.service().verbs().delete(id);
            assertRefused(
                    Refusal.NoSuchJob.class, () -> service.service().jobs().view(id));
            assertRefused(
                    Refusal.NoSuchJob.class, () -> service.service().outputs().results(id));
            assertRefused(
                    Refusal.NoSuchJob.class, () -> service.service().verbs().delete(id));
            assertThat(service.service().jobs().newest(10)).isEmpty();
        }
        assertThat(disk.list(TestService.DATA.resolve("jobs"))).isEmpty();
        disk.restorePower();
        try (TestService service = TestService.start(disk, OPTIONS)) {
            assertThat(service.service().jobs().newest(10)).isEmpty();
        }
    }

    @Test
    void a_full_line_refuses_jobs_and_takes_them_again_when_one_has_left() throws Exception {
        GatedDisk gated = new GatedDisk(disk, "results.jsonl");
        TestService.Options options = OPTIONS.workers(1).maxQueued(2);
        try (TestService service = TestService.start(gated, options)) {
            JobVerbs verbs = service.service().verbs();
            JobId running = service.submit(spec(), ITEMS);
            Await.until("the worker is busy", gated::isReached);
            JobId waiting = service.submit(spec(), ITEMS);
            JobId created = service.submit(spec().notStarted(), ITEMS);
            JobId last = service.submit(spec(), ITEMS);
            assertRefused(Refusal.QueueFull.class, () -> service.submit(spec(), ITEMS));
            assertRefused(Refusal.QueueFull.class, () -> verbs.start(created));
            assertThat(service.status(created)).isEqualTo(Status.CREATED);
            assertThat(service.service().jobs().newest(10)).hasSize(4);
            verbs.pause(waiting);
            verbs.start(created);
            assertRefused(Refusal.QueueFull.class, () -> verbs.resume(waiting));
            verbs.cancel(last);
            verbs.resume(waiting);
            gated.openGate();
            for (JobId id : List.of(running, created, waiting)) {
                service.await(id, Status.COMPLETED);
            }
            assertThat(requireNonNull(service.job(created).startedAt()))
                    .isBeforeOrEqualTo(requireNonNull(service.job(waiting).startedAt()));
        }
    }

    @Test
    void a_job_has_left_the_line_when_it_is_seen_to_run() throws Exception {
        GatedDisk gated = new GatedDisk(disk, "jobs", 1); // the start of the service forces it too
        try (TestService service = TestService.start(gated, OPTIONS.workers(1).maxQueued(1))) {
            JobId first = service.submit(spec(), ITEMS);
            Await.until("the first job is about to run", gated::isReached);
            JobId second = service.submit(spec(), ITEMS);
            assertRefused(Refusal.QueueFull.class, () -> service.submit(spec(), ITEMS));
            gated.openGate();
            service.await(first, Status.COMPLETED);
            service.await(second, Status.COMPLETED);
        }
    }

    @Test
    void as_many_jobs_run_at_once_as_there_are_workers() throws Exception {
        GatedDisk gated = new GatedDisk(disk, "results.jsonl");
        try (TestService service = TestService.start(gated, OPTIONS.workers(2))) {
            List<JobId> jobs = submitted(service, 8);
            Await.until(
                    "both workers are busy",
                    () -> service.status(jobs.get(0)) == Status.RUNNING
                            && service.status(jobs.get(1)) == Status.RUNNING);
            assertThat(TestService.inState(service.service().jobs(), Status.RUNNING))
                    .hasSize(2);
            assertThat(TestService.inState(service.service().jobs(), Status.QUEUED))
                    .hasSize(6);
            gated.openGate();
            for (JobId id : jobs) {
                service.await(id, Status.COMPLETED);
            }
        }
    }

    @Test
    void jobs_run_in_the_order_in_which_they_came_into_line() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS.workers(1))) {
            List<Instant> began = new ArrayList<>();
            for (JobId id : submitted(service, 8)) {
                service.await(id, Status.COMPLETED);
                began.add(requireNonNull(service.job(id).startedAt()));
            }
            assertThat(began).isSorted();
        }
    }

    private static List<JobId> submitted(TestService service, int jobs) throws Exception {
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < jobs; i++) {
            ids.add(service.submit(spec(), ITEMS));
        }
        return ids;
    }

    @Test
    void a_hundred_small_jobs_run_beside_a_huge_one() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS.workers(2))) {
            JobId huge = service.submit(spec().itemDelay(Duration.ofMinutes(1)), ITEMS);
            List<JobId> small = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                small.add(service.submit(spec(), ITEMS));
            }
            for (JobId id : small) {
                service.await(id, Status.COMPLETED);
            }
            assertThat(service.status(huge)).isEqualTo(Status.RUNNING);
            service.service().verbs().cancel(huge);
        }
    }

    @Test
    void jobs_are_listed_newest_first_page_by_page() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            List<JobId> jobs = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                jobs.add(0, service.submit(spec().notStarted(), ITEMS));
            }
            service.service().verbs().cancel(jobs.get(1));
            assertThat(ids(service.service().jobs().newest(3))).isEqualTo(jobs.subList(0, 3));
            JobPage first = service.service().jobs().list(JobQuery.ALL, 3);
            assertThat(ids(first.jobs())).isEqualTo(jobs.subList(0, 3));
            JobQuery rest = new JobQuery(JobQuery.Filter.ALL, JobQuery.Order.NEWEST_FIRST, first.last());
            assertThat(ids(service.service().jobs().list(rest, 3).jobs())).isEqualTo(jobs.subList(3, 5));
            assertThat(ids(TestService.inState(service.service().jobs(), Status.CREATED)))
                    .containsExactly(jobs.get(0), jobs.get(2), jobs.get(3), jobs.get(4));
            assertThat(ids(TestService.inState(service.service().jobs(), Status.FAILED)))
                    .isEmpty();
        }
    }

    private static List<JobId> ids(List<JobView> views) {
        return views.stream().map(view -> view.job().id()).toList();
    }

    @Test
    void too_many_failed_items_fail_the_job_at_the_last_whole_batch() throws Exception {
        for (int parallelism : new int[] {1, 3}) {
            for (CommitMode commit : CommitMode.values()) {
                try (TestService service = TestService.start(disk, OPTIONS)) {
                    TestSpec spec = TestSpec.spec()
                            .commit(commit)
                            .parallelism(parallelism)
                            .failItems(Set.of(0L, 4L, 6L));
                    JobId id = service.submit(spec.maxFailedItems(2), ITEMS);
                    Job failed = service.await(id, Status.FAILED);
                    Reason reason = requireNonNull(failed.state().reason());
                    assertThat(reason.code()).isEqualTo(ErrorCode.TOO_MANY_FAILED_ITEMS);
                    assertThat(reason.message()).contains("3 of ", " items failed", "item 6", "FAULT_INJECTED");
                    assertThat(service.nextItem(id)).isEqualTo(6);
                    assertThat(service.errors(id).lines()).hasSize(2);
                    JobId allowed = service.submit(spec.maxFailedItems(3), ITEMS);
                    service.await(allowed, Status.COMPLETED);
                    assertThat(service.errors(allowed).lines()).hasSize(3);
                    JobId none = service.submit(spec.maxFailedItems(0), ITEMS);
                    assertThat(service.await(none, Status.FAILED).state().reason())
                            .extracting(Reason::code)
                            .isEqualTo(ErrorCode.ITEM_FAILED);
                }
            }
        }
    }

    @Test
    void a_failed_item_fails_the_job_at_the_last_whole_batch_if_the_spec_says_so() throws Exception {
        for (int parallelism : new int[] {1, 3}) {
            for (CommitMode commit : CommitMode.values()) {
                for (int item = 0; item < ITEMS.length; item++) {
                    int committed = item / 3 * 3;
                    try (TestService service = TestService.start(disk, OPTIONS)) {
                        JobId id = service.submit(
                                TestSpec.spec()
                                        .commit(commit)
                                        .parallelism(parallelism)
                                        .onItemError(OnItemError.FAIL)
                                        .failItems(Set.of((long) item)),
                                ITEMS);
                        Job failed = service.await(id, Status.FAILED);
                        Reason reason = requireNonNull(failed.state().reason());
                        assertThat(reason.code()).isEqualTo(ErrorCode.ITEM_FAILED);
                        assertThat(reason.message()).contains("Item " + item + " failed");
                        assertThat(service.nextItem(id)).isEqualTo(committed);
                        assertThat(service.results(id)).isEqualTo(expected(committed));
                        assertThat(service.errors(id)).isEmpty();
                        service.service().verbs().resume(id);
                        service.await(id, Status.FAILED);
                        assertThat(service.nextItem(id)).isEqualTo(committed);
                    }
                }
            }
        }
    }

    @Test
    void parallelism_and_batch_size_do_not_change_the_results() throws Exception {
        String[] items = IntStream.range(0, 2000)
                .mapToObj(i -> "line " + i + " \u00e9".repeat(i % 40))
                .toArray(String[]::new);
        try (TestService service = TestService.start(disk, OPTIONS)) {
            JobId plain = service.submit(TestSpec.spec().batchSize(2000), items);
            service.await(plain, Status.COMPLETED);
            for (int batchSize : new int[] {1, 7, 1000, 1_000_000}) {
                for (int parallelism : new int[] {1, 2, 8}) {
                    JobId id =
                            service.submit(TestSpec.spec().batchSize(batchSize).parallelism(parallelism), items);
                    service.await(id, Status.COMPLETED);
                    assertThat(service.results(id)).isEqualTo(service.results(plain));
                }
            }
        }
    }

    @Test
    void a_stopping_service_takes_nothing_more() throws Exception {
        TestService service = TestService.start(disk, OPTIONS);
        JobId id = service.submit(spec().notStarted(), ITEMS);
        service.close();
        assertRefused(Refusal.Stopping.class, () -> service.submit(spec(), ITEMS));
        assertRefused(Refusal.Stopping.class, () -> service.service().verbs().start(id));
        assertRefused(Refusal.Stopping.class, () -> service.service().verbs().delete(id));
        assertRefused(Refusal.Stopping.class, () -> service.upload("a"));
        assertThat(service.status(id)).isEqualTo(Status.CREATED);
    }

    @Test
    void an_upload_that_a_job_may_still_need_is_not_deleted() throws Exception {
        GatedDisk gated = new GatedDisk(disk, "results.jsonl");
        try (TestService service = TestService.start(gated, OPTIONS)) {
            String file = service.upload("a\nb\n");
            JobId id = service.submit(spec().over(new InputSpec.Upload(file)));
            Await.until("the commit waits", gated::isReached);
            assertRefused(
                    Refusal.FileInUse.class, () -> service.service().uploads().delete(file));
            gated.openGate();
            service.await(id, Status.COMPLETED);
            service.service().uploads().delete(file);
            assertRefused(
                    Refusal.NoSuchFile.class, () -> service.service().uploads().file(file));
            assertRefused(
                    Refusal.NoSuchFile.class, () -> service.service().uploads().delete(file));
            assertRefused(Refusal.UnknownInput.class, () -> service.submit(spec().over(new InputSpec.Upload(file))));
        }
    }
}
