package org.checkpointrecovery.engine.flink.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.checkpointrecovery.engine.flink.task.WorkEndedException;
import org.checkpointrecovery.engine.range.Assignments;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.storage.DataMode;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.LocalDisk;
import org.jspecify.annotations.Nullable;

/**
 * Assigns a range to each idle task. A checkpoint has one number: before which place in the log of the submission all
 * ranges are finished. Used by one thread.
 */
final class RangeEnumerator implements SplitEnumerator<RangeSplit, Long> {
    private final SplitEnumeratorContext<RangeSplit> context;
    private final RangeStore store;
    private final int submission;
    private final long from;
    private @Nullable Assignments assignments;

    /**
     * @param store the job's files
     * @param submission its number, from 1
     * @param from of the last checkpoint; 0 if there is none
     */
    RangeEnumerator(SplitEnumeratorContext<RangeSplit> context, RangeStore store, int submission, long from) {
        this.context = context;
        this.store = store;
        this.submission = submission;
        this.from = from;
    }

    static RangeEnumerator open(SplitEnumeratorContext<RangeSplit> context, Path directory, int submission, long from)
            throws IOException {
        Disk disk = new LocalDisk(DataMode.of(directory)); // the service reads and deletes what it creates
        return new RangeEnumerator(context, new RangeStore(disk, directory), submission, from);
    }

    @Override
    public void start() {}

    @Override
    public void addReader(int task) {} // it asks when it is ready

    @Override
    public void handleSplitRequest(int task, @Nullable String host) {
        try {
            Optional<Range> range = assignments().next(task);
            if (range.isPresent()) {
                context.assignSplit(split(range.get()), task);
            } else {
                context.signalNoMoreSplits(task);
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static RangeSplit split(Range range) {
        return new RangeSplit(range.firstItem(), range.items(), range.inputBytes(), range.nextBytes(), range.last());
    }

    private Assignments assignments() throws IOException {
        if (assignments == null) {
            assignments = Assignments.open(store, submission, from, System::nanoTime);
        }
        return assignments;
    }

    private RuntimeException failure(IOException cause) {
        try {
            if (cause instanceof NoSuchFileException && !store.isActive(submission)) {
                return new IllegalStateException(
                        new NoMoreTriesException(new IOException("The job has stopped.", cause)));
            }
            Optional<WorkEndedException> ended = WorkEndedException.of(store, submission, "the JobManager", cause);
            return ended.isPresent()
                    ? new IllegalStateException(new NoMoreTriesException(ended.get()))
                    : new UncheckedIOException(cause);
        } catch (IOException e) {
            return new UncheckedIOException(e);
        }
    }

    /** A reader has no state of its own, so what is in progress at a checkpoint does not matter. */
    @Override
    public void addSplitsBack(List<RangeSplit> splits, int task) {
        if (assignments != null) {
            assignments.takeBack(task);
        }
    }

    @Override
    public Long snapshotState(long checkpoint) {
        return assignments == null ? from : assignments.place();
    }

    @Override
    public void close() throws IOException {
        if (assignments != null) {
            assignments.close();
        }
    }
}
