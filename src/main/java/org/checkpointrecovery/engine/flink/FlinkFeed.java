package org.checkpointrecovery.engine.flink;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.engine.range.Cuts;
import org.checkpointrecovery.engine.range.RangeChain;
import org.checkpointrecovery.engine.range.RangeOrder;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.engine.range.TaskEnd;
import org.checkpointrecovery.engine.run.Feed;
import org.checkpointrecovery.engine.run.InputCalls;
import org.checkpointrecovery.engine.run.ItemCounter;
import org.checkpointrecovery.engine.run.PartSink;
import org.checkpointrecovery.engine.run.RunFailedException;
import org.checkpointrecovery.engine.run.RunParts;
import org.checkpointrecovery.engine.run.Sink;
import org.checkpointrecovery.engine.run.SliceQueue;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.rehearsal.CrashOrder;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.JobFiles;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a cluster process the ranges of a job, and delivers the finished ranges, in order, to the thread that commits.
 * Only the disk tells which ranges are finished. The state of the cluster only decides whether to wait, submit again,
 * or give up.
 */
final class FlinkFeed implements Feed {
    private static final Logger log = LoggerFactory.getLogger(FlinkFeed.class);
    /** Bytes of the first ranges at most: some milliseconds of work if items are cheap. */
    private static final long RANGE_BYTES = 4L * 1024 * 1024;
    /** What a range may have at most, because its record lists its batches. */
    private static final long RANGE_BATCHES = 4096;
    /** Items in the first ranges per concurrent call, if calls are expensive. */
    private static final long ITEMS_FOR_EACH_CALL = 16;

    private static final Duration END_GRACE = Duration.ofSeconds(10);
    /** What a pause waits for batches in progress, as a stopping service does. */
    private static final Duration PAUSE_GRACE = Duration.ofSeconds(30);

    private final RunParts parts;
    private final RunControl control;
    private final Disk disk;
    private final JobId id;
    private final JobSpec spec;
    private final RangeStore store;
    private final Position from;
    private final Cluster cluster;
    private final FlinkSettings settings;
    private final FlinkSettings.Patience patience;
    private final ItemCounter counter;
    private final Runnable onClose;
    private final ClusterJob clusterJob;
    private volatile boolean inputEnded;
    private @Nullable Thread thread;
    private @Nullable RangeChain chain; // once the files are open
    /** How the input is cut into ranges, once the run has begun. */
    private @Nullable Cuts cuts;
    /** The number of items in the input; null while it is unknown. */
    private volatile @Nullable Long total;
    /** The number of committed items, once the run has begun. */
    private LongSupplier committedItems = () -> 0;
    /**
     * Whether the cluster may be running the last submission. Used by the feed's thread, and by the closing thread
     * after that has ended.
     */
    private boolean submitted;
    /**
     * Whether this run submitted the last submission, or found the cluster running it. Used by the feed's thread.
     */
    private boolean attached;
    /** Why the cluster rejected the last submission, if known. Used by the feed's thread. */
    private @Nullable String refusal;

    /** Used by the feed's thread. */
    private final ClusterWait wait;

    private int submissionsInVain;
    /** The last crash requested from the tasks. Used by the feed's thread. */
    private @Nullable CrashOrder requested;

    /** Whether the tasks were told to end their ranges, because a crash waits for a commit. Used by the feed's thread. */
    private boolean flushed;

    private @Nullable CrashOrder waitingCrash; // guarded by this
    private long crashFrom; // guarded by this; the item that the crash waits for, -1 until it is known
    private boolean woken; // guarded by this

    private FlinkFeed(
            RunParts parts,
            Position from,
            Cluster cluster,
            FlinkSettings settings,
            ItemCounter counter,
            Runnable onClose)
            throws IOException {
        this.counter = counter;
        this.parts = parts;
        this.control = parts.control();
        this.disk = parts.disk();
        RunOrder order = parts.order();
        this.id = order.job().id();
        this.spec = order.job().validSpec();
        this.store = RangeStore.of(disk, requireNonNull(order.target().files()));
        this.from = from;
        this.cluster = cluster;
        this.settings = settings;
        this.patience = settings.patience();
        this.onClose = onClose;
        this.clusterJob = new ClusterJob(disk, id, store, cluster, settings);
        this.wait = new ClusterWait(
                patience, parts.clock(), what -> parts.listener().waiting(id, what));
    }

    static FlinkFeed open(
            RunParts parts,
            Position from,
            Cluster cluster,
            FlinkSettings settings,
            ItemCounter counter,
            Runnable onClose)
            throws IOException {
        FlinkFeed feed = new FlinkFeed(parts, from, cluster, settings, counter, onClose);
        feed.openFiles();
        return feed;
    }

    private void openFiles() throws IOException {
        store.checkDirectory();
        RangeChain opened = RangeChain.open(store, clusterJob.number(), from);
        chain = opened;
        if (store.exists()) {
            submitted = clusterJob.mayBeActive();
            store.dropCrash(); // it belongs to a run that is over
            removeFailed(opened);
        }
    }

    /**
     * Deletes finished, uncommitted ranges with failed items, because resuming a failed job retries these items. Call
     * before the run is recorded.
     */
    private void removeFailed(RangeChain ranges) throws IOException {
        List<Run> runs = parts.order().job().runs();
        Run.Ending last = runs.isEmpty() ? null : runs.get(runs.size() - 1).ending();
        if (last != null
                && last.end() == Run.End.FAILED
                && spec.failedItemLimits().areSet()) {
            ranges.removeFailed();
        }
    }

    @Override
    public @Nullable Reason damage() {
        return null;
    }

    @Override
    public boolean inputEnded() {
        return inputEnded;
    }

    /** Requests a simulated crash. Thread-safe. */
    synchronized void crash(CrashOrder order) {
        waitingCrash = order;
        crashFrom = -1;
        wake();
    }

    private synchronized void wake() {
        woken = true;
        notifyAll();
    }

    private synchronized void sleep(Duration time) throws InterruptedException {
        long deadline = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); !woken && left > 0; left = deadline - System.nanoTime()) {
            wait(left / 1_000_000 + 1);
        }
        woken = false;
    }

    @Override
    public Sink sink(RunParts parts, Position from) throws IOException {
        JobFiles files = requireNonNull(parts.order().target().files());
        return PartSink.open(disk, files, spec.execution().results(), from);
    }

    @Override
    public void begin(SliceQueue queue, LongSupplier committedItems)
            throws IOException, InterruptedException, Processors.UnavailableException {
        InputCalls.call(control, parts.order().input(), "job-" + id + "-input", () -> {
            total = counter.count(parts.order(), parts.listener());
            return true;
        });
        cuts = cuts();
        this.committedItems = committedItems;
        store.createDirectory();
        Optional<URI> jar = processors().jar(spec.processor());
        if (jar.isPresent()) {
            store.sharePlugin(Path.of(jar.get()));
        }
        control.onChange(this::wake);
        thread = new Thread(() -> run(queue), "job-" + id + "-cluster");
        thread.start();
    }

    private Processors processors() {
        return parts.order().means().processors();
    }

    private void run(SliceQueue queue) {
        try {
            work(queue);
            queue.finish();
        } catch (Throwable e) { // report any failure to the committing thread
            queue.fail(e);
        }
    }

    private void work(SliceQueue queue) throws IOException, InterruptedException {
        RangeReader opened =
                new RangeReader(store, requireNonNull(chain), queue, from, spec.failedItemLimits(), control);
        while (!control.mustEndNow()) {
            int read = opened.readFinished();
            if (read < 0) {
                return;
            }
            if (read > 0) {
                submissionsInVain = 0;
                wait.progressed();
            }
            if (opened.isAtEnd()) {
                awaitEnd(END_GRACE);
                inputEnded = !crashAtEnd();
                return;
            }
            Run.End asked = control.asked();
            if (asked == Run.End.PAUSED) {
                pause(opened);
                inputEnded = opened.isAtEnd();
                return;
            }
            if (asked != null) {
                return; // the service stops, but the cluster continues
            }
            try {
                forwardCrash(opened);
                flush();
                if (look(queue, opened)) {
                    return;
                }
                wait.answered();
                sleep(patience.look());
            } catch (ClusterException e) {
                if (control.asked() == null) { // else the call may have been given up
                    noteFailedCall(e);
                    sleep(patience.pause());
                }
            }
        }
    }

    private Cuts cuts() throws Processors.UnavailableException {
        Faults faults = spec.faults();
        long crash = faults == null || faults.crashAfterItems() == null ? 0 : faults.crashAfterItems();
        // The batch that a crash hits starts a range, so that the batch before it is committed.
        long cut = crash == 0 ? -1 : (crash - 1) / spec.batchSize() * spec.batchSize();
        boolean each = spec.commit() == CommitMode.EACH;
        long most = RANGE_BATCHES * spec.batchSize();
        if (processors().isConcurrent(spec.processor())) {
            long first = ITEMS_FOR_EACH_CALL * processors().concurrency(spec.processor());
            return new Cuts(spec.batchSize(), first, RANGE_BYTES, each ? first : most, false, cut);
        }
        return new Cuts(spec.batchSize(), spec.batchSize(), RANGE_BYTES, each ? spec.batchSize() : most, true, cut);
    }

    /** Tells the tasks to end their ranges once a simulated crash waits for the next commit. */
    private void flush() throws IOException {
        if (!flushed && attached && control.commitsEachBatch() && spec.commit() != CommitMode.EACH) {
            flushed = true;
            store.requestFlush();
        }
    }

    /** Passes a requested crash to the tasks when it is due. */
    private void forwardCrash(RangeReader ranges) throws IOException {
        CrashOrder order;
        synchronized (this) {
            order = waitingCrash;
            if (crashFrom < 0) {
                crashFrom = ranges.nextItem() + (order == null ? 0 : order.afterItems());
            }
            if (order == null || !attached || ranges.nextItem() < crashFrom) {
                return;
            }
            waitingCrash = null;
        }
        requested = order;
        store.requestCrash(order);
    }

    /** Carries out a crash that was ordered after all ranges finished, as the local engine does; false if there is none. */
    private boolean crashAtEnd() {
        CrashOrder late;
        synchronized (this) {
            late = waitingCrash != null && waitingCrash.afterItems() == 0 ? waitingCrash : null;
        }
        if (late == null && requested != null && store.isCrashRequested()) {
            late = requested; // no task has taken it
        }
        if (late == null || late.mode() != CrashMode.JOB) {
            return false;
        }
        control.endAtBatch(Run.End.CRASHED);
        return true;
    }

    /** Checks the state of the cluster, and submits again if needed. Returns true if the run is over. */
    private boolean look(SliceQueue queue, RangeReader ranges) throws IOException, InterruptedException {
        if (!attached) {
            return attachOrSubmit(queue, ranges);
        }
        Optional<Cluster.State> state = clusterJob.state();
        if (state.isEmpty()) {
            return endedByTask(queue, ranges)
                    || submitAgain(
                            refusal == null
                                    ? "the JobManager no longer knows the job"
                                    : "the cluster rejected the job: " + refusal);
        }
        switch (state.get()) {
            case ACTIVE -> {
                showProgress(ranges);
                if (wait.forTasks(clusterJob)) {
                    parts.place().leave();
                } else {
                    parts.place().take(); // the cluster starts tasks without asking
                }
            }
            case ENDING -> {}
            case FINISHED -> {
                if (ranges.readFinished() == 0 && !ranges.isAtEnd()) {
                    return submitAgain("the Flink job is FINISHED, but some ranges are not");
                }
            }
            case FAILED -> {
                if (endedByTask(queue, ranges)) {
                    return true;
                }
                String cause = clusterJob.rootCause().orElse("unknown cause");
                failIfNotShared(cause);
                return submitAgain("the Flink job is FAILED: " + cause);
            }
            case CANCELED ->
                throw new RunFailedException(new Reason(
                        ErrorCode.CLUSTER_FAILED,
                        "The job was cancelled in the cluster. Committed results are safe. Resume to continue."));
        }
        return false;
    }

    private static void failIfNotShared(String cause) throws RunFailedException {
        Optional<String> notShared = JobJar.notShared(cause);
        if (notShared.isPresent()) {
            throw new RunFailedException(new Reason(
                    ErrorCode.CLUSTER_FAILED,
                    notShared.get() + ". The service, the JobManager and all TaskManagers need the data directory"
                            + " under the same path, readable and writable. Committed results are safe. Mount it"
                            + " there and resume."));
        }
    }

    private void showProgress(RangeReader ranges) throws IOException {
        if (spec.failedItemLimits().areSet()) {
            return; // uncommitted items may be processed again
        }
        Finished finished = ranges.finished();
        parts.listener().finished(id, finished.succeeded(), finished.failed());
    }

    /**
     * Continues with the submission that the cluster is running, or submits again. Returns true if the run is over.
     */
    private boolean attachOrSubmit(SliceQueue queue, RangeReader ranges) throws IOException, InterruptedException {
        if (submitted) {
            Optional<Cluster.State> state = clusterJob.state();
            if (state.isPresent() && state.get() == Cluster.State.ACTIVE) {
                log.info("Job {}: the cluster is already running submission {}", id, clusterJob.number());
                attached = true;
                return false;
            }
            if (endedByTask(queue, ranges)) {
                return true;
            }
        }
        submit(ranges);
        return false;
    }

    private void submit(RangeReader ranges) throws IOException, InterruptedException {
        clusterJob.abandon();
        submitted = false;
        int parallelism = clusterJob.parallelism(tasksOfUse(ranges));
        if (parallelism == 0) {
            awaitSlot();
            return;
        }
        if (!parts.place().take()) {
            wait.forWorker();
            sleep(patience.pause());
            return;
        }
        wait.submitting();
        store.discardAttempts();
        store.save(new RangeOrder(
                parts.order().job(),
                parts.order().input(),
                parts.settings().maxItemBytes(),
                settings.httpAllow(),
                from,
                requireNonNull(cuts)));
        int before = clusterJob.number();
        refusal = null;
        try {
            clusterJob.submit(
                    JobJar.load(),
                    parallelism,
                    requireNonNull(chain).known(committedItems.getAsLong()),
                    () -> control.mustEndNow() || control.asked() != null);
        } catch (ClusterException e) {
            refusal = e.getMessage();
            throw e;
        } finally {
            // Once the submission is recorded, the cluster may have it, whatever the answer.
            submitted = clusterJob.number() > before;
            attached = submitted;
            if (submitted) {
                requireNonNull(chain).follow(clusterJob.number());
            }
        }
    }

    /** Returns how many tasks have a range to begin with; at least 1. */
    private int tasksOfUse(RangeReader ranges) {
        Cuts first = requireNonNull(cuts);
        long bytes = requireNonNull(parts.order().job().identity()).bytes()
                - requireNonNull(chain).nextBytes();
        long items = total == null ? bytes : total - ranges.nextItem(); // an item has a byte at least
        return (int) Math.max(
                1, Math.min(settings.parallelism(), Math.max(items / first.items(), bytes / first.bytes()) + 1));
    }

    /** Waits for a free slot without a time limit: a waiting job has not failed. */
    private void awaitSlot() throws InterruptedException {
        wait.forSlot(clusterJob.slots());
        parts.place().leave();
        sleep(patience.pause());
    }

    private boolean submitAgain(String why) throws IOException, InterruptedException {
        submissionsInVain++;
        log.warn("Job {}: {} (submission {}). Submitting it again, up to a limit.", id, why, clusterJob.number());
        if (submissionsInVain >= patience.submissions()) {
            throw new RunFailedException(new Reason(
                    ErrorCode.CLUSTER_FAILED,
                    "The cluster did not run the job: " + why + ". Gave up after " + submissionsInVain
                            + " submissions. Committed results are safe. Fix the cause and resume."));
        }
        wait.forSubmission(submissionsInVain, why);
        sleep(patience.look().multipliedBy(submissionsInVain));
        submitted = false;
        attached = false;
        return false;
    }

    private void noteFailedCall(ClusterException e) throws RunFailedException {
        if (wait.forAnswer(e)) {
            throw new RunFailedException(new Reason(
                    ErrorCode.CLUSTER_FAILED,
                    "The cluster " + cluster + " cannot run the job: " + e.getMessage() + ". Gave up after "
                            + patience.unanswered().toSeconds()
                            + " s. Committed results are safe. Repair the cluster and resume."));
        }
    }

    /** Whether a task has ended the run. If so, passes its reason on. */
    private boolean endedByTask(SliceQueue queue, RangeReader ranges) throws IOException, InterruptedException {
        Optional<TaskEnd> end = clusterJob.taskEnd();
        if (end.isEmpty()) {
            return false;
        }
        submitted = false;
        if (ranges.readFinished() < 0) {
            return true;
        }
        Reason reason = end.get().reason();
        switch (end.get().end()) {
            case PAUSED -> control.pause(reason);
            case CRASHED -> {
                // Ranges finished before the crash are committed first.
                if (queue.awaitEmpty()) {
                    control.endAtBatch(Run.End.CRASHED);
                }
            }
            case FAILED -> throw new RunFailedException(reason);
            case COMPLETED, CANCELLED, STOPPED -> {
                return false;
            }
        }
        return true;
    }

    /** Has the tasks end their ranges soon and keep what is done of them. Cancels the Flink job if that takes too long. */
    private void pause(RangeReader ranges) throws IOException, InterruptedException {
        if (submitted) {
            store.pause(clusterJob.number());
            awaitEnd(PAUSE_GRACE);
        }
        if (submitted) {
            endInCluster();
        }
        ranges.readFinished();
        showProgress(ranges);
    }

    /** Waits some time for the Flink job to end on its own. */
    private void awaitEnd(Duration grace) throws InterruptedException {
        long deadline = System.nanoTime() + grace.toNanos();
        int failures = 0;
        while (submitted && !control.mustEndNow() && System.nanoTime() < deadline) {
            try {
                Optional<Cluster.State> state = clusterJob.state();
                submitted = state.isPresent()
                        && (state.get() == Cluster.State.ACTIVE || state.get() == Cluster.State.ENDING);
            } catch (ClusterException e) {
                failures++;
                if (failures >= patience.submissions()) {
                    log.info("Job {}: the cluster does not say whether it has ended: {}", id, e.getMessage());
                    return;
                }
            }
            if (submitted) {
                sleep(patience.look());
            }
        }
    }

    /** Cancels the Flink job, whether the cluster answers or not. */
    private void endInCluster() throws InterruptedException {
        try {
            clusterJob.cancel();
            long deadline = System.nanoTime() + END_GRACE.toNanos();
            while (System.nanoTime() < deadline) {
                Optional<Cluster.State> state = clusterJob.state();
                if (state.isEmpty() || (state.get() != Cluster.State.ACTIVE && state.get() != Cluster.State.ENDING)) {
                    return;
                }
                Thread.sleep(100);
            }
        } catch (ClusterException e) {
            log.warn("Job {}: cannot cancel it in the cluster: {}. Its tasks stop on their own.", id, e.getMessage());
        } finally {
            submitted = false;
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        onClose.run();
        if (thread != null) {
            thread.join();
        }
        if (submitted && control.asked() != Run.End.STOPPED) {
            endInCluster();
        }
    }
}
