package org.checkpointrecovery.engine.flink.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.checkpointrecovery.engine.range.Manifest;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.storage.CrashingDisk;
import org.junit.jupiter.api.Test;

/** Which ranges tasks are assigned, and what a checkpoint of Flink remembers of that. */
class RangeSourceTest {
    private static final int TASKS = 4;

    private final CrashingDisk disk = new CrashingDisk(0);
    private final RangeStore store = new RangeStore(disk, Path.of("/ranges"));
    /** The range that each task works on. */
    private final Map<Integer, RangeSplit> inProgress = new HashMap<>();

    private final List<Integer> ended = new ArrayList<>();

    private RangeEnumerator enumerator(AssignedRanges from) throws IOException {
        return new RangeEnumerator(context(), store, from);
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

    private void cut(int ranges) throws IOException {
        store.save(new Manifest(LongStream.range(0, ranges)
                .mapToObj(i -> new Range(i, 1, 2 * i))
                .toList()));
    }

    private void finish(int range) throws IOException {
        Path directory = store.directory().resolve("%019d".formatted(range));
        disk.createDirectory(directory);
        disk.write(directory.resolve("range.json"), "{}".getBytes(UTF_8));
    }

    private int assigned(int task) {
        return requireNonNull(inProgress.get(task)).number();
    }

    @Test
    void tasks_get_the_first_range_that_is_neither_finished_nor_in_progress() throws Exception {
        cut(6);
        finish(1);
        finish(2);
        RangeEnumerator enumerator = enumerator(AssignedRanges.NONE);
        enumerator.handleSplitRequest(0, null);
        enumerator.handleSplitRequest(1, null);
        assertThat(assigned(0)).isZero();
        assertThat(assigned(1)).isEqualTo(3);
        enumerator.handleSplitRequest(0, "host");
        enumerator.handleSplitRequest(0, "host");
        assertThat(assigned(0)).isEqualTo(5);
        assertThat(ended).isEmpty();
        enumerator.handleSplitRequest(1, null);
        assertThat(ended).containsExactly(1);
    }

    @Test
    void the_range_of_a_lost_task_is_assigned_again_unless_it_was_finished() throws Exception {
        cut(6);
        RangeEnumerator enumerator = enumerator(AssignedRanges.NONE);
        enumerator.handleSplitRequest(0, null);
        enumerator.handleSplitRequest(1, null);
        enumerator.handleSplitRequest(2, null);
        enumerator.addSplitsBack(List.of(new RangeSplit(0), new RangeSplit(1)), 1);
        finish(0);
        enumerator.handleSplitRequest(2, null);
        assertThat(assigned(2)).isEqualTo(1);
        enumerator.handleSplitRequest(1, null);
        assertThat(assigned(1)).isEqualTo(3);
    }

    @Test
    void an_enumerator_goes_on_from_its_checkpoint() throws Exception {
        cut(6);
        RangeEnumerator enumerator = enumerator(AssignedRanges.NONE);
        for (int task = 0; task < TASKS; task++) {
            enumerator.handleSplitRequest(task, null);
        }
        enumerator.addSplitsBack(List.of(new RangeSplit(2)), 2);
        var serializer = new RangeSource("/ranges", 1).getEnumeratorCheckpointSerializer();
        byte[] checkpoint = serializer.serialize(enumerator.snapshotState(1));
        RangeEnumerator restored = enumerator(serializer.deserialize(serializer.getVersion(), checkpoint));
        restored.handleSplitRequest(0, null);
        restored.handleSplitRequest(1, null);
        restored.handleSplitRequest(2, null);
        restored.handleSplitRequest(3, null);
        assertThat(assigned(0)).isEqualTo(2);
        assertThat(assigned(1)).isEqualTo(4);
        assertThat(assigned(2)).isEqualTo(5);
        assertThat(ended).containsExactly(3);
    }

    @Test
    void a_checkpoint_is_as_small_for_a_hundred_thousand_ranges_as_for_a_hundred() throws Exception {
        assertThat(largestCheckpoint(100_000)).isEqualTo(largestCheckpoint(100)).isEqualTo(4 + 4);
    }

    /** Returns the bytes of the largest checkpoint of a job whose tasks are lost again and again. */
    private int largestCheckpoint(int ranges) throws Exception {
        cut(ranges);
        RangeEnumerator enumerator = enumerator(AssignedRanges.NONE);
        var serializer = new RangeSource("/ranges", 1).getEnumeratorCheckpointSerializer();
        ended.clear();
        int largest = 0;
        for (int i = 0; ended.isEmpty(); i++) {
            enumerator.handleSplitRequest(i % TASKS, null);
            if (i % 10 == 9) {
                enumerator.addSplitsBack(List.of(requireNonNull(inProgress.get(i % TASKS))), i % TASKS);
            }
            largest = Math.max(largest, serializer.serialize(enumerator.snapshotState(i)).length);
        }
        return largest;
    }

    @Test
    void a_split_survives_a_checkpoint() throws Exception {
        var serializer = new RangeSource("/ranges", 1).getSplitSerializer();
        RangeSplit split = new RangeSplit(1_000_000);
        assertThat(serializer.deserialize(serializer.getVersion(), serializer.serialize(split)))
                .isEqualTo(split);
    }
}
