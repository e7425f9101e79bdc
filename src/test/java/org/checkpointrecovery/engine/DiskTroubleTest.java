package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.IdempotencyKey;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.DiskFullException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a job when the disk fills up, or fails once, at any operation of its life. */
class DiskTroubleTest {
    private static final int FIRST_OPERATION = 3; // those before make the data directory
    private static final TestService.Options OPTIONS =
            TestService.Options.of(TestService.DATA).maxQueued(1);
    private static final IdempotencyKey KEY = new IdempotencyKey("key", "0".repeat(64));
    private static final String[] ITEMS = {"one", "two", "three", "four", "five", "six", "seven", "eight"};

    /** What happens to the disk. */
    enum Trouble {
        /** From the operation on, until space is freed. */
        FULL,
        /** Once. */
        IO_ERROR;

        void at(CrashingDisk disk, int operation) {
            if (this == FULL) {
                disk.fillUpAt(operation);
            } else {
                disk.failAt(operation, new IOException("Input/output error"));
            }
        }

        ErrorCode code() {
            return this == FULL ? ErrorCode.DISK_FULL : ErrorCode.IO_ERROR;
        }
    }

    private static TestSpec spec(int parallelism) {
        return TestSpec.spec().commit(CommitMode.EACH).parallelism(parallelism).failItems(Set.of(1L, 3L, 4L, 5L));
    }

    @ParameterizedTest
    @CsvSource({"FULL,1", "FULL,3", "IO_ERROR,1", "IO_ERROR,3"})
    void a_job_fails_with_the_reason_and_goes_on_when_the_trouble_is_over(Trouble trouble, int parallelism)
            throws Exception {
        List<String> clean = cleanRun(parallelism);
        int failed = 0;
        int refused = 0;
        int operation = FIRST_OPERATION;
        for (boolean reached = true; reached; operation++) {
            CrashingDisk disk = CrashedJob.emptyDisk(operation);
            trouble.at(disk, operation);
            try {
                Client client = new Client(disk, trouble);
                client.live(spec(parallelism), clean);
                failed += client.failed;
                refused += client.refused;
                reached = client.operations >= operation;
            } catch (AssertionError | Exception e) {
                throw new AssertionError("trouble at operation " + operation + ": " + e.getMessage(), e);
            }
        }
        assertThat(operation).isGreaterThan(60);
        assertThat(failed).isGreaterThan(20);
        assertThat(refused).isGreaterThan(3);
    }

    /** Results and errors. */
    private static List<String> cleanRun(int parallelism) throws Exception {
        CrashingDisk disk = CrashedJob.emptyDisk(0);
        try (TestService service = TestService.start(disk, OPTIONS)) {
            JobId id = service.submit(spec(parallelism), ITEMS);
            service.await(id, Status.COMPLETED);
            return filesOf(disk, service, id);
        }
    }

    private static List<String> filesOf(CrashingDisk disk, TestService service, JobId id) {
        return List.of(
                disk.text(service.files(id).results()),
                disk.text(service.files(id).errors()));
    }

    /** Sends a job, again where that failed, and brings it to its end, with one restart of the service. */
    private static final class Client {
        private final CrashingDisk disk;
        private final Trouble trouble;
        private int refused;
        private int failed;
        private int operations; // in the first life

        Client(CrashingDisk disk, Trouble trouble) {
            this.disk = disk;
            this.trouble = trouble;
        }

        void live(TestSpec spec, List<String> clean) throws Exception {
            JobId id;
            JobId second;
            try (TestService service = open()) {
                id = submit(service, new NewJob(spec.build(), List.of(ITEMS), KEY));
                complete(service, id, clean);
                // The service lives, and has room for as many jobs in line as before.
                second = submit(service, new NewJob(spec.build(), List.of(ITEMS), null));
                complete(service, second, clean);
                assertThat(filesOf(disk, service, id)).isEqualTo(clean);
            }
            operations = disk.operations();
            disk.mend();
            disk.restorePower();
            try (TestService service = TestService.start(disk, OPTIONS)) {
                assertThat(disk.list(TestService.DATA.resolve("jobs")))
                        .containsExactly(
                                service.files(id).directory(),
                                service.files(second).directory());
                for (JobId each : List.of(id, second)) {
                    assertThat(service.status(each)).isEqualTo(Status.COMPLETED);
                    assertThat(filesOf(disk, service, each)).isEqualTo(clean);
                    assertThat(disk.exists(service.files(each).checkpoint())).isFalse();
                }
            }
        }

        /** A data directory that cannot be made when the disk is full keeps the service from starting: nothing is in it. */
        private TestService open() throws IOException {
            try {
                return TestService.start(disk, OPTIONS);
            } catch (IOException e) {
                disk.freeSpace();
                return TestService.start(disk, OPTIONS);
            }
        }

        private JobId submit(TestService service, NewJob job) throws Exception {
            int before = service.service().jobs().newest(10).size();
            try {
                return service.service().intake().submit(job).view().job().id();
            } catch (IOException e) {
                refused++;
                assertThat(e instanceof DiskFullException).isEqualTo(trouble == Trouble.FULL);
                assertThat(service.service().jobs().newest(10)).hasSize(before);
                disk.freeSpace();
                Intake.Submitted again = service.service().intake().submit(job);
                assertThat(again.replayed()).isFalse();
                return again.view().job().id();
            }
        }

        private void complete(TestService service, JobId id, List<String> clean) throws Exception {
            Await.until(
                    "the run ends",
                    () -> Set.of(Status.FAILED, Status.COMPLETED).contains(service.status(id)));
            Job job = service.job(id);
            if (job.status() == Status.FAILED) {
                failed++;
                Reason reason = requireNonNull(job.state().reason());
                assertThat(reason.code()).as(reason.message()).isEqualTo(trouble.code());
                assertThat(job.runs()).allMatch(run -> run.ending() != null);
                assertThat(clean.get(0)).startsWith(service.results(id));
                assertThat(clean.get(1)).startsWith(service.errors(id));
                disk.freeSpace();
                service.service().verbs().resume(id);
                Job completed = service.await(id, Status.COMPLETED);
                assertThat(completed.runs().get(completed.runs().size() - 1).ending())
                        .isNotNull()
                        .extracting(Run.Ending::end)
                        .isEqualTo(Run.End.COMPLETED);
            }
            assertThat(service.job(id).totalItems()).isEqualTo(ITEMS.length);
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_upload_that_fails_leaves_nothing_and_can_be_sent_again(Trouble trouble) throws Exception {
        byte[] content = "one\ntwo\n".getBytes(StandardCharsets.UTF_8);
        int refused = 0;
        int operation = FIRST_OPERATION + 6;
        for (boolean reached = true; reached; operation++) {
            CrashingDisk disk = CrashedJob.emptyDisk(operation);
            List<String> sent = new ArrayList<>();
            try (TestService service = TestService.start(disk, OPTIONS)) {
                trouble.at(disk, operation);
                try {
                    sent.add(service.service()
                            .uploads()
                            .receive("a", new ByteArrayInputStream(content), 100)
                            .id());
                } catch (IOException e) {
                    refused++;
                    assertThat(e instanceof DiskFullException).isEqualTo(trouble == Trouble.FULL);
                    assertThat(service.service().uploads().list()).isEmpty();
                }
                reached = disk.operations() >= operation;
                disk.mend();
                sent.add(service.service()
                        .uploads()
                        .receive("b", new ByteArrayInputStream(content), 100)
                        .id());
            }
            disk.mend();
            disk.restorePower();
            try (TestService service = TestService.start(disk, OPTIONS)) {
                assertThat(service.service().uploads().list())
                        .as("trouble at operation %d", operation)
                        .extracting(file -> file.id())
                        .containsExactlyInAnyOrderElementsOf(sent);
                assertThat(disk.list(TestService.DATA.resolve("files"))).hasSameSizeAs(sent);
                JobId id = service.submit(spec(1).over(new InputSpec.Upload(sent.get(sent.size() - 1))));
                assertThat(service.await(id, Status.COMPLETED).totalItems()).isEqualTo(2);
            }
        }
        assertThat(refused).isGreaterThan(5);
    }

    @ParameterizedTest
    @EnumSource
    void a_delete_that_fails_changes_nothing(Trouble trouble) throws Exception {
        byte[] content = "one\ntwo\n".getBytes(StandardCharsets.UTF_8);
        int refused = 0;
        int operation = 1;
        for (boolean reached = true; reached; operation++) {
            CrashingDisk disk = CrashedJob.emptyDisk(operation);
            try (TestService service = TestService.start(disk, OPTIONS)) {
                JobService opened = service.service();
                String file = opened.uploads()
                        .receive("a", new ByteArrayInputStream(content), 100)
                        .id();
                JobId id = service.submit(spec(1).over(new InputSpec.Upload(file)));
                service.await(id, Status.COMPLETED);
                Await.until(
                        "the run is over", () -> !disk.exists(service.files(id).checkpoint()));
                String results = service.results(id);
                int last = disk.operations() + operation;
                trouble.at(disk, last);
                try {
                    opened.verbs().delete(id);
                } catch (IOException e) {
                    refused++;
                    assertThat(service.results(id)).isEqualTo(results);
                    disk.freeSpace();
                    opened.verbs().delete(id);
                }
                try {
                    opened.uploads().delete(file);
                } catch (IOException e) {
                    refused++;
                    assertThat(opened.uploads().file(file).bytes()).isEqualTo(content.length);
                    disk.freeSpace();
                    opened.uploads().delete(file);
                }
                reached = disk.operations() >= last;
                assertThat(opened.uploads().list()).isEmpty();
                assertThat(opened.jobs().newest(10)).isEmpty();
            }
            disk.mend();
            disk.restorePower();
            try (TestService service = TestService.start(disk, OPTIONS)) {
                assertThat(service.service().uploads().list())
                        .as("trouble %d", operation)
                        .isEmpty();
                assertThat(service.service().jobs().newest(10))
                        .as("trouble %d", operation)
                        .isEmpty();
                assertThat(disk.list(TestService.DATA.resolve("jobs"))).isEmpty();
                assertThat(disk.list(TestService.DATA.resolve("files"))).isEmpty();
            }
        }
        assertThat(operation).isGreaterThan(10);
        assertThat(refused).isEqualTo(trouble == Trouble.FULL ? 0 : 4);
    }

    @Test
    void a_service_started_on_a_full_disk_starts_and_reads_and_refuses_writes() throws Exception {
        CrashingDisk disk = CrashedJob.emptyDisk(1);
        JobId completed;
        JobId interrupted;
        String results;
        try (TestService service = TestService.start(disk, OPTIONS)) {
            completed = service.submit(spec(1), ITEMS);
            service.await(completed, Status.COMPLETED);
            results = service.results(completed);
            disk.cutPowerAt(disk.operations() + 36);
            interrupted = service.submit(spec(1), ITEMS);
            Await.until("the power is cut", disk::isPowerCut);
        }
        disk.restorePower();
        disk.fillUpAt(disk.operations() + 1);
        try (TestService service = TestService.start(disk, OPTIONS)) {
            long committed = service.nextItem(interrupted);
            assertThat(committed).isIn(3L, 6L);
            assertThat(service.results(completed)).isEqualTo(results);
            Await.until("the job is FAILED", () -> service.status(interrupted) == Status.FAILED);
            assertThat(service.job(interrupted).state().reason())
                    .extracting(Reason::code)
                    .isEqualTo(ErrorCode.DISK_FULL);
            assertThat(service.nextItem(interrupted)).isEqualTo(committed);
            assertThatThrownBy(() -> service.submit(spec(1), ITEMS)).isInstanceOf(DiskFullException.class);
            assertThatThrownBy(() -> service.service().verbs().cancel(interrupted))
                    .isInstanceOf(DiskFullException.class);
            assertThat(service.status(interrupted)).isEqualTo(Status.FAILED);
            disk.freeSpace();
            service.service().verbs().resume(interrupted);
            service.await(interrupted, Status.COMPLETED);
            assertThat(service.results(interrupted)).isEqualTo(results);
        }
    }
}
