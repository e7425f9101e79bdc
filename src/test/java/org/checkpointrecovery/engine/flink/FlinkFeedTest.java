package org.checkpointrecovery.engine.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.engine.TestService;
import org.checkpointrecovery.engine.TestSpec;
import org.checkpointrecovery.engine.flink.FakeCluster.Fate;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.engine.range.Submissions;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.ResultsLayout;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.rehearsal.CrashOrder;
import org.checkpointrecovery.storage.Backup;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.DataCheck;
import org.checkpointrecovery.storage.DataLayout;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a job when its cluster does not do what it should, or the service goes away and comes again. */
class FlinkFeedTest {
    private static final int ITEMS = 20;
    /** Of so many ranges, of two items each. */
    private static final int RANGES = 10;

    private final CrashingDisk medium = new CrashingDisk(0);
    private final List<JobId> jobs = new ArrayList<>();
    private FakeCluster cluster;
    private TestService service;

    FlinkFeedTest() throws IOException {
        medium.createDirectory(TestService.DATA);
        cluster = new FakeCluster(medium, 2);
        service = start(medium);
    }

    @AfterEach
    void nothingIsLeftBehind() throws Exception {
        cluster.letGo();
        service.close();
        for (JobId job : jobs) {
            Await.until(
                    "no thread works on job " + job, () -> threads("job-" + job).isEmpty());
        }
        cluster.kill();
        assertThat(threads(FakeCluster.THREAD)).isEmpty();
    }

    private static List<String> threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(prefix))
                .toList();
    }

    private TestService start(Disk disk) throws IOException {
        TestService started =
                TestService.onCluster(disk, TestService.Options.of(TestService.DATA), cluster.engine(disk, 4));
        started.service().open();
        return started;
    }

    /** Starts the service anew, as one that can be killed. */
    private MortalService startMortal() throws IOException {
        MortalService mortal = new MortalService(medium);
        service = TestService.onCluster(
                mortal.disk(), TestService.Options.of(TestService.DATA), cluster.engine(mortal, 4));
        service.service().open();
        return mortal;
    }

    private static TestSpec spec() {
        return TestSpec.spec().batchSize(2).commit(CommitMode.EACH).failItems(Set.of(1L, 6L, 7L, 19L));
    }

    private static String[] items() {
        return IntStream.range(0, ITEMS).mapToObj(i -> "item " + i).toArray(String[]::new);
    }

    private JobId submit() throws Exception {
        return submit(spec());
    }

    private JobId submit(TestSpec spec) throws Exception {
        JobId id = service.submit(spec.engine(EngineKind.FLINK), items());
        jobs.add(id);
        return id;
    }

    private void completes(JobId id) throws Exception {
        service.await(id, Status.COMPLETED);
        JobId local = service.submit(spec(), items());
        service.await(local, Status.COMPLETED);
        assertThat(service.results(id)).isEqualTo(service.results(local)).hasLineCount(ITEMS - 4);
        assertThat(service.errors(id)).isEqualTo(service.errors(local));
        leavesNothing(id);
    }

    private void leavesNothing(JobId id) throws Exception {
        assertThat(medium.list(service.files(id).directory()))
                .doesNotContain(files(id).directory())
                .noneMatch(path -> path.getFileName().toString().contains("ranges"));
        worksNoMore();
    }

    private void worksNoMore() throws Exception {
        Await.until("the cluster works no more", () -> !cluster.works());
    }

    private RangeStore files(JobId id) {
        return RangeStore.of(medium, service.files(id));
    }

    private void awaitCommitted(JobId id, long items) throws Exception {
        Await.until(items + " items are committed", () -> service.nextItem(id) >= items);
    }

    /** A job that waits in the cluster when so many of its items are committed. */
    private JobId submitAndHold(int items) throws Exception {
        cluster.holdFrom(items);
        JobId id = submit();
        awaitCommitted(id, items);
        return id;
    }

    private Reason awaitReason(JobId id, Status status) throws Exception {
        Reason reason = service.await(id, status).state().reason();
        assertThat(reason).isNotNull();
        return reason;
    }

    @Test
    void a_job_has_the_results_of_the_local_engine() throws Exception {
        JobId id = submit();
        completes(id);
        assertThat(cluster.submissions()).isEqualTo(1);
        assertThat(cluster.submission(0).parallelism()).isEqualTo(2);
    }

    @Test
    void an_adaptive_cluster_is_asked_for_the_maximum_whatever_is_free() throws Exception {
        cluster.adaptive(true);
        completes(submit());
        assertThat(cluster.submission(0).parallelism()).isEqualTo(FakeCluster.TASKS);
    }

    @Test
    void no_cluster_is_asked_for_more_tasks_than_there_are_ranges() throws Exception {
        cluster = new FakeCluster(medium, FakeCluster.TASKS);
        service.close();
        service = start(medium);
        for (boolean adaptive : new boolean[] {true, false}) {
            cluster.adaptive(adaptive);
            service.await(submit(spec().batchSize(8)), Status.COMPLETED);
            worksNoMore();
        }
        assertThat(cluster.submission(0).parallelism()).isEqualTo(3);
        assertThat(cluster.submission(1).parallelism()).isEqualTo(3);
    }

    static List<Arguments> callsToSubmit() {
        List<Arguments> calls = new ArrayList<>();
        for (String call : List.of("overview", "isAdaptive", "jar", "upload", "run", "state")) {
            for (Fate fate : Fate.values()) {
                calls.add(arguments(call, fate));
            }
        }
        return calls;
    }

    @ParameterizedTest
    @MethodSource("callsToSubmit")
    void a_call_that_fails_while_a_job_is_submitted_is_made_again(String call, Fate fate) throws Exception {
        cluster.next(call, fate, 3);
        completes(submit());
    }

    @Test
    void a_cluster_that_is_gone_for_some_time_is_waited_for() throws Exception {
        JobId id = submitAndHold(6);
        cluster.unreachable(true);
        cluster.letGo();
        awaitCommitted(id, 20);
        cluster.unreachable(false);
        completes(id);
    }

    @Test
    void a_cluster_that_is_gone_for_good_fails_the_job_and_its_tasks_end() throws Exception {
        JobId id = submitAndHold(6);
        cluster.unreachable(true);
        Reason reason = awaitReason(id, Status.FAILED);
        assertThat(reason.code()).isEqualTo(ErrorCode.CLUSTER_FAILED);
        assertThat(reason.message()).contains("http://cluster.test", "after 2 s", "esume");
        worksNoMore();
        cluster.unreachable(false);
        cluster.letGo();
        service.service().verbs().resume(id);
        completes(id);
    }

    @Test
    void a_job_that_the_cluster_has_forgotten_is_submitted_again() throws Exception {
        JobId id = submitAndHold(6);
        cluster.forget();
        Await.until("it is submitted again", () -> cluster.submissions() == 2);
        cluster.letGo();
        completes(id);
    }

    @Test
    void what_another_release_submitted_is_submitted_again() throws Exception {
        JobId id = submitAndHold(6);
        service.close();
        RangeStore store = files(id);
        String clusterJob = store.submissions().list().get(0).clusterJob();
        store.save(new Submissions(
                List.of(new Submissions.Submission(clusterJob, null, "checkpoint-recovery-other.jar"))));
        service = start(medium);
        Await.until("it is submitted again", () -> cluster.submissions() == 2);
        cluster.letGo();
        completes(id);
    }

    private void makeBackup(DataLayout to) throws IOException {
        List<String> problems = new ArrayList<>();
        new Backup(medium, new DataLayout(TestService.DATA), to).make(problems::add);
        assertThat(problems).isEmpty();
    }

    @Test
    void a_job_in_parts_goes_on_from_a_backup_and_has_the_same_results() throws Exception {
        cluster.holdFrom(6);
        JobId id = submit(spec().results(ResultsLayout.PARTS));
        awaitCommitted(id, 6);
        DataLayout during = new DataLayout(Path.of("/during"));
        makeBackup(during);
        cluster.letGo();
        service.await(id, Status.COMPLETED);
        worksNoMore();
        String results = service.results(id);
        String errors = service.errors(id);
        DataLayout after = new DataLayout(Path.of("/after"));
        makeBackup(after);
        medium.deleteTree(service.files(id).directory()); // no copy needs it
        for (DataLayout copy : List.of(during, after)) {
            service.close();
            service = TestService.onCluster(medium, TestService.Options.of(copy.root()), cluster.engine(medium, 4));
            service.service().open();
            service.await(id, Status.COMPLETED);
            assertThat(service.results(id)).isEqualTo(results).hasLineCount(ITEMS - 4);
            assertThat(service.errors(id)).isEqualTo(errors);
        }
        assertThat(service.job(id).runs()).hasSize(1);
    }

    @Test
    void a_check_names_a_part_that_is_missing_and_a_download_shows_it_on_the_job() throws Exception {
        JobId id = submit(spec().results(ResultsLayout.PARTS));
        service.await(id, Status.COMPLETED);
        Path part = service.files(id).part(2).results();
        byte[] bytes = medium.bytes(part);
        medium.delete(part);
        List<String> problems = new ArrayList<>();
        new DataCheck(medium, new DataLayout(TestService.DATA), problems::add).run();
        assertThat(problems)
                .singleElement()
                .asString()
                .contains("results.jsonl: ", "0000000002/results.jsonl is missing");
        assertThat(new Backup(medium, new DataLayout(TestService.DATA), new DataLayout(Path.of("/copy")))
                        .make(problems::add)
                        .problems())
                .isEqualTo(1);
        assertThatThrownBy(() -> service.results(id)).hasMessageContaining("0000000002/results.jsonl is missing");
        Reason notice = service.service().jobs().view(id).remarks().notice();
        assertThat(notice).isNotNull();
        assertThat(notice.code()).isEqualTo(ErrorCode.RESULTS_DAMAGED);
        assertThat(notice.message()).contains("0000000002/results.jsonl is missing", "Restore the file");
        medium.write(part, bytes);
        assertThat(service.results(id)).hasLineCount(ITEMS - 4);
        assertThat(service.service().jobs().view(id).remarks().notice()).isNull();
    }

    @Test
    void a_job_that_is_forgotten_when_all_is_done_is_not_submitted_again() throws Exception {
        JobId id = submitAndHold(18);
        cluster.unreachable(true);
        cluster.letGo();
        Await.until("all is done", () -> !cluster.works());
        cluster.forget();
        cluster.unreachable(false);
        completes(id);
        assertThat(cluster.submissions()).isEqualTo(1);
    }

    @Test
    void a_job_that_is_finished_in_the_cluster_but_not_on_disk_begins_anew() throws Exception {
        JobId id = submitAndHold(6);
        cluster.finishAll();
        Await.until("it is submitted again", () -> cluster.submissions() == 2);
        cluster.letGo();
        completes(id);
    }

    @Test
    void a_job_that_fails_is_submitted_again() throws Exception {
        JobId id = submitAndHold(6);
        cluster.failAll("java.lang.OutOfMemoryError");
        Await.until("it is submitted again", () -> cluster.submissions() == 2);
        cluster.letGo();
        completes(id);
    }

    @Test
    void a_job_that_fails_again_and_again_fails_and_says_why() throws Exception {
        JobId id = submitAndHold(6);
        Thread poison = new Thread(() -> {
            while (cluster.submissions() < 5 || cluster.works()) {
                cluster.failAll("java.lang.OutOfMemoryError: too much");
            }
        });
        poison.start();
        Reason reason = awaitReason(id, Status.FAILED);
        poison.join();
        assertThat(reason.code()).isEqualTo(ErrorCode.CLUSTER_FAILED);
        assertThat(reason.message()).contains("OutOfMemoryError: too much", "5 submissions", "esume");
        worksNoMore();
        cluster.letGo();
        service.service().verbs().resume(id);
        completes(id);
    }

    @Test
    void a_job_fails_at_once_when_a_task_manager_does_not_see_its_files() throws Exception {
        JobId id = submitAndHold(6);
        cluster.failAll("org.checkpointrecovery.engine.flink.job.SharedDirectoryException: TaskManager machine-7 does"
                + " not see /data/jobs/x/ranges");
        Reason reason = awaitReason(id, Status.FAILED);
        assertThat(reason.code()).isEqualTo(ErrorCode.CLUSTER_FAILED);
        assertThat(reason.message())
                .startsWith("TaskManager machine-7 does not see /data/jobs/x/ranges. ")
                .contains("same path", "resume");
        assertThat(cluster.submissions()).isEqualTo(1);
        cluster.letGo();
        service.service().verbs().resume(id);
        completes(id);
    }

    @Test
    void a_cluster_that_does_not_take_a_job_says_why() throws Exception {
        cluster.next("run", Fate.REFUSED, 100);
        Reason reason = awaitReason(submit(), Status.FAILED);
        assertThat(reason.code()).isEqualTo(ErrorCode.CLUSTER_FAILED);
        assertThat(reason.message()).contains("run: Connection refused", "5 submissions", "esume");
    }

    @Test
    void a_job_that_somebody_cancels_in_the_cluster_fails_and_can_be_resumed() throws Exception {
        JobId id = submitAndHold(6);
        cluster.cancelAll();
        assertThat(awaitReason(id, Status.FAILED).message()).contains("cancelled", "esume");
        cluster.letGo();
        service.service().verbs().resume(id);
        completes(id);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_job_without_a_slot_waits_while_others_work(boolean adaptive) throws Exception {
        cluster.adaptive(adaptive);
        JobId first = submitAndHold(6);
        JobId second = submit();
        long asked = cluster.calls("overview");
        Await.until("it has asked often", () -> cluster.calls("overview") > asked + 60);
        assertThat(service.status(second)).isEqualTo(Status.RUNNING);
        cluster.letGo();
        completes(first);
        completes(second);
    }

    @Test
    void a_cluster_without_a_task_manager_is_not_waited_for_long() throws Exception {
        cluster = new FakeCluster(medium, 0);
        service.close();
        service = start(medium);
        JobId id = submit();
        Matcher said = awaitWait(id, "a TaskManager: none since (\\S+Z); giving up at (\\S+Z)");
        assertThat(Duration.between(Instant.parse(said.group(1)), Instant.parse(said.group(2))))
                .isEqualTo(Duration.ofSeconds(2));
        assertThat(awaitReason(id, Status.FAILED).message()).contains("no TaskManager", "after 2 s");
        assertThat(waitingFor(id)).isNull();
    }

    private @Nullable String waitingFor(JobId id) throws Exception {
        return service.service().jobs().view(id).waitingFor();
    }

    /** Waits until the job says that it waits for something like that. */
    private Matcher awaitWait(JobId id, String pattern) throws Exception {
        Pattern wanted = Pattern.compile(pattern);
        String said = Await.until(
                "it waits for " + pattern,
                () -> String.valueOf(waitingFor(id)),
                text -> wanted.matcher(text).matches());
        Matcher matcher = wanted.matcher(said);
        assertThat(matcher.matches()).isTrue();
        return matcher;
    }

    private void awaitNoWait(JobId id) throws Exception {
        Await.until("it does not wait", () -> waitingFor(id) == null);
    }

    @Test
    void a_job_says_that_it_waits_for_a_slot_until_it_has_one() throws Exception {
        JobId first = submitAndHold(6);
        JobId second = submit();
        awaitWait(second, "slots: 0 of 2 free");
        assertThat(waitingFor(first)).isNull();
        assertThat(service.status(second)).isEqualTo(Status.RUNNING);
        cluster.letGo();
        completes(second);
        assertThat(waitingFor(second)).isNull();
        completes(first);
    }

    @Test
    void a_job_that_waits_for_a_slot_pauses_at_once_and_waits_no_more() throws Exception {
        submitAndHold(6);
        JobId second = submit();
        awaitWait(second, "slots: 0 of 2 free");
        service.service().verbs().pause(second);
        service.await(second, Status.PAUSED);
        assertThat(waitingFor(second)).isNull();
    }

    @Test
    void a_job_says_that_its_cluster_does_not_answer_until_it_does() throws Exception {
        JobId id = submitAndHold(6);
        cluster.unreachable(true);
        awaitWait(
                id, "the JobManager: no valid answer since \\S+Z; giving up at \\S+Z \\(state: Connection refused\\)");
        cluster.unreachable(false);
        awaitNoWait(id);
        cluster.letGo();
        completes(id);
    }

    @Test
    void a_job_whose_tasks_do_not_run_says_so_and_why_until_they_do() throws Exception {
        JobId id = submitAndHold(6);
        cluster.stalled("java.io.IOException: no room");
        awaitWait(id, "tasks: 0 of 2 running since \\S+Z \\(last failure: java.io.IOException: no room\\)");
        assertThat(cluster.calls("rootCause")).isLessThan(1 + cluster.calls("state") / 20);
        assertThat(service.status(id)).isEqualTo(Status.RUNNING);
        cluster.stalled(null);
        awaitNoWait(id);
        cluster.letGo();
        completes(id);
    }

    @Test
    void a_job_that_is_submitted_again_says_why_until_its_tasks_run() throws Exception {
        JobId id = submitAndHold(6);
        CountDownLatch answer = cluster.hold("overview");
        cluster.failAll("java.lang.OutOfMemoryError");
        awaitWait(id, "submission 2 of at most 5: the Flink job is FAILED: java.lang.OutOfMemoryError");
        answer.countDown();
        awaitNoWait(id);
        cluster.letGo();
        completes(id);
    }

    private void startWithOneWorker() throws Exception {
        service.close();
        service = TestService.onCluster(medium, TestService.Options.of(TestService.DATA), cluster.engineOfSmallJobs(1));
        service.service().open();
    }

    @Test
    void a_job_that_waits_for_a_slot_leaves_its_worker_to_another_one_until_it_goes_on() throws Exception {
        startWithOneWorker();
        cluster.slotsOfOthers(2);
        JobId first = submit();
        awaitWait(first, "slots: 0 of 2 free");
        JobId second = submit();
        awaitWait(second, "slots: 0 of 2 free");
        cluster.holdFrom(6);
        cluster.slotsOfOthers(0);
        String busy = "a worker: all are busy with other jobs";
        Await.until("one goes on", () -> busy.equals(waitingFor(first)) || busy.equals(waitingFor(second)));
        JobId waiting = busy.equals(waitingFor(first)) ? first : second;
        JobId working = waiting.equals(first) ? second : first;
        awaitCommitted(working, 6);
        JobId third = submit();
        long asked = cluster.calls("overview");
        Await.until("it has asked often", () -> cluster.calls("overview") > asked + 60);
        assertThat(cluster.submissions()).isEqualTo(1);
        assertThat(service.status(third)).isEqualTo(Status.QUEUED);
        cluster.letGo();
        completes(working);
        completes(waiting);
        completes(third);
    }

    @Test
    void a_job_whose_tasks_do_not_run_leaves_its_worker_to_another_one() throws Exception {
        startWithOneWorker();
        JobId first = submitAndHold(6);
        cluster.stalled("no slot");
        awaitWait(first, "tasks: 0 of 1 running since .*");
        JobId second = submit();
        awaitCommitted(second, 6);
        cluster.stalled(null);
        cluster.letGo();
        completes(first);
        completes(second);
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {"PAUSED", "CANCELLED"})
    void a_job_that_has_left_its_worker_ends_at_once_when_asked_to(Status end) throws Exception {
        startWithOneWorker();
        cluster.slotsOfOthers(2);
        JobId first = submit();
        awaitWait(first, "slots: 0 of 2 free");
        JobId second = submit();
        awaitWait(second, "slots: 0 of 2 free");
        if (end == Status.PAUSED) {
            service.service().verbs().pause(first);
        } else {
            service.service().verbs().cancel(first);
        }
        service.await(first, end);
        cluster.slotsOfOthers(0);
        completes(second);
    }

    @Test
    void a_service_that_stops_waits_for_no_job_that_has_left_its_worker() throws Exception {
        startWithOneWorker();
        cluster.slotsOfOthers(2);
        JobId first = submit();
        JobId second = submit();
        awaitWait(first, "slots: 0 of 2 free");
        awaitWait(second, "slots: 0 of 2 free");
        service.close();
        assertThat(service.status(first)).isEqualTo(Status.QUEUED);
        cluster.slotsOfOthers(0);
        startWithOneWorker();
        completes(first);
        completes(second);
    }

    @Test
    void many_jobs_at_once_do_not_get_into_each_others_way() throws Exception {
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ids.add(submit());
        }
        for (JobId id : ids) {
            completes(id);
        }
    }

    @Test
    void a_paused_job_ends_in_the_cluster_by_itself() throws Exception {
        JobId id = submitAndHold(6);
        service.service().verbs().pause(id);
        service.await(id, Status.PAUSED);
        assertThat(cluster.works()).isFalse();
        assertThat(cluster.calls("cancel")).isZero();
        cluster.letGo();
        service.service().verbs().resume(id);
        completes(id);
    }

    @Test
    void a_job_pauses_when_the_cluster_does_not_answer_and_its_tasks_end() throws Exception {
        JobId id = submitAndHold(6);
        cluster.unreachable(true);
        service.service().verbs().pause(id);
        service.await(id, Status.PAUSED);
        worksNoMore();
        cluster.unreachable(false);
        cluster.letGo();
        service.service().verbs().resume(id);
        completes(id);
    }

    @Test
    void a_cancelled_job_leaves_nothing_when_the_cluster_does_not_answer() throws Exception {
        JobId id = submitAndHold(6);
        cluster.unreachable(true);
        service.service().verbs().cancel(id);
        service.await(id, Status.CANCELLED);
        leavesNothing(id);
    }

    @Test
    void a_job_that_is_cancelled_at_rest_leaves_nothing() throws Exception {
        JobId id = submitAndHold(6);
        service.service().verbs().pause(id);
        service.await(id, Status.PAUSED);
        service.service().verbs().cancel(id);
        assertThat(service.status(id)).isEqualTo(Status.CANCELLED);
        leavesNothing(id);
    }

    @Test
    void a_service_that_starts_again_goes_on_with_what_the_cluster_does() throws Exception {
        JobId id = submitAndHold(6);
        service.close();
        assertThat(cluster.works()).isTrue();
        service = start(medium);
        cluster.letGo();
        completes(id);
        assertThat(cluster.submissions()).isEqualTo(1);
    }

    @Test
    void a_job_that_is_paused_before_the_service_has_found_it_in_the_cluster_does_not_go_on_there() throws Exception {
        JobId id = submitAndHold(6);
        service.close();
        cluster.next("state", Fate.REFUSED, 15);
        service = start(medium);
        Await.until("it runs", () -> service.status(id) == Status.RUNNING);
        service.service().verbs().pause(id);
        service.await(id, Status.PAUSED);
        worksNoMore();
        cluster.letGo();
        service.service().verbs().resume(id);
        completes(id);
    }

    @Test
    void a_job_that_was_pausing_when_the_service_was_killed_does_not_go_on_in_the_cluster() throws Exception {
        service.close();
        MortalService mortal = startMortal();
        JobId id = submitAndHold(6);
        CountDownLatch answer = cluster.hold("state");
        service.service().verbs().pause(id);
        mortal.die();
        answer.countDown();
        service.close();
        service = start(medium);
        assertThat(service.status(id)).isEqualTo(Status.PAUSED);
        worksNoMore();
        cluster.letGo();
        service.service().verbs().resume(id);
        completes(id);
    }

    @Test
    void a_job_that_was_cancelling_when_the_service_was_killed_leaves_nothing() throws Exception {
        service.close();
        MortalService mortal = startMortal();
        JobId id = submitAndHold(6);
        CountDownLatch answer = cluster.hold("cancel");
        cluster.next("cancel", Fate.REFUSED, 1);
        service.service().verbs().cancel(id);
        mortal.die();
        answer.countDown();
        service.close();
        service = start(medium);
        assertThat(service.status(id)).isEqualTo(Status.CANCELLED);
        leavesNothing(id);
    }

    @Test
    void a_job_that_fails_while_the_service_stops_does_not_go_on_in_the_cluster() throws Exception {
        service.close();
        MortalService mortal = startMortal();
        JobId id = submitAndHold(6);
        mortal.full(true);
        cluster.holdFrom(16);
        assertThat(awaitReason(id, Status.FAILED).code()).isEqualTo(ErrorCode.DISK_FULL);
        worksNoMore();
        mortal.full(false);
        cluster.letGo();
        service.service().verbs().resume(id);
        completes(id);
    }

    @Test
    void a_crash_that_is_asked_for_before_the_job_is_submitted_strikes() throws Exception {
        cluster.unreachable(true);
        JobId id = submit();
        Await.until("it runs", () -> service.status(id) == Status.RUNNING);
        service.crash(id, new CrashOrder(CrashMode.JOB, CrashPoint.PROCESSING, 0));
        Await.until("the service has asked", () -> cluster.calls("overview") > 3);
        cluster.unreachable(false);
        assertThat(awaitReason(id, Status.CRASHED).code()).isEqualTo(ErrorCode.SIMULATED_CRASH);
        service.service().verbs().resume(id);
        completes(id);
    }

    @Test
    void a_crash_of_the_checkpoint_is_the_services() throws Exception {
        JobId id = submitAndHold(6);
        service.crash(id, new CrashOrder(CrashMode.JOB, CrashPoint.TORN_CHECKPOINT, 0));
        Await.until("the order has come", () -> cluster.calls("state") > 10);
        cluster.letGo();
        service.await(id, Status.CRASHED);
        service.service().verbs().resume(id);
        completes(id);
    }

    @Test
    void the_service_stops_at_once_while_the_cluster_takes_its_time_to_take_a_job() throws Exception {
        CountDownLatch answer = cluster.hold("run");
        JobId id = submit();
        Await.until("it is submitted", () -> cluster.submissions() == 1);
        service.close();
        Await.until(
                "no thread waits for the answer",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("job-" + id)));
        answer.countDown();
        cluster.hold("run").countDown();
        service = start(medium);
        completes(id);
    }

    @Test
    void a_job_is_cancelled_while_the_cluster_takes_its_time_to_take_it() throws Exception {
        CountDownLatch answer = cluster.hold("run");
        cluster.holdFrom(4);
        JobId id = submit();
        Await.until("it is submitted", () -> cluster.submissions() == 1);
        service.service().verbs().cancel(id);
        service.await(id, Status.CANCELLED);
        leavesNothing(id);
        answer.countDown();
    }

    @Test
    void a_task_that_nobody_waits_for_any_more_publishes_a_whole_range_or_none() throws Exception {
        service.close();
        ZombieDisk tasks = new ZombieDisk(medium, 3);
        cluster = new FakeCluster(tasks, 1);
        service = start(new ForwardingDisk(medium) {
            @Override
            public void delete(Path path) throws IOException {
                super.delete(path);
                if (path.toString().contains("/ranges/") && path.endsWith("errors.jsonl")) {
                    tasks.letGo();
                }
            }
        });
        JobId id = submit();
        tasks.awaitHeld();
        cluster.forget();
        completes(id);
        assertThat(cluster.submissions()).isGreaterThan(1);
    }

    @Test
    void a_run_knows_how_it_ended_when_the_service_stops_it() throws Exception {
        JobId id = submitAndHold(6);
        service.close();
        Job job = service.job(id);
        assertThat(job.status()).isEqualTo(Status.QUEUED);
        Run.Ending ending = job.runs().get(0).ending();
        assertThat(ending).isNotNull();
        assertThat(ending.end()).isEqualTo(Run.End.STOPPED);
        service = start(medium);
        cluster.letGo();
        completes(id);
        assertThat(RANGES).isEqualTo(ITEMS / 2);
    }

    /** Holds the task that gives a range its name, until the service has begun to clear away what it works on. */
    private static final class ZombieDisk extends ForwardingDisk {
        private final int range;
        private final CountDownLatch held = new CountDownLatch(1);
        private final CountDownLatch go = new CountDownLatch(1);
        private final CountDownLatch gone = new CountDownLatch(1);

        ZombieDisk(Disk disk, int range) {
            super(disk);
            this.range = range;
        }

        void awaitHeld() throws InterruptedException {
            held.await();
        }

        void letGo() {
            go.countDown();
            try {
                gone.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void move(Path from, Path to) throws IOException {
            boolean holds = to.getFileName().toString().endsWith("0" + 2 * range) && held.getCount() > 0;
            if (!holds) {
                super.move(from, to);
                return;
            }
            held.countDown();
            try {
                go.await();
                super.move(from, to);
            } catch (InterruptedException e) {
                throw new IOException(e);
            } finally {
                gone.countDown();
            }
        }
    }
}
