package org.checkpointrecovery.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Range;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a job's directory when the job is over, or deleted. */
class JobStoreTest {
    private static final Path ROOT = Path.of("/jobs");
    private static final JobId ID = new JobId("0mh3k2v9x-7fq2mzt4");
    private static final byte[] CONTENT = {1, 2, 3};

    private final CrashingDisk disk = new CrashingDisk(0);
    private final JobStore jobs = new JobStore(disk, ROOT);
    private final RangeFiles ranges = jobs.files(ID).ranges();

    @BeforeEach
    void makeJob() throws IOException {
        jobs.open();
        disk.write(jobs.files(ID).job(), CONTENT);
        disk.write(jobs.files(ID).results(), CONTENT);
        disk.write(ranges.manifest(), CONTENT);
        disk.write(ranges.order(), CONTENT);
        disk.write(RangeFiles.results(ranges.range(new Range(7, 1, 0))), CONTENT);
        disk.write(RangeFiles.results(ranges.attempt(new Range(8, 1, 0), "a")), CONTENT);
        disk.write(ranges.checkpoints().resolve("1/chk-7/_metadata"), CONTENT);
        disk.write(ranges.plugins().resolve("a.jar"), CONTENT);
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
    void what_is_shared_with_a_cluster_is_removed_and_nothing_else() throws IOException {
        jobs.removeRanges(ID);
        assertThat(disk.list(jobs.files(ID).directory()))
                .containsExactly(jobs.files(ID).job(), jobs.files(ID).results());
        int before = disk.operations();
        jobs.removeRanges(ID);
        assertThat(disk.operations()).as("nothing is left to do").isEqualTo(before);
    }

    @Test
    void the_order_is_gone_before_anything_else_so_that_the_cluster_ends_its_work() throws IOException {
        disk.failAt(disk.operations() + 2, new IOException("Input/output error"));
        assertThatThrownBy(() -> jobs.removeRanges(ID)).hasMessage("Input/output error");
        assertThat(disk.exists(ranges.order())).isFalse();
        assertThat(disk.exists(ranges.manifest())).isTrue();
        assertThat(disk.exists(ranges.checkpoints().resolve("1/chk-7/_metadata")))
                .isTrue();
        jobs.removeRanges(ID);
        assertThat(disk.exists(ranges.directory())).isFalse();
    }

    @Test
    void a_job_that_is_completed_keeps_no_ranges_and_its_checkpoint_goes_last() throws IOException {
        disk.write(jobs.files(ID).checkpoint(), CONTENT);
        List<Boolean> rangesLeft = new ArrayList<>();
        JobStore watched = new JobStore(
                new ForwardingDisk(disk) {
                    @Override
                    public void delete(Path path) throws IOException {
                        if (path.equals(jobs.files(ID).checkpoint())) {
                            rangesLeft.add(disk.exists(ranges.directory()));
                        }
                        super.delete(path);
                    }
                },
                ROOT);
        watched.removeCheckpoint(ID);
        assertThat(rangesLeft).containsExactly(false);
        assertThat(disk.exists(jobs.files(ID).checkpoint())).isFalse();
    }

    @Test
    void a_real_directory_is_deleted_with_all_that_is_in_it(@TempDir Path directory) throws IOException {
        LocalDisk local = new LocalDisk();
        JobStore real = new JobStore(local, directory.resolve("jobs"));
        real.open();
        Path deep = real.files(ID).ranges().checkpoints();
        List<Path> path = List.of(
                real.files(ID).directory(),
                real.files(ID).ranges().directory(),
                deep,
                deep.resolve("1"),
                deep.resolve("1/chk-7"));
        for (Path each : path) {
            local.createDirectory(each);
            Replacement.write(local, each.resolve("file"), CONTENT);
        }
        real.delete(ID);
        assertThat(local.list(directory.resolve("jobs"))).isEmpty();
    }
}
