package org.checkpointrecovery.engine.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.JobFiles;
import org.checkpointrecovery.storage.LocalDisk;
import org.checkpointrecovery.storage.PowerCutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is left of the files that a cluster shares when the job is over, or has no run. */
class RangeStoreTest {
    private static final byte[] CONTENT = {1, 2, 3};

    private CrashingDisk disk = new CrashingDisk(0);
    private final JobFiles job = new JobFiles(Path.of("/job"));
    private RangeStore ranges = RangeStore.of(disk, job);
    private final Path cuts = ranges.directory().resolve("cuts-1.jsonl");
    private final Path order = ranges.directory().resolve("order.json");
    /** Of an earlier release. */
    private final Path checkpoint = ranges.directory().resolve("checkpoints/1/chk-7/_metadata");
    /** The parts of items 0 to 6 are committed, that of item 7 is not. */
    private final Position committed = new Position(7, 14, CONTENT.length, 0, 7, 0);

    @BeforeEach
    void makeJob() throws IOException {
        disk.write(job.job(), CONTENT);
        disk.write(cuts, CONTENT);
        disk.write(order, CONTENT);
        disk.write(job.partIndex(), CONTENT);
        disk.write(job.part(0).results(), CONTENT);
        disk.write(job.part(6).results(), CONTENT);
        disk.write(job.part(7).results(), CONTENT);
        disk.write(job.part(100).results(), CONTENT);
        disk.write(ranges.attempt(new Range(8, 1, 0, 2, false)).results(), CONTENT);
        disk.write(checkpoint, CONTENT);
        disk.write(ranges.directory().resolve("plugins/a.jar"), CONTENT);
    }

    /** As a job that has copied its parts into one file. */
    private void makeSingleFile() throws IOException {
        disk.write(job.results(), CONTENT);
        disk.write(job.errors(), new byte[0]);
    }

    private boolean hasPart(long firstItem) {
        return disk.exists(job.part(firstItem).results());
    }

    private void releasesOnce(Status status) throws IOException {
        ranges.release(status, committed);
        int before = disk.operations();
        ranges.release(status, committed);
        assertThat(disk.operations()).as("nothing is left to do").isEqualTo(before);
        assertThat(disk.exists(ranges.directory())).isFalse();
    }

    @Test
    void a_completed_job_with_one_file_keeps_no_parts() throws IOException {
        makeSingleFile();
        releasesOnce(Status.COMPLETED);
        assertThat(disk.list(job.directory())).containsExactly(job.errors(), job.job(), job.results());
    }

    @Test
    void a_completed_job_with_half_a_file_keeps_its_parts() throws IOException {
        makeSingleFile();
        disk.write(job.results(), new byte[CONTENT.length - 1]);
        releasesOnce(Status.COMPLETED);
        assertThat(disk.exists(job.partIndex())).isTrue();
        assertThat(hasPart(0)).isTrue();
    }

    @Test
    void a_completed_job_keeps_the_parts_that_are_its_results() throws IOException {
        releasesOnce(Status.COMPLETED);
        assertThat(disk.list(job.directory())).containsExactly(job.job(), job.parts(), job.partIndex());
        assertThat(hasPart(0) && hasPart(6) && hasPart(7)).isTrue();
    }

    @Test
    void a_cancelled_job_keeps_its_committed_parts_and_no_others() throws IOException {
        disk.write(job.parts().resolve("stray"), CONTENT);
        releasesOnce(Status.CANCELLED);
        assertThat(disk.list(job.directory())).containsExactly(job.job(), job.parts(), job.partIndex());
        assertThat(hasPart(0) && hasPart(6)).isTrue();
        assertThat(hasPart(7) || hasPart(100)).isFalse();
    }

    @Test
    void after_a_power_cut_the_index_is_gone_or_all_parts_are_there() throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            for (int operation = 1; cutPower(seed, operation); operation++) {
                assertThat(operation).isLessThan(100);
            }
        }
    }

    /** Cuts the power at an operation of a release. Returns whether it was one. */
    private boolean cutPower(int seed, int operation) throws IOException {
        disk = new CrashingDisk(seed);
        ranges = RangeStore.of(disk, job);
        makeJob();
        makeSingleFile();
        disk.cutPowerAt(disk.operations() + operation);
        try {
            ranges.release(Status.COMPLETED, committed);
            return false;
        } catch (PowerCutException e) {
            disk.restorePower();
            boolean all = hasPart(0) && hasPart(6) && hasPart(7) && hasPart(100);
            assertThat(all || !disk.exists(job.partIndex()))
                    .as("seed %d, operation %d", seed, operation)
                    .isTrue();
            assertThat(disk.exists(job.results())).isTrue();
            return true;
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PAUSED", "CRASHED", "FAILED"})
    void of_a_job_that_may_be_resumed_only_the_order_is_withdrawn(Status status) throws IOException {
        int before = disk.list(ranges.directory()).size();
        ranges.release(status, committed);
        assertThat(disk.exists(order)).isFalse();
        assertThat(disk.list(ranges.directory())).hasSize(before - 1);
    }

    @ParameterizedTest
    @EnumSource(names = {"CREATED", "QUEUED", "RUNNING", "PAUSING", "CANCELLING"})
    void an_active_job_keeps_everything(Status status) throws IOException {
        int before = disk.operations();
        ranges.release(status, committed);
        assertThat(disk.operations()).isEqualTo(before);
    }

    @Test
    void the_order_is_gone_before_anything_else_so_that_the_cluster_ends_its_work() throws IOException {
        disk.failAt(disk.operations() + 2, new IOException("Input/output error"));
        assertThatThrownBy(() -> ranges.release(Status.COMPLETED, committed)).hasMessage("Input/output error");
        assertThat(disk.exists(order)).isFalse();
        assertThat(disk.exists(cuts)).isTrue();
        assertThat(disk.exists(checkpoint)).isTrue();
        ranges.release(Status.COMPLETED, committed);
        assertThat(disk.exists(ranges.directory())).isFalse();
    }

    @Test
    void links_are_removed_and_not_followed(@TempDir Path directory) throws IOException {
        Path victim = Files.createDirectory(directory.resolve("victim"));
        Files.writeString(victim.resolve("order.json"), "kept");
        Files.createDirectories(victim.resolve("sub"));
        Files.writeString(victim.resolve("sub/kept.txt"), "kept");
        JobFiles linked = new JobFiles(Files.createDirectory(directory.resolve("job")));
        Disk local = new LocalDisk();
        Files.createSymbolicLink(linked.directory().resolve("ranges"), victim);
        Files.createSymbolicLink(linked.directory().resolve("ranges.removed"), victim);
        RangeStore.of(local, linked).release(Status.PAUSED, committed);
        RangeStore.of(local, linked).release(Status.CANCELLED, committed);
        assertThat(local.list(linked.directory())).isEmpty();
        assertThat(victim.resolve("order.json")).hasContent("kept");
        assertThat(victim.resolve("sub/kept.txt")).hasContent("kept");
    }
}
