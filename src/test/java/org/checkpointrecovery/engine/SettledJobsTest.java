package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.IdempotencyKey;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.NameChange;
import org.checkpointrecovery.job.OnItemError;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.FaultyDisk;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs that have ended are found through the index, and their records are read when somebody asks. */
class SettledJobsTest {
    private static final TestService.Options OPTIONS = TestService.Options.of(TestService.DATA);
    private static final Path INDEX = TestService.DATA.resolve("jobs.index");

    private CrashingDisk disk;
    private JobId completed;
    private JobId failed;
    private JobId cancelled;

    /** Counts reads of records. */
    private static final class CountedReads extends ForwardingDisk {
        final AtomicInteger records = new AtomicInteger();

        CountedReads(Disk disk) {
            super(disk);
        }

        @Override
        public byte[] read(Path file) throws IOException {
            if (file.endsWith("job.json")) {
                records.incrementAndGet();
            }
            return super.read(file);
        }
    }

    @BeforeEach
    void three_settled_jobs() throws Exception {
        disk = CrashedJob.emptyDisk(1);
        try (TestService service = TestService.start(disk, OPTIONS)) {
            completed = service.submit(TestSpec.spec().failItems(Set.of(1L)), "a", "b");
            String file = service.upload("a\nb\n");
            failed = service.submit(TestSpec.spec()
                    .over(new InputSpec.Upload(file))
                    .batchSize(1)
                    .failItems(Set.of(1L))
                    .onItemError(OnItemError.FAIL));
            cancelled = service.submit(TestSpec.spec().notStarted(), "a");
            service.await(completed, Status.COMPLETED);
            service.await(failed, Status.FAILED);
            Await.until("its items are counted", () -> service.job(failed).totalItems() != null);
            service.service().verbs().cancel(cancelled);
        }
    }

    private void assertFound(Disk on, int recordsRead) throws Exception {
        CountedReads counted = new CountedReads(on);
        try (TestService service = TestService.start(counted, OPTIONS)) {
            assertThat(counted.records).hasValue(recordsRead);
            JobRegistry jobs = service.service().jobs();
            assertThat(jobs.count(Status.COMPLETED)).isOne();
            assertThat(jobs.count(Status.FAILED)).isOne();
            assertThat(jobs.count(Status.CANCELLED)).isOne();
            assertThat(TestService.inState(jobs, Status.FAILED)).hasSize(1);
            assertThat(service.status(completed)).isEqualTo(Status.COMPLETED);
            assertThat(service.status(failed)).isEqualTo(Status.FAILED);
            assertThat(service.status(cancelled)).isEqualTo(Status.CANCELLED);
            assertThat(service.nextItem(failed)).isOne();
            assertThat(service.results(completed).lines()).hasSize(1);
        }
    }

    @Test
    void a_start_reads_no_record_of_a_job_that_is_unchanged() throws Exception {
        assertFound(disk, 0);
        assertFound(disk, 0);
    }

    @Test
    void only_the_jobs_that_a_list_shows_are_read() throws Exception {
        CountedReads counted = new CountedReads(disk);
        try (TestService service = TestService.start(counted, OPTIONS)) {
            JobRegistry jobs = service.service().jobs();
            assertThat(jobs.unended()).isEmpty();
            assertThat(counted.records).hasValue(0);
            assertThat(TestService.inState(jobs, Status.COMPLETED)).hasSize(1);
            assertThat(TestService.inState(jobs, Status.COMPLETED)).hasSize(1);
            assertThat(counted.records).hasValue(1);
            assertThat(jobs.newest(10))
                    .extracting(view -> view.job().id())
                    .containsExactly(cancelled, failed, completed);
            assertThat(counted.records).hasValue(3);
        }
    }

    @Test
    void a_missing_damaged_or_foreign_index_is_built_again() throws Exception {
        String index = disk.text(INDEX);
        List<String> lines = index.lines().toList();
        for (String other : List.of(
                "",
                "\n",
                "jobs-index 4 00000000\n",
                index.substring(0, lines.get(0).length() + 1),
                "x" + index,
                index.replaceFirst("index 3", "index 2"),
                index.replaceAll("[0-9a-f]{8}\n", "00000000\n"))) {
            disk.write(INDEX, other.getBytes(StandardCharsets.ISO_8859_1));
            assertFound(disk, 3);
            assertThat(disk.text(INDEX)).isEqualTo(index);
        }
        disk.delete(INDEX);
        assertFound(disk, 3);
        assertThat(disk.text(INDEX)).isEqualTo(index);
    }

    @Test
    void a_torn_index_is_believed_only_as_far_as_its_lines_are_whole() throws Exception {
        String index = disk.text(INDEX);
        int second = index.indexOf('\n', index.indexOf('\n') + 1) + 1;
        disk.write(INDEX, index.substring(0, second + 20).getBytes(StandardCharsets.ISO_8859_1));
        assertFound(disk, 2);
        disk.write(INDEX, index.replace("CANCELLED", "COMPLETED").getBytes(StandardCharsets.ISO_8859_1));
        assertFound(disk, 1);
    }

    @Test
    void a_power_cut_may_tear_the_index() throws Exception {
        for (long seed = 0; seed < 40; seed++) {
            disk = CrashedJob.emptyDisk(seed);
            three_settled_jobs(); // on a disk of its own
            disk.restorePower();
            try (TestService service = TestService.start(disk, OPTIONS)) {
                assertThat(service.status(completed)).isEqualTo(Status.COMPLETED);
                assertThat(service.status(failed)).isEqualTo(Status.FAILED);
                assertThat(service.status(cancelled)).isEqualTo(Status.CANCELLED);
                assertThat(service.service().jobs().count(Status.FAILED)).isOne();
            }
        }
    }

    @Test
    void a_record_that_is_newer_than_the_index_is_read() throws Exception {
        byte[] stale = disk.bytes(INDEX);
        try (TestService service = TestService.start(disk, OPTIONS)) {
            service.service().verbs().cancel(failed);
        }
        disk.write(INDEX, stale); // as after a kill: the index was not written again
        disk.restorePower();
        try (TestService service = TestService.start(disk, OPTIONS)) {
            JobRegistry jobs = service.service().jobs();
            assertThat(jobs.status(failed)).isEqualTo(Status.CANCELLED);
            assertThat(jobs.count(Status.CANCELLED)).isEqualTo(2);
            assertThat(jobs.count(Status.FAILED)).isZero();
            assertThat(TestService.inState(jobs, Status.CANCELLED)).hasSize(2);
        }
    }

    @Test
    void a_changed_name_and_labels_survive_a_power_cut_whatever_the_index_says() throws Exception {
        NameChange change = new NameChange(true, "later", false, Map.of("team", "blue"), Set.of());
        for (long seed = 0; seed < 20; seed++) {
            disk = CrashedJob.emptyDisk(seed);
            three_settled_jobs(); // on a disk of its own
            TestService service = TestService.start(disk, OPTIONS);
            service.service().verbs().rename(completed, change);
            service.service().verbs().rename(cancelled, change);
            disk.cutPowerAt(disk.operations() + 1); // nothing is written any more
            service.close();
            disk.restorePower();
            for (int start = 0; start < 2; start++) { // from the records, then from the index
                try (TestService again = TestService.start(disk, OPTIONS)) {
                    JobQuery.Filter blue = new JobQuery.Filter(
                            Set.of(),
                            List.of(new JobQuery.LabelFilter("team", "blue")),
                            "later",
                            null,
                            JobQuery.Filter.ALL.created(),
                            null);
                    JobPage page =
                            again.service().jobs().list(new JobQuery(blue, JobQuery.Order.NEWEST_FIRST, null), 10);
                    assertThat(page.jobs()).extracting(view -> view.job().id()).containsExactly(cancelled, completed);
                    assertThat(page.jobs())
                            .allMatch(view ->
                                    "later".equals(view.job().validSpec().name()));
                }
            }
        }
    }

    @Test
    void a_record_that_was_taken_back_since_the_index_was_written_is_read_and_the_job_goes_on() throws Exception {
        Path record;
        JobId id;
        byte[] before;
        try (TestService service = TestService.start(disk, OPTIONS)) {
            id = service.submit(TestSpec.spec().notStarted(), "a", "b");
            record = service.files(id).job();
            Path written = record;
            Await.until("its record is written", () -> disk.exists(written));
            before = disk.bytes(record);
            service.service().verbs().start(id);
            service.await(id, Status.COMPLETED);
        }
        assertThat(disk.text(INDEX)).contains(id + " COMPLETED");
        disk.write(INDEX, disk.bytes(INDEX)); // nobody forces it, but it may reach the medium first
        disk.write(record, before);
        disk.restorePower();
        try (TestService service = TestService.start(disk, OPTIONS)) {
            assertThat(service.service().jobs().status(id)).isEqualTo(Status.CREATED);
            service.service().verbs().start(id);
            service.await(id, Status.COMPLETED);
            assertThat(service.results(id).lines()).hasSize(2);
        }
    }

    @Test
    void what_appears_in_the_directory_of_a_settled_job_is_removed_at_the_next_start() throws Exception {
        Path checkpoint;
        Path checkpointOfFailed;
        try (TestService service = TestService.start(disk, OPTIONS)) {
            checkpoint = service.files(completed).checkpoint();
            checkpointOfFailed = service.files(failed).checkpoint();
        }
        disk.write(checkpoint, disk.bytes(checkpointOfFailed));
        TestService.start(disk, OPTIONS).close();
        assertThat(disk.exists(checkpoint)).isFalse();
        assertThat(disk.exists(checkpointOfFailed)).isTrue();
    }

    @Test
    void a_record_that_is_damaged_while_the_service_runs_makes_the_job_failed() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            disk.write(service.files(completed).job(), new byte[] {'x'});
            Job damaged = service.job(completed);
            assertThat(damaged.status()).isEqualTo(Status.FAILED);
            assertThat(damaged.state().reason()).isNotNull().extracting("code").isEqualTo(ErrorCode.JOB_RECORD_DAMAGED);
            assertThat(service.service().jobs().count(Status.COMPLETED)).isZero();
            assertThat(service.service().jobs().count(Status.FAILED)).isEqualTo(2);
            assertThat(TestService.inState(service.service().jobs(), Status.COMPLETED))
                    .isEmpty();
            service.service().verbs().delete(completed);
            assertThat(service.service().jobs().count(Status.FAILED)).isOne();
        }
    }

    @Test
    void a_record_that_cannot_be_read_now_can_be_read_later() throws Exception {
        FaultyDisk faulty = new FaultyDisk(disk);
        try (TestService service = TestService.start(faulty, OPTIONS)) {
            for (JobId id : List.of(completed, failed, cancelled)) {
                faulty.failAt(1, id.equals(failed) ? FaultyDisk.Fault.NO_DESCRIPTORS : FaultyDisk.Fault.IO_ERROR);
                assertThatThrownBy(() -> service.job(id)).isInstanceOf(IOException.class);
                assertThat(faulty.mend()).contains("job.json");
                assertThat(service.job(id).spec()).isNotNull();
            }
            assertThat(service.service().jobs().count(Status.FAILED)).isOne();
        }
    }

    @Test
    void a_job_has_one_entry_however_many_ask_for_it() throws Exception {
        CountedReads counted = new CountedReads(disk);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (TestService service = TestService.start(counted, OPTIONS)) {
            CountDownLatch together = new CountDownLatch(8);
            List<Future<JobEntry>> entries = IntStream.range(0, 8)
                    .mapToObj(i -> threads.submit(() -> {
                        together.countDown();
                        together.await();
                        return service.service().jobs().entry(failed);
                    }))
                    .toList();
            JobEntry first = entries.get(0).get();
            for (Future<JobEntry> entry : entries) {
                assertThat(entry.get()).isSameAs(first);
            }
            assertThat(counted.records).hasValue(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void a_settled_job_that_is_resumed_stays_in_memory_until_it_ends_again() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            service.service().verbs().resume(failed);
            service.await(failed, Status.FAILED);
            assertThat(service.job(failed).runs()).hasSize(2);
        }
        assertFound(disk, 0);
    }

    @Test
    void a_key_of_a_settled_job_still_makes_one_job() throws Exception {
        JobId id;
        try (TestService service = TestService.start(disk, OPTIONS)) {
            id = submit(service, "k", "1").view().job().id();
            service.await(id, Status.COMPLETED);
            assertThat(submit(service, "k", "1").view().job().id()).isEqualTo(id);
        }
        try (TestService service = TestService.start(disk, OPTIONS)) {
            assertThat(submit(service, "k", "1").view().job().id()).isEqualTo(id);
            Refused.as(Refusal.KeyUsed.class, () -> submit(service, "k", "2"));
            service.service().verbs().delete(id);
            Intake.Submitted another = submit(service, "k", "2");
            assertThat(another.replayed()).isFalse();
            service.await(another.view().job().id(), Status.COMPLETED);
        }
    }

    private static Intake.Submitted submit(TestService service, String key, String digest) throws Exception {
        return service.service()
                .intake()
                .submit(new NewJob(TestSpec.spec().build(), List.of("a"), new IdempotencyKey(key, digest)));
    }

    @Test
    void an_upload_is_needed_by_a_failed_job_and_no_longer_once_it_is_cancelled() throws Exception {
        try (TestService service = TestService.start(disk, OPTIONS)) {
            String file = service.service().uploads().list().get(0).id();
            Refused.as(
                    Refusal.FileInUse.class, () -> service.service().uploads().delete(file));
            service.service().verbs().cancel(failed);
            service.service().uploads().delete(file);
        }
    }

    @Test
    void the_family_of_a_settled_job_is_found_without_reading_other_jobs() throws Exception {
        JobId child;
        try (TestService service = TestService.start(disk, OPTIONS)) {
            child = service.service()
                    .intake()
                    .retryFailed(completed, null, null)
                    .view()
                    .job()
                    .id();
            service.await(child, Status.COMPLETED);
        }
        CountedReads counted = new CountedReads(disk);
        try (TestService service = TestService.start(counted, OPTIONS)) {
            service.service().outputs().mergedResults(child).close();
            assertThat(counted.records).hasValue(2);
        }
    }
}
