package org.checkpointrecovery.engine.flink.job;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.assigners.FileSplitAssigner;
import org.jspecify.annotations.Nullable;

/** Assigns the first remaining range to each request, so that the service can commit finished ranges early. */
final class InOrderAssigner implements FileSplitAssigner {
    private final PriorityQueue<FileSourceSplit> left =
            new PriorityQueue<>(Comparator.comparingLong(FileSourceSplit::offset));

    InOrderAssigner(Collection<FileSourceSplit> splits) {
        left.addAll(splits);
    }

    @Override
    public Optional<FileSourceSplit> getNext(@Nullable String hostname) {
        return Optional.ofNullable(left.poll());
    }

    @Override
    public void addSplits(Collection<FileSourceSplit> splits) {
        left.addAll(splits);
    }

    @Override
    public Collection<FileSourceSplit> remainingSplits() {
        return List.copyOf(left);
    }
}
