package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.IdempotencyKey;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Recovery;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.job.Verb;
import org.checkpointrecovery.storage.CheckpointStore;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.JobFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** What a service makes of what it finds when it starts, and of damaged files. */
class RecoveryTest {
    private static final TestService.Options OPTIONS = TestService.Options.of(TestService.DATA);
    private static final String[] ITEMS = {"a", "b", "c", "d", "e", "f", "g", "h"};

    private CrashingDisk disk = new CrashingDisk(1);

    @BeforeEach
    void makeDisk() throws Exception {
        disk = CrashedJob.emptyDisk(1);
    }

    private static TestSpec spec() {
        return TestSpec.spec().commit(CommitMode.EACH);
    }

    private String cleanResults() throws Exception {
        CrashingDisk other = CrashedJob.emptyDisk(9);
        try (TestService service = TestService.start(other, OPTIONS)) {
            JobId id = service.submit(spec(), ITEMS);
            service.await(id, Status.COMPLETED);
            return service.results(id);
        }
    }

    /**
     * Brings a job into a state, as it is on disk when the service is killed then: with a checkpoint at item 3, or in
     * its first batch if it is CANCELLING or PAUSING.
     */
    private JobId killedIn(Status status) throws Exception {
        GatedDisk gated = new GatedDisk(disk, "results.jsonl", status == Status.RUNNING ? 1 : 0);
        JobId id;
        TestService service = TestService.start(gated, OPTIONS.workers(1));
        try {
            switch (status) {
                case CREATED -> id = service.submit(spec().notStarted(), ITEMS);
                case QUEUED -> {
                    JobId busy = service.submit(spec(), ITEMS);
                    Await.until("the worker is busy", gated::isReached);
                    id = service.submit(spec(), ITEMS);
                    service.service().verbs().cancel(busy);
                }
                case PAUSING, CANCELLING -> {
                    id = service.submit(spec(), ITEMS);
                    Await.until("the first commit waits", gated::isReached);
                    if (status == Status.PAUSING) {
                        service.service().verbs().pause(id);
                    } else {
                        service.service().verbs().cancel(id);
                    }
                }
                case RUNNING -> {
                    id = service.submit(spec(), ITEMS);
                    Await.until("the second commit waits", gated::isReached);
                    assertThat(service.nextItem(id)).isEqualTo(3);
                }
                default -> {
                    gated.openGate();
                    id = service.submit(spec().crashAfter(4, CrashPoint.TORN_RESULTS), ITEMS);
                    service.await(id, Status.CRASHED);
                    if (status == Status.CANCELLED) {
                        service.service().verbs().cancel(id);
                    }
                }
            }
            assertThat(service.status(id)).isEqualTo(status);
            disk.killProcessAt(disk.operations() + 1);
        } finally {
            gated.openGate();
            service.close();
        }
        disk.killProcess();
        return id;
    }

    private static Reason reason(Job job) {
        return requireNonNull(job.state().reason());
    }

    @ParameterizedTest
    @ValueSource(strings = {"QUEUED", "RUNNING"})
    void a_job_that_waited_or_ran_goes_on_by_itself(Status status) throws Exception {
        JobId id = killedIn(status);
        try (TestService service = TestService.start(disk, OPTIONS)) {
            Job completed = service.await(id, Status.COMPLETED);
            assertThat(service.results(id)).isEqualTo(cleanResults());
            if (status == Status.RUNNING) {
                assertThat(completed.runs()).hasSize(2);
                Run.Ending ending = requireNonNull(completed.runs().get(0).ending());
                assertThat(ending.end()).isEqualTo(Run.End.CRASHED);
                assertThat(requireNonNull(ending.reason()).code()).isEqualTo(ErrorCode.SERVICE_STOPPED_UNEXPECTEDLY);
                assertThat(completed.runs().get(0).nextItem()).isGreaterThanOrEqualTo(3);
                assertThat(requireNonNull(completed.recovery()).from()).isEqualTo(Recovery.From.CHECKPOINT);
            } else {
                assertThat(completed.runs()).hasSize(1);
            }
        }
    }

    @Test
    void without_auto_resume_a_job_that_ran_stays_crashed_until_it_is_resumed() throws Exception {
        JobId id = killedIn(Status.RUNNING);
        for (int start = 0; start < 2; start++) {
            try (TestService service = TestService.start(disk, OPTIONS.noAutoResume())) {
                assertThat(service.status(id)).isEqualTo(Status.CRASHED);
                assertThat(reason(service.job(id)).code()).isEqualTo(ErrorCode.SERVICE_STOPPED_UNEXPECTEDLY);
                assertThat(service.nextItem(id)).isEqualTo(3);
                assertThat(service.results(id)).isNotEmpty();
            }
        }
        try (TestService service = TestService.start(disk, OPTIONS.noAutoResume())) {
            service.service().verbs().resume(id);
            service.await(id, Status.COMPLETED);
            assertThat(service.results(id)).isEqualTo(cleanResults());
        }
    }

    @Test
    void without_auto_resume_a_job_that_waited_in_line_runs_all_the_same() throws Exception {
        JobId id = killedIn(Status.QUEUED);
        try (TestService service = TestService.start(disk, OPTIONS.noAutoResume())) {
            service.await(id, Status.COMPLETED);
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {"CREATED", "CANCELLED", "CRASHED"},
            mode = Mode.INCLUDE)
    void a_job_at_rest_is_found_as_it_was(Status status) throws Exception {
        JobId id = killedIn(status);
        try (TestService service = TestService.start(disk, OPTIONS)) {
            assertThat(service.status(id)).isEqualTo(status);
            assertThat(service.nextItem(id)).isEqualTo(status == Status.CREATED ? 0 : 3);
            assertThat(cleanResults()).startsWith(service.results(id));
        }
    }

    @Test
    void a_job_that_was_about_to_pause_is_paused() throws Exception {
        JobId id = killedIn(Status.PAUSING);
        try (TestService service = TestService.start(disk, OPTIONS)) {
            assertThat(service.status(id)).isEqualTo(Status.PAUSED);
            assertThat(service.job(id).runs()).allMatch(run -> run.ending() != null);
            service.service().verbs().resume(id);
            Job completed = service.await(id, Status.COMPLETED);
            assertThat(requireNonNull(completed.recovery()).from()).isEqualTo(Recovery.From.BEGINNING);
            assertThat(completed.recovery().reason()).isNull();
            assertThat(service.results(id)).isEqualTo(cleanResults());
        }
    }

    @Test
    void a_job_that_was_about_to_be_cancelled_is_cancelled() throws Exception {
        JobId id = killedIn(Status.CANCELLING);
        try (TestService service = TestService.start(disk, OPTIONS)) {
            assertThat(service.status(id)).isEqualTo(Status.CANCELLED);
            assertThat(service.job(id).runs()).allMatch(run -> run.ending() != null);
        }
    }

    @Test
    void an_orderly_shutdown_finishes_the_batch_and_the_next_start_goes_on() throws Exception {
        GatedDisk gated = new GatedDisk(disk, "results.jsonl");
        TestService service = TestService.start(gated, OPTIONS.workers(1));
        JobId id = service.submit(spec(), ITEMS);
        JobId waiting = service.submit(spec(), ITEMS);
        Await.until("the first commit waits", gated::isReached);
        Thread stop = new Thread(service::close, "stop");
        stop.start();
        Await.until("the service waits for its runs to end", () -> stop.getState() == Thread.State.TIMED_WAITING);
        gated.openGate();
        stop.join();
        Job stopped = service.job(id);
        assertThat(stopped.status()).isEqualTo(Status.QUEUED);
        assertThat(stopped.runs()).singleElement().satisfies(run -> {
            assertThat(requireNonNull(run.ending()).end()).isEqualTo(Run.End.STOPPED);
            assertThat(run.nextItem()).isEqualTo(service.nextItem(id));
        });
        assertThat(service.nextItem(id) % 3).isZero();
        assertThat(service.nextItem(id)).isBetween(3L, 6L);
        assertThat(service.status(waiting)).isEqualTo(Status.QUEUED);
        disk.restorePower();
        try (TestService again = TestService.start(disk, OPTIONS)) {
            Job completed = again.await(id, Status.COMPLETED);
            assertThat(completed.runs()).hasSize(2);
            assertThat(requireNonNull(completed.recovery()).from()).isEqualTo(Recovery.From.CHECKPOINT);
            assertThat(again.results(id)).isEqualTo(cleanResults());
            again.await(waiting, Status.COMPLETED);
        }
    }

    @Test
    void interrupted_jobs_go_on_before_those_that_waited() throws Exception {
        JobId waiting;
        JobId interrupted;
        GatedDisk gated = new GatedDisk(disk, "results.jsonl");
        TestService service = TestService.start(gated, OPTIONS.workers(1));
        interrupted = service.submit(spec(), ITEMS);
        Await.until("the first commit waits", gated::isReached);
        waiting = service.submit(spec(), ITEMS);
        disk.killProcessAt(disk.operations() + 1);
        gated.openGate();
        service.close();
        disk.killProcess();
        try (TestService again = TestService.start(disk, OPTIONS.workers(1))) {
            again.await(interrupted, Status.COMPLETED);
            again.await(waiting, Status.COMPLETED);
            Run last = again.job(interrupted).runs().get(1);
            assertThat(last.startedAt())
                    .isBeforeOrEqualTo(requireNonNull(again.job(waiting).startedAt()));
        }
    }

    @Test
    void a_service_that_starts_takes_all_that_waited_however_short_the_line() throws Exception {
        GatedDisk gated = new GatedDisk(disk, "results.jsonl");
        TestService service = TestService.start(gated, OPTIONS.workers(1));
        for (int i = 0; i < 4; i++) {
            service.submit(spec(), ITEMS);
        }
        disk.killProcessAt(disk.operations() + 1);
        gated.openGate();
        service.close();
        disk.killProcess();
        try (TestService again = TestService.start(disk, OPTIONS.workers(1).maxQueued(1))) {
            Await.until(
                    "all are COMPLETED",
                    () -> TestService.inState(again.service().jobs(), Status.COMPLETED)
                                    .size()
                            == 4);
            again.await(again.submit(spec(), ITEMS), Status.COMPLETED);
        }
    }

    /** What is seen of a job that was killed in the middle of changing its state stays so, whatever the next crash. */
    @Test
    void a_state_once_seen_after_a_kill_is_not_taken_back_by_a_power_cut() throws Exception {
        for (int operation = 1; operation <= 5; operation++) {
            for (long seed = 0; seed < 20; seed++) {
                disk = CrashedJob.emptyDisk(seed);
                JobId id;
                try (TestService service = TestService.start(disk, OPTIONS)) {
                    id = service.submit(spec().notStarted(), ITEMS);
                    disk.killProcessAt(disk.operations() + operation);
                    try {
                        service.service().verbs().cancel(id);
                    } catch (IOException e) {
                        // killed
                    }
                }
                disk.killProcess();
                Status seen;
                try (TestService service = TestService.start(disk, OPTIONS)) {
                    seen = service.status(id);
                }
                disk.restorePower();
                try (TestService service = TestService.start(disk, OPTIONS)) {
                    assertThat(service.status(id))
                            .as("seed %d, operation %d", seed, operation)
                            .isEqualTo(seen);
                }
            }
        }
    }

    /** A job that crashed at item 6, with its checkpoint there and the one before at item 3. */
    private JobId crashedAtItem6(TestService service) throws Exception {
        JobId id = service.submit(spec().crashAfter(7, CrashPoint.BETWEEN_RESULTS_AND_CHECKPOINT), ITEMS);
        service.await(id, Status.CRASHED);
        assertThat(service.nextItem(id)).isEqualTo(6);
        return id;
    }

    private void damage(Path file) {
        byte[] bytes = disk.bytes(file);
        bytes[bytes.length / 3] ^= 0x10;
        disk.write(file, bytes);
    }

    @Test
    void a_damaged_checkpoint_is_set_aside_and_the_one_before_it_is_used() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            JobId id = crashedAtItem6(service);
            JobFiles files = service.files(id);
            damage(files.checkpoint());
            byte[] damaged = disk.bytes(files.checkpoint());
            assertThat(service.service().outputs().checkpoint(id)).isInstanceOf(CheckpointStore.Found.Damaged.class);
            service.service().verbs().resume(id);
            Job completed = service.await(id, Status.COMPLETED);
            Recovery recovery = requireNonNull(completed.recovery());
            assertThat(recovery.from()).isEqualTo(Recovery.From.PREVIOUS_CHECKPOINT);
            assertThat(recovery.item()).isEqualTo(3);
            assertThat(requireNonNull(recovery.reason()).code()).isEqualTo(ErrorCode.CHECKPOINT_DAMAGED);
            assertThat(recovery.reason().message()).contains("checkpoint.damaged-1.json");
            assertThat(disk.bytes(files.directory().resolve("checkpoint.damaged-1.json")))
                    .isEqualTo(damaged);
            assertThat(service.results(id)).isEqualTo(cleanResults());
        }
    }

    @Test
    void with_both_checkpoints_damaged_the_job_starts_over() throws Exception {
        JobId id;
        byte[] current;
        byte[] previous;
        try (TestService service = TestService.start(disk, OPTIONS)) {
            id = crashedAtItem6(service);
            Path checkpoint = service.files(id).checkpoint();
            damage(checkpoint);
            current = disk.bytes(checkpoint);
            damage(checkpoint.resolveSibling("checkpoint.previous.json"));
            previous = disk.bytes(checkpoint.resolveSibling("checkpoint.previous.json"));
        }
        try (TestService service = TestService.start(disk, OPTIONS)) {
            assertThat(service.nextItem(id)).isZero();
            service.service().verbs().resume(id);
            Job completed = service.await(id, Status.COMPLETED);
            Recovery recovery = requireNonNull(completed.recovery());
            assertThat(recovery.from()).isEqualTo(Recovery.From.BEGINNING);
            assertThat(recovery.item()).isZero();
            assertThat(requireNonNull(recovery.reason()).code()).isEqualTo(ErrorCode.CHECKPOINT_DAMAGED);
            Path directory = service.files(id).directory();
            assertThat(disk.bytes(directory.resolve("checkpoint.damaged-1.json")))
                    .isEqualTo(current);
            assertThat(disk.bytes(directory.resolve("checkpoint.damaged-2.json")))
                    .isEqualTo(previous);
            assertThat(service.results(id)).isEqualTo(cleanResults());
        }
    }

    @Test
    void a_checkpoint_of_another_job_is_damage() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            JobId other = crashedAtItem6(service);
            JobId id = crashedAtItem6(service);
            disk.write(
                    service.files(id).checkpoint(),
                    disk.bytes(service.files(other).checkpoint()));
            service.service().verbs().resume(id);
            Job completed = service.await(id, Status.COMPLETED);
            assertThat(requireNonNull(requireNonNull(completed.recovery()).reason())
                            .message())
                    .contains("belongs to job " + other);
            assertThat(service.results(id)).isEqualTo(cleanResults());
        }
    }

    @Test
    void a_checkpoint_that_is_gone_is_told() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            JobId id = crashedAtItem6(service);
            Path checkpoint = service.files(id).checkpoint();
            disk.delete(checkpoint);
            service.service().verbs().resume(id);
            Recovery recovery =
                    requireNonNull(service.await(id, Status.COMPLETED).recovery());
            assertThat(recovery.from()).isEqualTo(Recovery.From.PREVIOUS_CHECKPOINT);
            assertThat(requireNonNull(recovery.reason()).code()).isEqualTo(ErrorCode.CHECKPOINT_MISSING);
            assertThat(service.results(id)).isEqualTo(cleanResults());

            JobId both = crashedAtItem6(service);
            disk.delete(service.files(both).checkpoint());
            disk.delete(service.files(both).checkpoint().resolveSibling("checkpoint.previous.json"));
            service.service().verbs().resume(both);
            recovery = requireNonNull(service.await(both, Status.COMPLETED).recovery());
            assertThat(recovery.from()).isEqualTo(Recovery.From.BEGINNING);
            assertThat(requireNonNull(recovery.reason()).code()).isEqualTo(ErrorCode.CHECKPOINT_MISSING);
            assertThat(service.results(both)).isEqualTo(cleanResults());
        }
    }

    @Test
    void results_shorter_than_the_checkpoint_fail_the_job_and_nothing_is_changed() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            for (String name : List.of("results.jsonl", "errors.jsonl")) {
                JobId id = service.submit(spec().failItems(Set.of(1L)).crashAfter(7, CrashPoint.PROCESSING), ITEMS);
                service.await(id, Status.CRASHED);
                Path file = service.files(id).directory().resolve(name);
                byte[] whole = disk.bytes(file);
                byte[] shorter = Arrays.copyOf(whole, whole.length - 1);
                disk.write(file, shorter);
                byte[] checkpoint = disk.bytes(service.files(id).checkpoint());
                for (int attempt = 0; attempt < 2; attempt++) {
                    service.service().verbs().resume(id);
                    Job failed = service.await(id, Status.FAILED);
                    assertThat(reason(failed).code()).isEqualTo(ErrorCode.RESULTS_DAMAGED);
                    assertThat(reason(failed).message()).contains(name, "Nothing was changed");
                    assertThat(disk.bytes(file)).isEqualTo(shorter);
                    assertThat(disk.bytes(service.files(id).checkpoint())).isEqualTo(checkpoint);
                }
                disk.write(file, whole);
                service.service().verbs().resume(id);
                service.await(id, Status.COMPLETED);
            }
        }
    }

    @Test
    void a_damaged_record_makes_the_job_failed_keeps_its_bytes_and_can_only_be_deleted() throws Exception {
        JobId damagedJob;
        JobId other;
        Path record;
        try (TestService service = TestService.start(disk, OPTIONS)) {
            damagedJob = service.submit(spec(), ITEMS);
            other = service.submit(spec(), ITEMS);
            service.await(damagedJob, Status.COMPLETED);
            service.await(other, Status.COMPLETED);
            record = service.files(damagedJob).job();
        }
        byte[] whole = disk.bytes(record);
        for (byte[] bytes : List.of(
                new byte[0],
                "{}".getBytes(StandardCharsets.UTF_8),
                Arrays.copyOf(whole, whole.length - 1),
                flipped(whole))) {
            disk.write(record, bytes);
            try (TestService service = TestService.start(disk, OPTIONS)) {
                assertThat(service.status(other)).isEqualTo(Status.COMPLETED);
                Job job = service.job(damagedJob);
                assertThat(job.status()).isEqualTo(Status.FAILED);
                assertThat(reason(job).code()).isEqualTo(ErrorCode.JOB_RECORD_DAMAGED);
                assertThat(service.service().jobs().view(damagedJob).allowedActions())
                        .containsExactly(Verb.DELETE);
                for (Call call : List.<Call>of(
                        () -> service.service().verbs().resume(damagedJob),
                        () -> service.service().verbs().start(damagedJob),
                        () -> service.service().verbs().pause(damagedJob),
                        () -> service.service().verbs().cancel(damagedJob),
                        () -> service.service().intake().retryFailed(damagedJob, null, null))) {
                    Refused.as(Refusal.NotAllowed.class, call::run);
                }
                assertThat(service.results(damagedJob)).isEmpty();
            }
            assertThat(disk.bytes(record)).isEqualTo(bytes);
        }
        disk.write(record, whole);
        try (TestService service = TestService.start(disk, OPTIONS)) {
            assertThat(service.status(damagedJob)).as("the record was restored").isEqualTo(Status.COMPLETED);
            assertThat(service.results(damagedJob)).isEqualTo(cleanResults());
        }
        disk.delete(record);
        try (TestService service = TestService.start(disk, OPTIONS)) {
            assertThat(service.status(damagedJob)).as("the record is gone").isEqualTo(Status.FAILED);
            service.service().verbs().delete(damagedJob);
        }
        try (TestService service = TestService.start(disk, OPTIONS)) {
            assertThat(service.service().jobs().newest(10)).hasSize(1);
        }
    }

    private interface Call {
        void run() throws Exception;
    }

    private static byte[] flipped(byte[] bytes) {
        byte[] other = bytes.clone();
        other[other.length / 2] ^= 1;
        return other;
    }

    @Test
    void an_upload_that_is_gone_or_changed_fails_the_job_until_it_is_back() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            String file = service.upload("a\nb\nc\nd\ne\nf\ng\nh\n");
            JobId id = service.submit(spec().over(new InputSpec.Upload(file)).crashAfter(7, CrashPoint.PROCESSING));
            service.await(id, Status.CRASHED);
            String committed = service.results(id);
            Path content = TestService.DATA.resolve("files").resolve(file).resolve("content");
            byte[] bytes = disk.bytes(content);

            disk.delete(content);
            resumeAndFail(service, id, ErrorCode.INPUT_MISSING, "no longer exists", committed);
            disk.write(content, "a\nb\nc\nd\ne\nf\ng\n".getBytes(StandardCharsets.UTF_8));
            resumeAndFail(service, id, ErrorCode.INPUT_CHANGED, "has changed", committed);
            disk.write(content, "a\nb\nc\nd\ne\nf\ng\nH\n".getBytes(StandardCharsets.UTF_8));
            resumeAndFail(service, id, ErrorCode.INPUT_CHANGED, "has changed", committed);
            disk.write(content, bytes);
            service.service().verbs().resume(id);
            service.await(id, Status.COMPLETED);
            assertThat(service.results(id)).isEqualTo(cleanResults());
        }
    }

    private static void resumeAndFail(TestService service, JobId id, ErrorCode code, String message, String committed)
            throws Exception {
        service.service().verbs().resume(id);
        Job failed = service.await(id, Status.FAILED);
        assertThat(reason(failed).code()).isEqualTo(code);
        assertThat(reason(failed).message()).contains(message);
        assertThat(service.results(id)).isEqualTo(committed);
        assertThat(service.nextItem(id)).isEqualTo(6);
    }

    private static NewJob keyed(String key, String digest) {
        return new NewJob(spec().build(), List.of(ITEMS), new IdempotencyKey(key, digest));
    }

    @Test
    void a_key_makes_one_job_also_after_a_restart_until_the_job_is_deleted() throws Exception {
        JobId id;
        try (TestService service = TestService.start(disk, OPTIONS)) {
            Intake.Submitted first = service.service().intake().submit(keyed("k", "1"));
            id = first.view().job().id();
            assertThat(first.replayed()).isFalse();
            Intake.Submitted again = service.service().intake().submit(keyed("k", "1"));
            assertThat(again.replayed()).isTrue();
            assertThat(again.view().job().id()).isEqualTo(id);
            assertThat(Refused.as(
                                    Refusal.KeyUsed.class,
                                    () -> service.service().intake().submit(keyed("k", "2")))
                            .key())
                    .isEqualTo("k");
            assertThat(service.service().intake().submit(keyed("K", "1")).replayed())
                    .isFalse();
        }
        disk.restorePower();
        try (TestService service = TestService.start(disk, OPTIONS)) {
            Intake.Submitted again = service.service().intake().submit(keyed("k", "1"));
            assertThat(again.replayed()).isTrue();
            assertThat(again.view().job().id()).isEqualTo(id);
            service.await(id, Status.COMPLETED);
            service.service().verbs().delete(id);
            Intake.Submitted other = service.service().intake().submit(keyed("k", "2"));
            assertThat(other.replayed()).isFalse();
        }
    }

    @Test
    void a_key_that_is_sent_twice_at_the_same_time_makes_one_job() throws Exception {
        GatedDisk gated = new GatedDisk(disk, "1.log", 1); // the start of the service forces it too
        ExecutorService clients = Executors.newFixedThreadPool(2);
        try (TestService service = TestService.start(gated, OPTIONS)) {
            Future<Intake.Submitted> first =
                    clients.submit(() -> service.service().intake().submit(keyed("k", "1")));
            Await.until("the first submission waits for the disk", gated::isReached);
            Future<Intake.Submitted> second =
                    clients.submit(() -> service.service().intake().submit(keyed("k", "1")));
            assertThatThrownBy(() -> service.service().intake().submit(keyed("k", "2")))
                    .isInstanceOf(RefusedException.class);
            gated.openGate();
            Intake.Submitted made = Await.result(first);
            Intake.Submitted replayed = Await.result(second);
            assertThat(made.replayed()).isFalse();
            assertThat(replayed.replayed()).isTrue();
            assertThat(replayed.view().job().id()).isEqualTo(made.view().job().id());
            assertThat(service.service().jobs().newest(10)).hasSize(1);
        } finally {
            clients.shutdown();
        }
    }

    @Test
    void a_key_whose_submission_failed_is_taken_by_the_one_that_waited_for_it() throws Exception {
        GatedDisk gated = new GatedDisk(disk, "1.log", 1); // the start of the service forces it too
        ExecutorService clients = Executors.newFixedThreadPool(2);
        try (TestService service = TestService.start(gated, OPTIONS)) {
            Future<Intake.Submitted> first =
                    clients.submit(() -> service.service().intake().submit(keyed("k", "1")));
            Await.until("the first submission waits for the disk", gated::isReached);
            Future<Intake.Submitted> second =
                    clients.submit(() -> service.service().intake().submit(keyed("k", "1")));
            disk.failAt(disk.operations() + 1, new IOException("Input/output error"));
            gated.openGate();
            assertThatThrownBy(() -> Await.result(first)).hasRootCauseInstanceOf(IOException.class);
            assertThat(Await.result(second).replayed()).isFalse();
            assertThat(service.service().jobs().newest(10)).hasSize(1);
        } finally {
            clients.shutdown();
        }
    }
}
