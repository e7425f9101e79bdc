package org.checkpointrecovery.engine.local;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.RunEnd;
import org.checkpointrecovery.engine.RunListener;
import org.checkpointrecovery.engine.range.RangeOrder;
import org.checkpointrecovery.engine.range.RangeRecord;
import org.checkpointrecovery.engine.run.InputCalls;
import org.checkpointrecovery.engine.run.RunSettings;
import org.checkpointrecovery.engine.run.Slice;
import org.checkpointrecovery.engine.run.SliceQueue;
import org.checkpointrecovery.engine.run.SliceTaker;
import org.checkpointrecovery.item.InputTruncatedException;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.item.LimitedSource;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.job.Recovery;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.sink.ResultSink;
import org.checkpointrecovery.sink.ResultsFormat;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.InputItems;
import org.checkpointrecovery.storage.PartFiles;

/**
 * Processes one range of a job on threads of this process, into its own directory. Results and errors are byte for byte
 * those of a run in the service itself. Nothing is committed; the caller gives the directory its final name.
 */
public final class RangeRun {
    private final Disk disk;
    private final RangeOrder order;
    private final Processors processors;
    private final RunControl control;

    /**
     * @param control ends the run
     */
    public RangeRun(Disk disk, RangeOrder order, Processors processors, RunControl control) {
        this.disk = disk;
        this.order = order;
        this.processors = processors;
        this.control = control;
    }

    /** How processing of a range ended. */
    public sealed interface End {
        /**
         * All items are processed, or those before a failure that ends the job or a request to end. The directory is
         * complete and forced.
         */
        record Done(RangeRecord record) implements End {}

        /**
         * The control stopped it, and nothing is kept.
         *
         * @param now whether at once; otherwise there was no finished item to keep
         */
        record Stopped(boolean now) implements End {}
    }

    /**
     * @param directory an empty directory
     * @throws InputTruncatedException if the input has fewer bytes, or the range fewer items, than when the input was
     *     cut into ranges
     */
    public End run(Range range, PartFiles directory)
            throws IOException, InterruptedException, Processors.UnavailableException {
        Job job = order.job();
        JobSpec spec = job.validSpec();
        RunSettings settings = RunSettings.ofRange(job, processors, order.maxItemBytes());
        Times times = new Times();
        InputIdentity identity = requireNonNull(job.identity());
        SliceQueue queue = new SliceQueue(settings.concurrent() ? Integer.MAX_VALUE : 2);
        try (SharedThreads threads = new SharedThreads();
                ResultSink sink = ResultSink.open(
                        disk, directory.results(), directory.errors(), ResultsFormat.JSON_LINES, Position.START)) {
            Opened opened = InputCalls.call(control, order.input(), "job-" + job.id() + "-input", () -> {
                InputItems items = order.input().items(disk, spec.format(), identity.bytes(), order.maxItemBytes());
                return new Opened(items, new LimitedSource(items.open(start(range)), range.items()));
            });
            Pipeline pipeline = Pipeline.begin(
                    new Pipeline.Work(job, settings, times, control, processors, threads),
                    new Pipeline.Way(opened.items, opened.source, queue, 0, range.firstItem()),
                    null);
            try {
                Batches batches = new Batches(range, settings, sink, times);
                batches.take(queue);
                if (!batches.areWhole()) {
                    batches.checkThatAskedToEnd();
                    if (control.mustEndNow() || batches.list.isEmpty()) {
                        return new End.Stopped(control.mustEndNow());
                    }
                }
                sink.force();
                RangeRecord record = new RangeRecord(range.firstItem(), times.sum(), batches.list);
                record.write(disk, directory);
                return new End.Done(record);
            } catch (SliceQueue.PipelineException e) {
                if (e.getCause() instanceof IOException failure) {
                    throw failure;
                }
                throw new IllegalStateException(e.getCause());
            } finally {
                control.abort();
                queue.close();
                pipeline.close();
            }
        }
    }

    /** An input, opened where a range starts. */
    private record Opened(InputItems items, ItemSource source) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            source.close();
        }
    }

    /** Only byte positions and item numbers matter; outcomes of earlier items do not. */
    private static Position start(Range range) {
        return new Position(range.firstItem(), range.inputBytes(), 0, 0, range.firstItem(), 0);
    }

    /** Writes slices to the files, and records their batches. */
    private final class Batches {
        private final Range range;
        private final RunSettings settings;
        private final ResultSink sink;
        private final Times times;
        private final List<RangeRecord.Batch> list = new ArrayList<>();
        private long next;
        private long inputBytes;
        private boolean failed;

        Batches(Range range, RunSettings settings, ResultSink sink, Times times) {
            this.range = range;
            this.settings = settings;
            this.sink = sink;
            this.times = times;
            this.next = range.firstItem();
            this.inputBytes = range.inputBytes();
        }

        /** Takes all slices. */
        void take(SliceQueue queue) throws IOException, InterruptedException, SliceQueue.PipelineException {
            List<Slice> taken = new ArrayList<>();
            SliceTaker taker = new SliceTaker(queue, control);
            while (taker.take(taken)) {
                for (Slice slice : taken) {
                    if (control.mustEndNow()) {
                        return;
                    }
                    add(slice);
                    if (failed) {
                        return;
                    }
                }
                queue.release(taken);
            }
        }

        boolean areWhole() {
            return next == range.nextItem() || failed;
        }

        /**
         * @throws InputTruncatedException if there was no request to end: the input has fewer items than when it was
         * cut
         */
        void checkThatAskedToEnd() throws InputTruncatedException {
            if (control.asked() == null && !control.mustEndNow()) {
                throw InputTruncatedException.ofItems(range.firstItem(), next - range.firstItem(), range.items());
            }
        }

        private void add(Slice slice) throws IOException {
            int count = slice.succeeded + slice.failed;
            if (count == 0) {
                return;
            }
            sink.appendResults(slice.results);
            sink.appendErrors(slice.errors);
            next += count;
            inputBytes = slice.nextBytes;
            times.add(slice.processingNanos);
            failed = slice.failed > 0 && settings.allowsNoFailures();
            boolean endsBatch = next % settings.batchSize() == 0 || (range.last() && next == range.nextItem());
            RangeRecord.Batch batch = new RangeRecord.Batch(
                    slice.succeeded,
                    slice.failed,
                    slice.results.length(),
                    slice.errors.length(),
                    inputBytes,
                    endsBatch && !failed,
                    slice.firstFailure == null
                            ? null
                            : new RangeRecord.FirstFailure(slice.firstFailedIndex, slice.firstFailure));
            int before = list.size() - 1;
            if (before < 0 || list.get(before).endsBatch()) {
                list.add(batch);
            } else {
                list.set(before, list.get(before).and(batch));
            }
        }
    }

    /** Adds up the processing times of the items. */
    private static final class Times implements RunListener {
        private final AtomicLong nanos = new AtomicLong();

        void add(long more) {
            nanos.addAndGet(more);
        }

        Duration sum() {
            return Duration.ofNanos(nanos.get());
        }

        @Override
        public void processed(JobId job, long items, Duration took) {
            add(took.toNanos());
        }

        @Override
        public boolean starting(JobId job, Recovery from, Position committed) {
            return true;
        }

        @Override
        public void counted(JobId job, long totalItems) {}

        @Override
        public void committed(JobId job, Checkpoint checkpoint, Duration took) {}

        @Override
        public void ended(JobId job, RunEnd end) {}
    }
}
