package org.checkpointrecovery.engine.flink.job;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.Counter;
import org.checkpointrecovery.engine.flink.task.RangeTask;
import org.checkpointrecovery.engine.flink.task.WorkEndedException;
import org.checkpointrecovery.job.Range;
import org.jspecify.annotations.Nullable;

/**
 * Processes the ranges that a task is assigned, one after the other, and sends no records. A thread of its own does the
 * work, so that neither a checkpoint nor the end of the task waits for a range. Its methods are called by one thread.
 */
final class RangeWorker implements SourceReader<Void, RangeSplit> {
    /** How long a cancelled task may take to keep what is done of its range, and then to drop it. */
    private static final long GRACE_MILLIS = 2000;

    private final SourceReaderContext context;
    private final String process;
    private final Path directory;
    private final int submission;
    private final Counter succeeded;
    private final Counter failed;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread worker = new Thread(task, "range-worker");
        worker.setDaemon(true);
        return worker;
    });
    private volatile @Nullable RangeTask task; // opened by the other thread
    private volatile boolean closing;
    /** The range in progress; null if there is none. */
    private @Nullable CompletableFuture<RangeTask.Counts> work;
    /** Completed when there is something to do. */
    private CompletableFuture<Void> woken = new CompletableFuture<>();

    private boolean atEnd;

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
        context.sendSplitRequest();
    }

    @Override
    public void addSplits(List<RangeSplit> splits) {
        for (RangeSplit split : splits) { // one, because only one was requested
            Range range =
                    new Range(split.firstItem(), split.items(), split.inputBytes(), split.nextBytes(), split.last());
            CompletableFuture<RangeTask.Counts> begun = new CompletableFuture<>();
            work = begun;
            thread.execute(() -> {
                try {
                    begun.complete(work(range));
                } catch (Throwable e) { // report any failure to the thread of the task
                    begun.completeExceptionally(e);
                }
            });
        }
        woken.complete(null);
    }

    private RangeTask.Counts work(Range range) throws Exception {
        try {
            RangeTask opened = task;
            if (opened == null) {
                opened = ClusterTask.open(process, directory, submission, context.currentParallelism());
                task = opened;
            }
            if (closing) {
                opened.endSoon();
            }
            return opened.work(range);
        } catch (WorkEndedException e) {
            throw new NoMoreTriesException(e);
        }
    }

    @Override
    public InputStatus pollNext(ReaderOutput<Void> output) throws Exception {
        if (work != null && work.isDone()) {
            end(work);
            work = null;
            if (!atEnd) {
                context.sendSplitRequest();
            }
        }
        if (work == null && atEnd) {
            return InputStatus.END_OF_INPUT;
        }
        woken = new CompletableFuture<>();
        return InputStatus.NOTHING_AVAILABLE;
    }

    private void end(CompletableFuture<RangeTask.Counts> done) throws Exception {
        try {
            RangeTask.Counts counts = done.get();
            succeeded.inc(counts.succeeded());
            failed.inc(counts.failed());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        return work == null ? woken : work.handle((counts, failure) -> null);
    }

    @Override
    public void notifyNoMoreSplits() {
        atEnd = true;
        woken.complete(null);
    }

    /** Nothing: the enumerator knows from the disk which ranges to assign again. */
    @Override
    public List<RangeSplit> snapshotState(long checkpoint) {
        return List.of();
    }

    @Override
    public void close() {
        closing = true;
        thread.shutdown();
        boolean interrupted = false;
        RangeTask opened = task;
        if (opened != null) {
            opened.endSoon();
            interrupted = awaitWorker();
            opened.endNow();
        }
        interrupted |= awaitWorker();
        opened = task;
        if (opened != null) {
            opened.close();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the other thread, if it ends in time. Flink interrupts a task that it cancels; returns whether it did. */
    private boolean awaitWorker() {
        boolean interrupted = false;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS);
        while (!thread.isTerminated() && System.nanoTime() < deadline) {
            try {
                thread.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        return interrupted;
    }
}
