package org.checkpointrecovery.engine.flink.job;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.storage.LocalDisk;
import org.jspecify.annotations.Nullable;

/**
 * Assigns to each idle task the first range that is neither finished nor in progress, so that the service can commit finished
 * ranges early. Used by one thread.
 */
final class RangeEnumerator implements SplitEnumerator<RangeSplit, AssignedRanges> {
    private final SplitEnumeratorContext<RangeSplit> context;
    private final RangeStore store;
    private final List<Range> ranges;
    private final TreeSet<Integer> returned;
    private int next;

    RangeEnumerator(SplitEnumeratorContext<RangeSplit> context, RangeStore store, AssignedRanges assigned)
            throws IOException {
        this.context = context;
        this.store = store;
        this.ranges = store.manifest().ranges();
        this.next = assigned.next();
        this.returned = new TreeSet<>(assigned.returned());
    }

    static RangeEnumerator open(SplitEnumeratorContext<RangeSplit> context, Path directory, AssignedRanges assigned)
            throws IOException {
        return new RangeEnumerator(context, new RangeStore(new LocalDisk(), directory), assigned); // it only reads
    }

    @Override
    public void start() {}

    @Override
    public void addReader(int task) {} // it asks when it is ready

    @Override
    public void handleSplitRequest(int task, @Nullable String host) {
        while (!returned.isEmpty() || next < ranges.size()) {
            Integer first = returned.pollFirst();
            int number = first == null ? next++ : first;
            if (!store.isFinished(ranges.get(number))) {
                context.assignSplit(new RangeSplit(number), task);
                return;
            }
        }
        context.signalNoMoreSplits(task);
    }

    @Override
    public void addSplitsBack(List<RangeSplit> splits, int task) {
        splits.forEach(split -> returned.add(split.number()));
    }

    @Override
    public AssignedRanges snapshotState(long checkpoint) {
        return new AssignedRanges(next, List.copyOf(returned));
    }

    @Override
    public void close() {}
}
