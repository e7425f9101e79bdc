package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.OnItemError;
import org.checkpointrecovery.job.Retention;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.checkpointrecovery.storage.UploadedFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What has expired is deleted as a client would delete it, and nothing else is. */
class RetentionSweepTest {
    private static final Duration MONTH = Duration.ofDays(30);
    private static final Duration INSTANT = Duration.ofMillis(1);
    private static final Retention JOBS = new Retention(MONTH, null);
    private static final Retention FILES = new Retention(null, MONTH);

    private final SetClock clock = new SetClock();
    private CrashingDisk disk;

    @BeforeEach
    void an_empty_disk() throws IOException {
        disk = CrashedJob.emptyDisk(1);
    }

    private TestService.Options options(Retention retention) {
        return TestService.Options.of(TestService.DATA).clock(clock).retention(retention);
    }

    private TestService start(Retention retention) throws IOException {
        return TestService.start(disk, options(retention));
    }

    private static TestSpec failing() {
        return TestSpec.spec().batchSize(1).failItems(Set.of(1L)).onItemError(OnItemError.FAIL);
    }

    private static JobId ended(TestService service, TestSpec spec, Status end) throws Exception {
        JobId id = service.submit(spec, "a", "b", "c");
        service.await(id, end);
        awaitRest(service, id);
        return id;
    }

    /** Waits until the run has left the job, shortly after the job shows its end. */
    private static void awaitRest(TestService service, JobId id) throws Exception {
        Await.until("job is at rest", () -> service.service().jobs().entry(id).hasSettled());
    }

    private static JobId completed(TestService service) throws Exception {
        return ended(service, TestSpec.spec(), Status.COMPLETED);
    }

    private static void sweep(TestService service) {
        service.service().sweep().sweep();
    }

    private static boolean has(TestService service, JobId id) {
        return service.service().jobs().has(id);
    }

    private static List<String> files(TestService service) {
        return service.service().uploads().list().stream().map(UploadedFile::id).toList();
    }

    @Test
    void jobs_that_have_ended_are_deleted_once_their_time_is_over() throws Exception {
        try (TestService service = start(JOBS)) {
            JobId completed = completed(service);
            JobId failed = ended(service, failing(), Status.FAILED);
            JobId cancelled = service.submit(TestSpec.spec().notStarted(), "a");
            service.service().verbs().cancel(cancelled);
            clock.advance(MONTH.minus(INSTANT));
            sweep(service);
            assertThat(service.service().jobs().size()).isEqualTo(3);
            clock.advance(INSTANT);
            sweep(service);
            for (JobId id : List.of(completed, failed, cancelled)) {
                Refused.as(Refusal.NoSuchJob.class, () -> service.job(id));
                assertThat(disk.exists(service.files(id).directory())).isFalse();
            }
            assertThat(service.service().sweep().jobs()).isEqualTo(3);
            assertThat(service.service().sweep().files()).isZero();
        }
    }

    @Test
    void the_oldest_are_deleted_first() throws Exception {
        List<JobId> deleted = new ArrayList<>();
        try (TestService service = start(JOBS)) {
            List<JobId> ids = List.of(completed(service), completed(service), completed(service));
            service.service().watch(new JobWatcher() {
                @Override
                public void deleted(JobId id) {
                    deleted.add(id);
                }
            });
            clock.advance(MONTH);
            sweep(service);
            assertThat(deleted).isEqualTo(ids);
        }
    }

    @Test
    void jobs_that_wait_for_somebody_are_kept() throws Exception {
        try (TestService service = start(JOBS)) {
            JobId created = service.submit(TestSpec.spec().notStarted().retainFor(MONTH), "a");
            JobId crashed = service.submit(TestSpec.spec().crashAfter(2, CrashPoint.PROCESSING), "a", "b", "c");
            service.await(crashed, Status.CRASHED);
            String[] items = IntStream.range(0, 1000).mapToObj(i -> "item " + i).toArray(String[]::new);
            JobId paused = service.submit(TestSpec.spec().batchSize(1).itemDelay(Duration.ofMillis(100)), items);
            service.service().verbs().pause(paused);
            service.await(paused, Status.PAUSED);
            clock.advance(MONTH.multipliedBy(100));
            sweep(service);
            assertThat(List.of(created, crashed, paused)).allMatch(id -> has(service, id));
        }
    }

    @Test
    void nothing_is_deleted_unless_that_was_asked_for() throws Exception {
        try (TestService service = start(Retention.UNLIMITED)) {
            JobId id = completed(service);
            String file = service.upload("a\n");
            clock.advance(MONTH.multipliedBy(1000));
            sweep(service);
            assertThat(has(service, id)).isTrue();
            assertThat(files(service)).containsExactly(file);
        }
    }

    @Test
    void the_time_in_a_spec_takes_precedence_and_retries_inherit_it() throws Exception {
        try (TestService service = start(JOBS)) {
            JobId kept = ended(service, TestSpec.spec().retainFor(MONTH.multipliedBy(2)), Status.COMPLETED);
            JobId parent = ended(
                    service, TestSpec.spec().failItems(Set.of(1L)).retainFor(Duration.ofDays(1)), Status.COMPLETED);
            JobId retry = service.service()
                    .intake()
                    .retryFailed(parent, null, null)
                    .view()
                    .job()
                    .id();
            service.await(retry, Status.COMPLETED);
            awaitRest(service, retry);
            clock.advance(Duration.ofDays(1));
            sweep(service);
            assertThat(has(service, parent)).isFalse();
            assertThat(has(service, retry)).isFalse();
            clock.advance(MONTH);
            sweep(service);
            assertThat(has(service, kept)).isTrue();
        }
    }

    @Test
    void a_failed_job_that_is_resumed_is_kept_until_it_has_ended_for_long_again() throws Exception {
        try (TestService service = start(JOBS)) {
            JobId id = ended(service, failing(), Status.FAILED);
            clock.advance(MONTH.minus(INSTANT));
            service.service().verbs().resume(id);
            service.await(id, Status.FAILED);
            awaitRest(service, id);
            clock.advance(MONTH.minus(INSTANT));
            sweep(service);
            assertThat(has(service, id)).isTrue();
            clock.advance(INSTANT);
            sweep(service);
            assertThat(has(service, id)).isFalse();
        }
    }

    /** Counts reads of records. */
    private static final class CountedReads extends ForwardingDisk {
        private final AtomicInteger records = new AtomicInteger();

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

    @Test
    void another_setting_at_a_restart_applies_to_all_jobs_and_reads_no_record_of_those_that_stay() throws Exception {
        JobId old;
        try (TestService service = start(Retention.UNLIMITED)) {
            old = completed(service);
            clock.advance(MONTH);
            ended(service, TestSpec.spec().retainFor(MONTH.multipliedBy(3)), Status.COMPLETED);
            completed(service);
        }
        CountedReads counted = new CountedReads(disk);
        try (TestService service = TestService.start(counted, options(JOBS))) {
            clock.advance(MONTH.minus(INSTANT));
            assertThat(counted.records).hasValue(0);
            sweep(service);
            assertThat(counted.records).hasValue(1);
            assertThat(has(service, old)).isFalse();
            assertThat(service.service().jobs().size()).isEqualTo(2);
        }
        try (TestService service = start(JOBS)) { // what the first one stored of each job
            clock.advance(INSTANT);
            sweep(service);
            assertThat(service.service().jobs().size()).isOne();
        }
    }

    @Test
    void a_file_is_kept_while_a_job_needs_it_and_some_time_after_that() throws Exception {
        try (TestService service = start(FILES)) {
            String unused = service.upload("a\n");
            String used = service.upload("a\nb\n");
            JobId id = service.submit(failing().over(new InputSpec.Upload(used)));
            service.await(id, Status.FAILED);
            awaitRest(service, id);
            assertThat(expiries(service)).containsOnlyKeys(unused);
            clock.advance(MONTH);
            sweep(service);
            assertThat(files(service)).containsExactly(used);
            service.service().verbs().cancel(id);
            assertThat(service.service()
                            .uploads()
                            .expiries(service.service().uploads().list()))
                    .containsEntry(used, clock.instant().plus(MONTH));
            clock.advance(MONTH.minus(INSTANT));
            sweep(service);
            assertThat(files(service)).containsExactly(used);
            clock.advance(INSTANT);
            sweep(service);
            assertThat(files(service)).isEmpty();
            assertThat(service.service().sweep().files()).isEqualTo(2);
            assertThat(has(service, id)).isTrue();
        }
    }

    private static Map<String, Instant> expiries(TestService service) {
        return service.service().uploads().expiries(service.service().uploads().list());
    }

    @Test
    void a_file_is_kept_for_the_last_job_over_it_after_a_restart_too() throws Exception {
        String file;
        try (TestService service = start(FILES)) {
            file = service.upload("a\n");
            clock.advance(MONTH.minus(INSTANT));
            JobId id = service.submit(TestSpec.spec().over(new InputSpec.Upload(file)));
            service.await(id, Status.COMPLETED);
            awaitRest(service, id);
        }
        try (TestService service = start(FILES)) {
            clock.advance(MONTH.minus(INSTANT));
            sweep(service);
            assertThat(files(service)).containsExactly(file);
            clock.advance(INSTANT);
            sweep(service);
            assertThat(files(service)).isEmpty();
        }
    }

    @Test
    void a_job_whose_record_is_damaged_is_kept() throws Exception {
        JobId id;
        try (TestService service = start(Retention.UNLIMITED)) {
            id = completed(service);
        }
        try (TestService service = start(JOBS)) {
            disk.write(service.files(id).job(), new byte[] {'x'});
            clock.advance(MONTH.multipliedBy(2));
            sweep(service);
            sweep(service);
            assertThat(service.job(id).spec()).isNull();
        }
    }

    @Test
    void a_job_is_kept_until_its_callback_is_settled() throws Exception {
        List<Callbacks.Settlement> settlements = new ArrayList<>();
        Callbacks callbacks = new Callbacks() {
            @Override
            public Optional<String> problem(String url) {
                return Optional.empty();
            }

            @Override
            public void deliver(int end, JobView view, Settlement settled) {
                settlements.add(settled);
            }

            @Override
            public void close() {}
        };
        try (TestService service = new TestService(disk, options(JOBS), callbacks)) {
            service.service().open();
            JobId id = service.submit(TestSpec.spec().callbackUrl("https://example.org/done"), "a");
            service.await(id, Status.COMPLETED);
            Await.until(
                    "its run has ended",
                    () -> !service.service().jobs().entry(id).hasRun());
            clock.advance(MONTH);
            sweep(service);
            assertThat(has(service, id)).isTrue();
            settlements.get(0).settled(true);
            sweep(service);
            assertThat(has(service, id)).isFalse();
        }
    }

    /** A disk that takes nothing for the log of jobs while a test says so. */
    private static final class BrokenLog extends ForwardingDisk {
        private volatile boolean refuses;

        BrokenLog(Disk disk) {
            super(disk);
        }

        @Override
        public DiskFile open(Path file) throws IOException {
            DiskFile opened = super.open(file);
            return file.toString().endsWith(".log") ? new Log(opened) : opened;
        }

        private final class Log implements DiskFile {
            private final DiskFile file;

            Log(DiskFile file) {
                this.file = file;
            }

            @Override
            public long size() throws IOException {
                return file.size();
            }

            @Override
            public void append(byte[] source, int start, int end) throws IOException {
                if (refuses) {
                    throw new IOException("broken by the test");
                }
                file.append(source, start, end);
            }

            @Override
            public void cutBack(long size) throws IOException {
                file.cutBack(size);
            }

            @Override
            public void force() throws IOException {
                file.force();
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        }
    }

    @Test
    void what_cannot_be_deleted_now_is_deleted_later() throws Exception {
        BrokenLog broken = new BrokenLog(disk);
        try (TestService service = TestService.start(broken, options(JOBS))) {
            JobId id = completed(service);
            clock.advance(MONTH);
            broken.refuses = true;
            sweep(service);
            broken.refuses = false;
            assertThat(has(service, id)).isTrue();
            assertThat(service.results(id).lines()).hasSize(3);
            sweep(service);
            assertThat(has(service, id)).isFalse();
        }
    }

    /** Two jobs and two files that have expired. */
    private record Expired(JobId older, JobId newer, String file, String results) {}

    private Expired twoJobsAndAFile() throws Exception {
        try (TestService service = start(Retention.UNLIMITED)) {
            JobId older = completed(service);
            JobId newer = completed(service);
            String results = service.results(newer);
            return new Expired(older, newer, service.upload("a\n"), results);
        }
    }

    @Test
    void a_power_cut_at_any_operation_of_a_sweep_leaves_each_job_and_file_whole_or_none() throws Exception {
        int left = 0;
        int gone = 0;
        for (long seed = 0; seed < 3; seed++) {
            boolean wasCut = true;
            for (int operation = 1; wasCut; operation++) {
                disk = CrashedJob.emptyDisk(seed * 1000 + operation);
                Expired expired = twoJobsAndAFile();
                clock.advance(MONTH);
                TestService service = start(new Retention(MONTH, MONTH));
                disk.cutPowerAt(disk.operations() + operation);
                sweepUntilPowerCut(service);
                wasCut = disk.isPowerCut();
                Set<JobId> deleted = deleted(service, expired);
                service.close();
                disk.restorePower();
                try (TestService again = start(Retention.UNLIMITED)) {
                    for (JobId id : List.of(expired.older, expired.newer)) {
                        String cut = "seed " + seed + ", operation " + operation + ", job " + id;
                        if (has(again, id)) {
                            assertThat(deleted).as(cut).doesNotContain(id);
                            assertThat(again.status(id)).as(cut).isEqualTo(Status.COMPLETED);
                            assertThat(again.results(id)).as(cut).isEqualTo(expired.results);
                            left++;
                        } else {
                            assertThat(disk.exists(again.files(id).directory()))
                                    .as(cut)
                                    .isFalse();
                            gone++;
                        }
                    }
                    assertThat(has(again, expired.newer) || !has(again, expired.older))
                            .as("the oldest is deleted first")
                            .isTrue();
                    if (!files(again).isEmpty()) {
                        assertThat(disk.text(TestService.DATA.resolve("files/" + expired.file + "/content")))
                                .isEqualTo("a\n");
                    }
                }
            }
        }
        assertThat(left).isPositive();
        assertThat(gone).isPositive();
    }

    private static void sweepUntilPowerCut(TestService service) {
        try {
            sweep(service);
        } catch (UncheckedIOException e) {
            // the power was cut
        }
    }

    private static Set<JobId> deleted(TestService service, Expired expired) {
        Set<JobId> deleted = new HashSet<>(Set.of(expired.older, expired.newer));
        deleted.removeIf(id -> has(service, id));
        return deleted;
    }
}
