package org.checkpointrecovery.engine.flink.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.checkpointrecovery.engine.range.CutJob;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.storage.CrashingDisk;
import org.junit.jupiter.api.Test;

/** What the source asks of Flink, and what a checkpoint of Flink remembers of it. */
class RangeSourceTest {
    private final CrashingDisk disk = new CrashingDisk(0);
    /** The range that each task works on. */
    private final Map<Integer, RangeSplit> inProgress = new HashMap<>();

    private final List<Integer> ended = new ArrayList<>();

    private RangeEnumerator enumerator(CutJob job, long from) {
        return new RangeEnumerator(context(), job.store(), 1, from);
    }

    /** Notes what an enumerator asks of Flink. */
    @SuppressWarnings("unchecked")
    private SplitEnumeratorContext<RangeSplit> context() {
        return (SplitEnumeratorContext<RangeSplit>) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {SplitEnumeratorContext.class},
                (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "assignSplit" -> inProgress.put((Integer) arguments[1], (RangeSplit) arguments[0]);
                        case "signalNoMoreSplits" -> ended.add((Integer) arguments[0]);
                        default -> throw new AssertionError(method);
                    }
                    return null;
                });
    }

    private List<Long> assigned() {
        return inProgress.values().stream().map(RangeSplit::firstItem).toList();
    }

    @Test
    void each_task_gets_a_range_until_none_is_left() throws Exception {
        CutJob job = CutJob.make(disk, 5, 2);
        try (RangeEnumerator enumerator = enumerator(job, 0)) {
            enumerator.handleSplitRequest(0, null);
            enumerator.handleSplitRequest(1, "host");
            enumerator.handleSplitRequest(2, null);
            assertThat(inProgress)
                    .containsEntry(0, new RangeSplit(0, 2, 0, 4, false))
                    .containsEntry(1, new RangeSplit(2, 2, 4, 8, false))
                    .containsEntry(2, new RangeSplit(4, 1, 8, 10, true));
            enumerator.handleSplitRequest(3, null);
            assertThat(ended).containsExactly(3);
        }
    }

    @Test
    void the_range_of_a_lost_task_is_assigned_again_whatever_flink_says_it_had() throws Exception {
        CutJob job = CutJob.make(disk, 10, 1);
        try (RangeEnumerator enumerator = enumerator(job, 0)) {
            for (int task = 0; task < 3; task++) {
                enumerator.handleSplitRequest(task, null);
            }
            enumerator.addSplitsBack(List.of(), 1);
            job.finish(2, 1);
            enumerator.handleSplitRequest(2, null);
            assertThat(assigned()).containsExactly(0L, 1L, 1L);
        }
    }

    @Test
    void an_enumerator_goes_on_from_its_checkpoint() throws Exception {
        CutJob job = CutJob.make(disk, 10, 1);
        var serializer = new RangeSource("/ranges", 1).getEnumeratorCheckpointSerializer();
        byte[] checkpoint;
        try (RangeEnumerator enumerator = enumerator(job, 0)) {
            for (int task = 0; task < 4; task++) {
                enumerator.handleSplitRequest(task, null);
            }
            job.finish(0, 1);
            enumerator.handleSplitRequest(0, null);
            checkpoint = serializer.serialize(enumerator.snapshotState(1));
        }
        job.finish(2, 1);
        inProgress.clear();
        try (RangeEnumerator restored = enumerator(job, serializer.deserialize(serializer.getVersion(), checkpoint))) {
            assertThat(restored.snapshotState(2)).isPositive();
            for (int task = 0; task < 4; task++) {
                restored.handleSplitRequest(task, null);
            }
            assertThat(assigned()).containsExactly(1L, 3L, 4L, 5L);
        }
    }

    @Test
    void a_submission_that_is_over_ends_the_flink_job_at_once() throws Exception {
        CutJob job = CutJob.make(disk, 10, 1);
        disk.delete(job.store().directory().resolve("order.json"));
        try (RangeEnumerator enumerator = enumerator(job, 0)) {
            assertThatThrownBy(() -> enumerator.handleSplitRequest(0, null))
                    .hasCauseInstanceOf(NoMoreTriesException.class);
        }
    }

    @Test
    void an_input_that_cannot_be_cut_ends_the_flink_job_and_the_service_is_told() throws Exception {
        CutJob job = CutJob.make(disk, 10, 1);
        disk.delete(Path.of("/input"));
        try (RangeEnumerator enumerator = enumerator(job, 0)) {
            assertThatThrownBy(() -> enumerator.handleSplitRequest(0, null))
                    .hasCauseInstanceOf(NoMoreTriesException.class);
        }
        assertThat(job.store().end(1).orElseThrow().reason().code()).isEqualTo(ErrorCode.INPUT_MISSING);
        assertThat(job.store().end(1).orElseThrow().reason().message()).contains("on the JobManager", "/input");
    }

    @Test
    void a_split_survives_its_way_to_a_task() throws Exception {
        var serializer = new RangeSource("/ranges", 1).getSplitSerializer();
        RangeSplit split = new RangeSplit(1L << 40, 7, 1L << 50, 1L << 51, true);
        assertThat(serializer.deserialize(serializer.getVersion(), serializer.serialize(split)))
                .isEqualTo(split);
    }
}
