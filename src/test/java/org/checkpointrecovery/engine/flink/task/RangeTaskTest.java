package org.checkpointrecovery.engine.flink.task;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.engine.TestSpec;
import org.checkpointrecovery.engine.range.Cuts;
import org.checkpointrecovery.engine.range.RangeOrder;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.engine.range.TaskEnd;
import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.provided.AllKinds;
import org.checkpointrecovery.rehearsal.CrashOrder;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.checkpointrecovery.storage.Input;
import org.checkpointrecovery.storage.InputIdentities;
import org.junit.jupiter.api.Test;

/** How a task of a cluster ends the work on a job. */
class RangeTaskTest {
    private static final CrashOrder NOW = new CrashOrder(CrashMode.JOB, CrashPoint.PROCESSING, 0);
    private static final List<Range> RANGES = List.of(new Range(0, 1, 0, 2, false), new Range(1, 1, 2, 4, true));

    private final CrashingDisk disk = new CrashingDisk(0);
    private final RangeStore ranges = new RangeStore(disk, Path.of("/job/ranges"));

    RangeTaskTest() throws IOException {
        Path input = Path.of("/input");
        disk.write(input, "a\nb\n".getBytes(UTF_8));
        disk.createDirectory(Path.of("/job"));
        ranges.createDirectory();
        Input items = Input.of(input, false);
        Job job = Job.submitted(
                new JobId("0mh3k2v9x-7fq2mzt4"),
                null,
                TestSpec.spec().batchSize(1).build(),
                InputIdentities.of(disk, items),
                null,
                null,
                Instant.EPOCH);
        ranges.beginCuts(1, RANGES);
        ranges.save(new RangeOrder(job, items, 100, "any", Position.START, new Cuts(1, 1, 100, 1, false, -1)));
    }

    private RangeTask task(Disk on) throws Exception {
        return RangeTask.open(on, ranges.directory(), 1, (order, in) -> AllKinds.ofCommandLine(), () -> {
            throw new AssertionError("nobody may halt the process");
        });
    }

    private TaskEnd end() throws IOException {
        return ranges.end(1).orElseThrow();
    }

    @Test
    void a_range_is_worked_on_once() throws Exception {
        try (RangeTask task = task(disk)) {
            assertThat(task.work(RANGES.get(0))).isEqualTo(new RangeTask.Counts(1, 0));
            int operations = disk.operations();
            assertThat(task.work(RANGES.get(0))).isEqualTo(new RangeTask.Counts(0, 0));
            assertThat(disk.operations()).isEqualTo(operations);
        }
    }

    @Test
    void a_crash_that_is_taken_when_all_items_are_done_strikes() throws Exception {
        Disk slow = new ForwardingDisk(disk) {
            @Override
            public void forceDirectory(Path directory) throws IOException {
                if (directory.getFileName().toString().startsWith(".new-")) { // the record is written
                    ranges.requestCrash(NOW);
                    try {
                        Await.until("the crash is taken", () -> !ranges.isCrashRequested());
                    } catch (Exception e) {
                        throw new IOException(e);
                    }
                }
                super.forceDirectory(directory);
            }
        };
        try (RangeTask task = task(slow)) {
            assertThatThrownBy(() -> task.work(RANGES.get(0))).isInstanceOf(WorkEndedException.class);
        }
        assertThat(end().end()).isEqualTo(Run.End.CRASHED);
        assertThat(ranges.isFinished(0)).isFalse();
    }

    @Test
    void a_crash_that_nobody_has_taken_waits_for_the_next_range() throws Exception {
        try (RangeTask task = task(disk)) {
            assertThat(task.work(RANGES.get(0)).succeeded()).isEqualTo(1);
            ranges.requestCrash(NOW);
            assertThatThrownBy(() -> task.work(RANGES.get(1))).isInstanceOf(WorkEndedException.class);
        }
        assertThat(end().reason().code()).isEqualTo(ErrorCode.SIMULATED_CRASH);
        assertThat(ranges.isCrashRequested()).isFalse();
    }

    @Test
    void nothing_is_begun_when_the_submission_has_ended_or_the_order_is_gone() throws Exception {
        try (RangeTask task = task(disk)) {
            ranges.end(1, new TaskEnd(Run.End.STOPPED, new Reason(ErrorCode.CLUSTER_FAILED, "It is over.")));
            assertThatThrownBy(() -> task.work(RANGES.get(0))).isInstanceOf(WorkEndedException.class);
            disk.delete(ranges.directory().resolve("ended-1.json"));
            disk.delete(ranges.directory().resolve("order.json"));
            assertThatThrownBy(() -> task.work(RANGES.get(0))).isInstanceOf(WorkEndedException.class);
        }
        assertThatThrownBy(() -> task(disk)).isInstanceOf(WorkEndedException.class);
    }

    @Test
    void a_range_that_another_task_has_done_meanwhile_is_that_ones() throws Exception {
        Disk slow = new ForwardingDisk(disk) {
            @Override
            public void move(Path from, Path to) throws IOException {
                if (to.endsWith("0000000000000000000")) {
                    try (RangeTask other = task(disk)) {
                        assertThat(other.work(RANGES.get(0)).succeeded()).isEqualTo(1);
                    } catch (Exception e) {
                        throw new IOException(e);
                    }
                }
                super.move(from, to);
            }
        };
        try (RangeTask task = task(slow)) {
            assertThat(task.work(RANGES.get(0)).succeeded()).isEqualTo(1);
        }
        assertThat(disk.list(ranges.directory()))
                .noneMatch(path -> path.getFileName().toString().startsWith(".new-"));
    }

    @Test
    void what_a_machine_does_not_provide_pauses_the_job() throws Exception {
        assertThatThrownBy(() -> RangeTask.open(
                        disk,
                        ranges.directory(),
                        1,
                        (order, in) -> {
                            throw new Processors.UnavailableException("There is no command \"x\".");
                        },
                        () -> {}))
                .isInstanceOf(WorkEndedException.class);
        assertThat(end().end()).isEqualTo(Run.End.PAUSED);
        assertThat(end().reason().message()).contains("There is no command \"x\".", "resume");
    }
}
