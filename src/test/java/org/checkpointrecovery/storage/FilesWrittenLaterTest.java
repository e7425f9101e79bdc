package org.checkpointrecovery.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.JobId;
import org.junit.jupiter.api.Test;

/** Jobs whose changes are in the log and whose files are written later. */
class FilesWrittenLaterTest {
    private static final Path ROOT = Path.of("/jobs");
    private static final Path LOG = Path.of("/log");
    private static final JobId ID = new JobId("0mh3k2v9x-7fq2mzt4");

    private final CrashingDisk disk = new CrashingDisk(0);

    private JobStore open() throws IOException {
        JobStore store = new JobStore(disk, ROOT, LOG);
        store.open();
        return store;
    }

    private static void awaitOpen(CountDownLatch gate) throws IOException {
        try {
            Await.open(gate);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void submit(JobStore store, JobId id) throws IOException {
        try (JobStore.Draft draft = store.begin(id)) {
            draft.writeInput(JobLogCrashTest.input(id));
            draft.publish(JobLogCrashTest.job(id, 1));
        }
    }

    private void assertWhole(JobStore store, long version) throws IOException {
        assertThat(store.list()).containsExactly(ID);
        assertThat(store.isJob(ID)).isTrue();
        assertThat(store.load(ID, GoldenJobs.NOW).totalItems()).isEqualTo(version);
        Path input = store.files(ID).ownInput();
        assertThat(store.disk(ID).read(input)).isEqualTo(JobLogCrashTest.input(ID));
        assertThat(store.disk(ID).size(input)).isEqualTo(JobLogCrashTest.input(ID).length);
    }

    @Test
    void a_job_is_there_before_its_files_are_and_after_a_power_cut() throws IOException {
        JobStore store = open();
        submit(store, ID);
        store.save(JobLogCrashTest.job(ID, 2));
        assertThat(disk.list(ROOT)).isEmpty();
        assertWhole(store, 2);
        disk.restorePower();
        store = open();
        assertThat(disk.list(ROOT)).isEmpty();
        assertWhole(store, 2);
        store.write();
        assertThat(disk.bytes(store.files(ID).ownInput())).isEqualTo(JobLogCrashTest.input(ID));
        assertWhole(store, 2);
    }

    @Test
    void a_record_that_changes_several_times_is_written_once() throws IOException {
        AtomicInteger written = new AtomicInteger();
        JobStore store = new JobStore(
                new ForwardingDisk(disk) {
                    @Override
                    public DiskFile open(Path file) throws IOException {
                        if (file.getFileName().toString().startsWith("job.json")) {
                            written.incrementAndGet();
                        }
                        return super.open(file);
                    }
                },
                ROOT,
                LOG);
        store.open();
        submit(store, ID);
        store.makeDirectory(ID);
        store.save(JobLogCrashTest.job(ID, 2));
        store.save(JobLogCrashTest.job(ID, 3));
        assertThat(disk.list(store.files(ID).directory()))
                .containsExactly(store.files(ID).ownInput());
        store.write();
        store.write();
        assertThat(written).hasValue(1);
        assertWhole(store, 3);
    }

    @Test
    void files_are_written_when_nothing_has_changed_for_a_moment() throws IOException {
        try (JobStore store = open()) {
            store.settleInBackground();
            submit(store, ID);
            Await.until("they are written", () -> disk.exists(store.files(ID).job()));
            store.save(JobLogCrashTest.job(ID, 2));
            Await.until(
                    "the next version is written",
                    () -> disk.text(store.files(ID).job()).contains("\"totalItems\":2"));
        }
    }

    @Test
    void what_only_the_log_has_at_a_start_is_written_then() throws IOException {
        submit(open(), ID);
        disk.killProcess();
        try (JobStore store = open()) {
            store.settleInBackground();
            Await.until("it is written", () -> disk.exists(store.files(ID).job()));
        }
    }

    /** A power cut may undo the rename of an old version, and not the one of a later version. */
    @Test
    void a_temporary_file_of_an_earlier_write_is_deleted_at_a_start() throws IOException {
        JobStore store = open();
        submit(store, ID);
        store.write();
        Path temporary = store.files(ID).job().resolveSibling("job.json.tmp");
        disk.write(temporary, new byte[] {'{'});
        disk.killProcess();
        store = open();
        assertThat(disk.list(store.files(ID).directory()))
                .containsExactly(store.files(ID).ownInput(), store.files(ID).job());
        assertWhole(store, 1);
    }

    @Test
    void a_directory_that_another_program_has_deleted_is_not_made_again() throws IOException {
        JobStore store = open();
        submit(store, ID);
        store.write();
        disk.deleteTree(store.files(ID).directory());
        store.save(JobLogCrashTest.job(ID, 2));
        store.write();
        assertThat(disk.list(ROOT)).isEmpty();
    }

    @Test
    void the_log_does_not_bring_back_a_job_that_was_deleted_on_a_full_disk() throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            boolean cut = true;
            for (int operation = 1; cut; operation++) {
                cut = deleteOnFullDisk(seed, operation);
            }
        }
    }

    /** Cuts the power at an operation of the deletion, and again after each of the next starts. Returns whether it was cut. */
    private static boolean deleteOnFullDisk(int seed, int operation) throws IOException {
        CrashingDisk medium = new CrashingDisk(seed * 1000L + operation);
        JobStore store = new JobStore(medium, ROOT, LOG);
        store.open();
        submit(store, ID);
        store.makeDirectory(ID);
        store.write();
        medium.fillUpAt(medium.operations() + 1);
        medium.cutPowerAt(medium.operations() + operation);
        boolean deleted = false;
        try {
            store.delete(ID);
            deleted = true;
        } catch (PowerCutException e) {
            // as ordered; the job is there or not
        }
        boolean cut = medium.isPowerCut();
        for (int start = 0; start < 3; start++) {
            medium.restorePower();
            JobStore next = new JobStore(medium, ROOT, LOG);
            next.open();
            if (deleted) {
                assertThat(next.list())
                        .as("seed %d, operation %d, start %d", seed, operation, start)
                        .isEmpty();
            } else if (!next.list().isEmpty()) {
                assertThat(next.load(ID, GoldenJobs.NOW).totalItems()).isEqualTo(1);
            }
            if (start == 1) {
                medium.freeSpace();
            }
        }
        return cut;
    }

    @Test
    void on_a_full_disk_a_job_without_a_directory_stays() throws IOException {
        JobStore store = open();
        submit(store, ID);
        disk.fillUpAt(disk.operations() + 1);
        assertThatThrownBy(() -> store.delete(ID)).isInstanceOf(DiskFullException.class);
        assertWhole(store, 1);
        disk.restorePower();
        assertWhole(open(), 1);
    }

    @Test
    void submissions_wait_while_the_log_is_long() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        Disk slow = new ForwardingDisk(disk) {
            @Override
            public DiskFile open(Path file) throws IOException {
                return new ForwardingFile(super.open(file)) {
                    @Override
                    public void force() throws IOException {
                        if (file.endsWith("input.txt")) {
                            awaitOpen(gate); // settling the log takes long
                        }
                        super.force();
                    }
                };
            }
        };
        List<JobId> confirmed = new ArrayList<>();
        try (JobStore store = new JobStore(slow, ROOT, LOG, 1)) { // each entry fills a segment
            store.open();
            store.settleInBackground();
            Thread client = new Thread(() -> {
                try {
                    for (int i = 0; i < 30; i++) {
                        JobId id = new JobId("0mh3k2v9x-" + (10_000_000 + i));
                        submit(store, id);
                        synchronized (confirmed) {
                            confirmed.add(id);
                        }
                    }
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            client.start();
            try {
                Await.until("it waits", () -> client.getState() == Thread.State.TIMED_WAITING);
                synchronized (confirmed) {
                    assertThat(confirmed).hasSizeBetween(12, 16);
                }
            } finally {
                gate.countDown();
            }
            client.join();
            assertThat(store.list()).isEqualTo(confirmed).hasSize(30);
        }
    }
}
