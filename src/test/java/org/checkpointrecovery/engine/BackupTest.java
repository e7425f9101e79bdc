package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.Backup;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.DataCheck;
import org.checkpointrecovery.storage.DataLayout;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.junit.jupiter.api.Test;

/** A service that starts on a backup goes on as after a power cut at the time of the backup. */
class BackupTest {
    private static final DataLayout DATA = StoredJobsOfAllKinds.DATA;
    private static final DataLayout COPY = new DataLayout(Path.of("/copy"));

    private static void backUp(Disk disk, DataLayout to) throws IOException {
        List<String> problems = new ArrayList<>();
        DataCheck.Summary made = new Backup(disk, DATA, to).make(problems::add);
        assertThat(problems).isEmpty();
        assertThat(made.problems()).isZero();
        assertThat(disk.exists(to.incompleteBackup())).isFalse();
    }

    private static TestService start(Disk disk, DataLayout on) throws IOException {
        return TestService.start(disk, TestService.Options.of(on.root()));
    }

    @Test
    void a_backup_of_a_stopped_service_has_all_of_it_and_nothing_else() throws Exception {
        StoredJobsOfAllKinds stored = StoredJobsOfAllKinds.make(1);
        CrashingDisk disk = stored.disk();
        backUp(disk, COPY);
        disk.restorePower(); // all of it is forced
        assertThat(disk.list(COPY.root())).containsExactly(COPY.callbackKey(), COPY.files(), COPY.jobs());
        try (TestService service = start(disk, DATA);
                TestService copy = start(disk, COPY)) {
            for (JobId id : List.of(stored.completed(), stored.failed())) {
                assertThat(copy.job(id)).isEqualTo(service.job(id));
                assertThat(copy.results(id)).isEqualTo(service.results(id)).isNotEmpty();
                assertThat(copy.errors(id)).isEqualTo(service.errors(id));
                assertThat(copy.nextItem(id)).isEqualTo(service.nextItem(id));
            }
            assertThat(copy.service().uploads().list())
                    .isEqualTo(service.service().uploads().list());
        }
    }

    @Test
    void a_job_that_ran_during_the_backup_continues_from_its_checkpoint_with_the_same_results() throws Exception {
        CrashingDisk disk = CrashedJob.emptyDisk(1);
        String[] items = IntStream.range(0, 400).mapToObj(i -> "item " + i).toArray(String[]::new);
        List<DataLayout> copies = new ArrayList<>();
        JobId id;
        String results;
        try (TestService service = start(disk, DATA)) {
            id = service.submit(TestSpec.spec().batchSize(3).itemDelay(Duration.ofMillis(2)), items);
            Await.until("there is a checkpoint", () -> service.nextItem(id) > 0);
            while (service.status(id) == Status.RUNNING && copies.size() < 5) {
                DataLayout copy = new DataLayout(Path.of("/copy-" + copies.size()));
                backUp(disk, copy);
                copies.add(copy);
            }
            service.await(id, Status.COMPLETED);
            results = service.results(id);
        }
        assertThat(copies).isNotEmpty();
        for (DataLayout on : copies) {
            try (TestService copy = start(disk, on)) {
                copy.await(id, Status.COMPLETED);
                assertThat(copy.results(id)).isEqualTo(results);
                List<Run> runs = copy.job(id).runs();
                assertThat(runs.get(runs.size() - 1).firstItem()).isPositive();
            }
        }
    }

    @Test
    void jobs_that_come_end_and_go_during_backups_are_whole_or_not_there() throws Exception {
        CrashingDisk disk = CrashedJob.emptyDisk(1);
        AtomicInteger submitted = new AtomicInteger();
        try (TestService service = start(disk, DATA)) {
            Thread client = new Thread(() -> {
                try {
                    while (!Thread.currentThread().isInterrupted()) {
                        String[] items = {"a", "b", "c", String.valueOf(submitted.incrementAndGet())};
                        JobId id = service.submit(TestSpec.spec().batchSize(1), items);
                        service.await(id, Status.COMPLETED);
                        if (submitted.get() % 3 == 0) {
                            service.service().verbs().delete(id);
                        }
                    }
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            client.start();
            for (int round = 0; round < 5; round++) {
                int before = submitted.get() + 3;
                Await.until("there are more jobs", () -> submitted.get() > before);
                List<JobId> there = service.service().jobs().newest(1000).stream()
                        .filter(view -> view.job().status() == Status.COMPLETED)
                        .map(view -> view.job().id())
                        .toList();
                DataLayout on = new DataLayout(Path.of("/copy-" + round));
                backUp(disk, on);
                try (TestService copy = start(disk, on)) {
                    for (JobId id : there) {
                        if (copy.service().jobs().has(id)) {
                            copy.await(id, Status.COMPLETED);
                            assertThat(copy.results(id).lines()).hasSize(4);
                        } else {
                            assertThat(service.service().jobs().has(id)).isFalse();
                        }
                    }
                }
            }
            client.interrupt();
            client.join();
        }
    }

    /** Lets something happen when results are about to be copied, once. */
    private static final class Meanwhile extends ForwardingDisk {
        private boolean happened;
        private final Happening happening;

        interface Happening {
            void happen() throws Exception;
        }

        Meanwhile(Disk disk, Happening happening) {
            super(disk);
            this.happening = happening;
        }

        @Override
        public SeekableByteChannel openForRead(Path file) throws IOException {
            if (file.startsWith(DATA.root()) && file.endsWith("results.jsonl") && !happened) {
                happened = true;
                try {
                    happening.happen();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
            return super.openForRead(file);
        }
    }

    @Test
    void a_job_that_is_deleted_during_its_copy_is_not_in_the_backup() throws Exception {
        StoredJobsOfAllKinds stored = StoredJobsOfAllKinds.make(1);
        try (TestService service = start(stored.disk(), DATA)) {
            JobId first = service.service().jobs().newest(10).get(1).job().id();
            backUp(new Meanwhile(stored.disk(), () -> service.service().verbs().delete(first)), COPY);
            assertThat(stored.disk().list(COPY.jobs())).hasSize(1);
            try (TestService copy = start(stored.disk(), COPY)) {
                assertThat(copy.service().jobs().has(first)).isFalse();
            }
        }
    }

    @Test
    void a_job_whose_record_changes_during_its_copy_is_copied_again() throws Exception {
        CrashingDisk disk = CrashedJob.emptyDisk(1);
        String[] items = IntStream.range(0, 40).mapToObj(i -> "item " + i).toArray(String[]::new);
        try (TestService service = start(disk, DATA)) {
            JobId id = service.submit(TestSpec.spec().batchSize(1).itemDelay(Duration.ofMillis(20)), items);
            Await.until("there is a checkpoint", () -> service.nextItem(id) > 0);
            backUp(new Meanwhile(disk, () -> service.await(id, Status.COMPLETED)), COPY);
            try (TestService copy = start(disk, COPY)) {
                assertThat(copy.job(id).runs()).hasSize(1); // it did not run again
                assertThat(copy.results(id)).isEqualTo(service.results(id));
            }
        }
    }

    @Test
    void a_power_cut_at_any_operation_leaves_a_backup_that_is_complete_or_says_that_it_is_not() throws Exception {
        int incomplete = 0;
        boolean wasCut = true;
        for (int operation = 1; wasCut; operation++) {
            CrashingDisk disk = StoredJobsOfAllKinds.make(operation).disk();
            disk.cutPowerAt(disk.operations() + operation);
            try {
                DataCheck.Summary unused = new Backup(disk, DATA, COPY).make(problem -> {});
            } catch (IOException | UncheckedIOException e) {
                // the power was cut
            }
            wasCut = disk.isPowerCut();
            disk.restorePower();
            if (!disk.exists(COPY.root()) || disk.list(COPY.root()).isEmpty()) {
                continue;
            }
            List<String> problems = new ArrayList<>();
            if (disk.exists(COPY.incompleteBackup())) {
                incomplete++;
            } else {
                DataCheck.Summary found = new DataCheck(disk, COPY, problems::add).run();
                assertThat(problems).as("power cut at operation " + operation).isEmpty();
                assertThat(found.jobs()).isEqualTo(2);
                assertThat(found.files()).isOne();
            }
        }
        assertThat(incomplete).isGreaterThan(10);
    }

    @Test
    void damage_leaves_the_backup_incomplete() throws Exception {
        StoredJobsOfAllKinds stored = StoredJobsOfAllKinds.make(1);
        stored.disk().write(stored.of(stored.completed(), "results.jsonl"), new byte[] {'\n'});
        List<String> problems = new ArrayList<>();
        assertThat(new Backup(stored.disk(), DATA, COPY).make(problems::add).problems())
                .isOne();
        assertThat(problems).singleElement().asString().contains("results.jsonl: ");
        assertThat(stored.disk().exists(COPY.incompleteBackup())).isTrue();
        assertThatThrownBy(() -> new Backup(stored.disk(), DATA, COPY).make(problems::add))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has an incomplete backup");
    }

    @Test
    void a_job_without_a_record_is_not_left_out_silently() throws Exception {
        StoredJobsOfAllKinds stored = StoredJobsOfAllKinds.make(1);
        stored.disk().delete(stored.of(stored.completed(), "job.json"));
        List<String> problems = new ArrayList<>();
        assertThat(new Backup(stored.disk(), DATA, COPY).make(problems::add).problems())
                .isOne();
        assertThat(problems).singleElement().asString().contains("job.json: it is missing");
    }

    @Test
    void a_backup_needs_data_and_an_empty_directory_outside_of_it() throws Exception {
        CrashingDisk disk = StoredJobsOfAllKinds.make(1).disk();
        for (DataLayout to : List.of(DATA, new DataLayout(DATA.root().resolve("backup")))) {
            assertThatThrownBy(() -> new Backup(disk, DATA, to).make(problem -> {}))
                    .hasMessageContaining("is inside the data directory");
        }
        disk.createDirectory(COPY.root());
        disk.createDirectory(COPY.root().resolve("x"));
        assertThatThrownBy(() -> new Backup(disk, DATA, COPY).make(problem -> {}))
                .hasMessageContaining("is not an empty directory");
        assertThatThrownBy(() -> new Backup(disk, new DataLayout(COPY.root()), DATA).make(problem -> {}))
                .hasMessageContaining("is not a data directory");
    }
}
