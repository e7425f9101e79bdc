package org.checkpointrecovery.engine.flink.job;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.assigners.FileSplitAssigner;
import org.jspecify.annotations.Nullable;

/** Gives the first range that is left to whoever asks: the service can then commit what is done soon. */
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
