package org.checkpointrecovery.engine.flink.job;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.Counter;
import org.checkpointrecovery.engine.flink.task.RangeTask;
import org.checkpointrecovery.engine.flink.task.WorkEndedException;
import org.jspecify.annotations.Nullable;

/**
 * Processes the ranges that a task is assigned, one after the other, and sends no records. A checkpoint waits for the
 * range in progress, and so has only ranges that were not begun. Used by one thread.
 */
final class RangeWorker implements SourceReader<Void, RangeSplit> {
    private final SourceReaderContext context;
    private final String process;
    private final Path directory;
    private final int submission;
    private final Counter succeeded;
    private final Counter failed;
    private final Deque<RangeSplit> assigned = new ArrayDeque<>();
    private CompletableFuture<Void> available = new CompletableFuture<>();
    private boolean atEnd;
    private @Nullable RangeTask task;

    /** @param process how a message names this process */
    RangeWorker(SourceReaderContext context, String process, Path directory, int submission) {
        this.context = context;
        this.process = process;
        this.directory = directory;
        this.submission = submission;
        this.succeeded = context.metricGroup().counter("itemsSucceeded");
        this.failed = context.metricGroup().counter("itemsFailed");
    }

    @Override
    public void start() {
        if (assigned.isEmpty()) {
            context.sendSplitRequest();
        }
    }

    @Override
    public InputStatus pollNext(ReaderOutput<Void> output) throws Exception {
        RangeSplit split = assigned.poll();
        if (split != null) {
            work(split);
            if (assigned.isEmpty() && !atEnd) {
                context.sendSplitRequest();
            }
        }
        if (!assigned.isEmpty()) {
            return InputStatus.MORE_AVAILABLE;
        }
        if (atEnd) {
            return InputStatus.END_OF_INPUT;
        }
        available = new CompletableFuture<>();
        return InputStatus.NOTHING_AVAILABLE;
    }

    private void work(RangeSplit split) throws Exception {
        try {
            if (task == null) {
                task = ClusterTask.open(process, directory, submission, context.currentParallelism());
            }
            RangeTask.Counts counts = task.work(split.number());
            succeeded.inc(counts.succeeded());
            failed.inc(counts.failed());
        } catch (WorkEndedException e) {
            throw new NoMoreTriesException(e);
        }
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        return available;
    }

    @Override
    public void addSplits(List<RangeSplit> splits) {
        assigned.addAll(splits);
        available.complete(null);
    }

    @Override
    public void notifyNoMoreSplits() {
        atEnd = true;
        available.complete(null);
    }

    @Override
    public List<RangeSplit> snapshotState(long checkpoint) {
        return List.copyOf(assigned);
    }

    @Override
    public void close() {
        if (task != null) {
            task.close();
        }
    }
}
