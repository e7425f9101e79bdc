package org.checkpointrecovery.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.checkpointrecovery.job.JobId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a job's directory when the job is deleted. */
class JobStoreTest {
    private static final Path ROOT = Path.of("/jobs");
    private static final Path LOG = Path.of("/log");
    private static final JobId ID = new JobId("0mh3k2v9x-7fq2mzt4");
    private static final byte[] CONTENT = {1, 2, 3};

    private final CrashingDisk disk = new CrashingDisk(0);
    private final JobStore jobs = new JobStore(disk, ROOT, LOG);
    private final Path ranges = jobs.files(ID).directory().resolve("ranges");

    @BeforeEach
    void makeJob() throws IOException {
        jobs.open();
        disk.write(jobs.files(ID).job(), CONTENT);
        disk.write(jobs.files(ID).results(), CONTENT);
        disk.write(ranges.resolve("manifest.json"), CONTENT);
        disk.write(ranges.resolve("7/results.jsonl"), CONTENT);
        disk.write(ranges.resolve("checkpoints/1/chk-7/_metadata"), CONTENT);
        disk.write(ranges.resolve("plugins/a.jar"), CONTENT);
    }

    @Test
    void a_deleted_job_leaves_nothing_however_deep_its_directories_are() throws IOException {
        jobs.delete(ID);
        assertThat(disk.list(ROOT)).isEmpty();
        disk.restorePower();
        jobs.open();
        assertThat(disk.list(ROOT)).isEmpty();
    }

    @Test
    void what_a_crash_leaves_of_a_deletion_is_swept_away_at_the_next_start() throws IOException {
        boolean killed = true;
        for (int operation = 2; killed; operation++) {
            makeJob();
            disk.killProcessAt(disk.operations() + operation);
            try {
                jobs.delete(ID);
            } catch (PowerCutException e) {
                // as ordered
            }
            killed = disk.isPowerCut();
            disk.killProcess();
            jobs.open();
            assertThat(disk.list(ROOT)).as("operation %d", operation).isEmpty();
        }
    }

    @Test
    void a_real_directory_is_deleted_with_all_that_is_in_it(@TempDir Path directory) throws IOException {
        LocalDisk local = new LocalDisk();
        JobStore real = new JobStore(local, directory.resolve("jobs"), directory.resolve("log"));
        real.open();
        Path deep = real.files(ID).directory().resolve("ranges/checkpoints");
        List<Path> path =
                List.of(real.files(ID).directory(), deep.getParent(), deep, deep.resolve("1"), deep.resolve("1/chk-7"));
        for (Path each : path) {
            local.createDirectory(each);
            Replacement.write(local, each.resolve("file"), CONTENT);
        }
        real.delete(ID);
        assertThat(local.list(directory.resolve("jobs"))).isEmpty();
    }
}
