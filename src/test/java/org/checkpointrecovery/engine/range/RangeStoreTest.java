package org.checkpointrecovery.engine.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.JobFiles;
import org.checkpointrecovery.storage.LocalDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is left of the files that a cluster shares when the job is over, or has no run. */
class RangeStoreTest {
    private static final byte[] CONTENT = {1, 2, 3};

    private final CrashingDisk disk = new CrashingDisk(0);
    private final JobFiles job = new JobFiles(Path.of("/job"));
    private final RangeStore ranges = RangeStore.of(disk, job);
    private final Path cuts = ranges.directory().resolve("cuts-1.jsonl");
    private final Path order = ranges.directory().resolve("order.json");
    /** Of an earlier release. */
    private final Path checkpoint = ranges.directory().resolve("checkpoints/1/chk-7/_metadata");

    @BeforeEach
    void makeJob() throws IOException {
        disk.write(job.job(), CONTENT);
        disk.write(job.results(), CONTENT);
        disk.write(cuts, CONTENT);
        disk.write(order, CONTENT);
        disk.write(ranges.directory().resolve("0000000000000000007/results.jsonl"), CONTENT);
        disk.write(ranges.attempt(new Range(8, 1, 0, 2, false)).results(), CONTENT);
        disk.write(checkpoint, CONTENT);
        disk.write(ranges.directory().resolve("plugins/a.jar"), CONTENT);
    }

    @ParameterizedTest
    @EnumSource(names = {"COMPLETED", "CANCELLED"})
    void what_is_shared_with_a_cluster_is_removed_and_nothing_else(Status status) throws IOException {
        ranges.release(status);
        assertThat(disk.list(job.directory())).containsExactly(job.job(), job.results());
        int before = disk.operations();
        ranges.release(status);
        assertThat(disk.operations()).as("nothing is left to do").isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(names = {"PAUSED", "CRASHED", "FAILED"})
    void of_a_job_that_may_be_resumed_only_the_order_is_withdrawn(Status status) throws IOException {
        int before = disk.list(ranges.directory()).size();
        ranges.release(status);
        assertThat(disk.exists(order)).isFalse();
        assertThat(disk.list(ranges.directory())).hasSize(before - 1);
    }

    @ParameterizedTest
    @EnumSource(names = {"CREATED", "QUEUED", "RUNNING", "PAUSING", "CANCELLING"})
    void an_active_job_keeps_everything(Status status) throws IOException {
        int before = disk.operations();
        ranges.release(status);
        assertThat(disk.operations()).isEqualTo(before);
    }

    @Test
    void the_order_is_gone_before_anything_else_so_that_the_cluster_ends_its_work() throws IOException {
        disk.failAt(disk.operations() + 2, new IOException("Input/output error"));
        assertThatThrownBy(() -> ranges.release(Status.COMPLETED)).hasMessage("Input/output error");
        assertThat(disk.exists(order)).isFalse();
        assertThat(disk.exists(cuts)).isTrue();
        assertThat(disk.exists(checkpoint)).isTrue();
        ranges.release(Status.COMPLETED);
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
        RangeStore.of(local, linked).release(Status.PAUSED);
        RangeStore.of(local, linked).release(Status.CANCELLED);
        assertThat(local.list(linked.directory())).isEmpty();
        assertThat(victim.resolve("order.json")).hasContent("kept");
        assertThat(victim.resolve("sub/kept.txt")).hasContent("kept");
    }
}
