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
import org.checkpointrecovery.engine.range.Manifest;
import org.checkpointrecovery.engine.range.RangeOrder;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.engine.range.TaskEnd;
import org.checkpointrecovery.engine.run.Feed;
import org.checkpointrecovery.engine.run.InputCalls;
import org.checkpointrecovery.engine.run.RunFailedException;
import org.checkpointrecovery.engine.run.RunParts;
import org.checkpointrecovery.engine.run.SliceQueue;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.rehearsal.CrashOrder;
import org.checkpointrecovery.storage.Disk;
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
    /** Size of a range if items are cheap: some seconds of work. */
    private static final long RANGE_BYTES = 4L * 1024 * 1024;

    private static final long RANGE_BATCHES = 4096;
    /**
     * Items in a range per concurrent call, if calls are expensive. Larger ranges repeat more calls after a crash, and
     * keep fewer tasks busy at the end.
     */
    private static final long ITEMS_FOR_EACH_CALL = 16;

    private static final Duration END_GRACE = Duration.ofSeconds(10);

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
    private final Runnable onClose;
    private final ClusterJob clusterJob;
    /**
     * Whether the cluster's checkpoints are useless, because ranges that they count as finished must be processed
     * again.
     */
    private boolean ignoreCheckpoints;

    private volatile boolean inputEnded;
    private @Nullable Thread thread;
    private @Nullable Manifest manifest;
    /** How the input is cut into ranges, once the run has begun. */
    private Manifest.@Nullable Cuts cuts;
    /**
     * Whether the cluster may be running the last submission. Used by the feed's thread, and by the closing thread
     * after that has ended.
     */
    private boolean submitted;
    /**
     * Whether this run submitted the last submission, or found the cluster running it. Used by the feed's thread.
     */
    private boolean attached;
    /** The largest number of ranges in progress at once: Flink never exceeds it. Used by the feed's thread. */
    private int tasks;
    /** Why the cluster rejected the last submission, if known. Used by the feed's thread. */
    private @Nullable String refusal;

    private boolean loggedWaiting;

    private int submissionsInVain;
    private int unanswered;
    private String lastUnanswered = "";
    /** The last crash requested from the tasks. Used by the feed's thread. */
    private @Nullable CrashOrder requested;

    private @Nullable CrashOrder waitingCrash; // guarded by this
    private long crashFrom; // guarded by this; the item that the crash waits for, -1 until it is known
    private boolean woken; // guarded by this

    private FlinkFeed(RunParts parts, Position from, Cluster cluster, FlinkSettings settings, Runnable onClose)
            throws IOException {
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
    }

    static FlinkFeed open(RunParts parts, Position from, Cluster cluster, FlinkSettings settings, Runnable onClose)
            throws IOException {
        FlinkFeed feed = new FlinkFeed(parts, from, cluster, settings, onClose);
        feed.openFiles();
        return feed;
    }

    private void openFiles() throws IOException {
        store.checkDirectory();
        if (store.hasManifest()) {
            Manifest found = store.manifest();
            manifest = found;
            submitted = clusterJob.mayBeActive();
            store.dropCrash(); // it belongs to a run that is over
            removeFailed(found);
        }
    }

    /**
     * Deletes finished, uncommitted ranges with failed items, because resuming a failed job retries these items. Call
     * before the run is recorded.
     */
    private void removeFailed(Manifest ranges) throws IOException {
        List<Run> runs = parts.order().job().runs();
        Run.Ending last = runs.isEmpty() ? null : runs.get(runs.size() - 1).ending();
        if (last == null
                || last.end() != Run.End.FAILED
                || !spec.failedItemLimits().areSet()) {
            return;
        }
        for (Range range : ranges.ranges()
                .subList(ranges.indexOf(from.nextItem()), ranges.ranges().size())) {
            if (store.isFinished(range) && store.record(range).failed() > 0) {
                ignoreCheckpoints = true;
                store.remove(range);
            }
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
    public void begin(SliceQueue queue, LongSupplier committedItems)
            throws IOException, Processors.UnavailableException {
        cuts = cuts();
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
        Manifest ranges = manifest != null ? manifest : makeManifest();
        if (ranges == null) {
            return;
        }
        parts.listener().counted(id, ranges.totalItems());
        RangeReader opened = new RangeReader(store, ranges, queue, from);
        while (!control.mustEndNow()) {
            int read = opened.readFinished();
            if (read < 0) {
                return;
            }
            submissionsInVain = read > 0 ? 0 : submissionsInVain;
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
                if (look(queue, opened)) {
                    return;
                }
                unanswered = 0;
                lastUnanswered = "";
                sleep(patience.look());
            } catch (ClusterException e) {
                noteFailedCall(e);
                sleep(patience.pause());
            }
        }
    }

    private @Nullable Manifest makeManifest() throws IOException, InterruptedException {
        Job job = parts.order().job();
        InputIdentity identity = requireNonNull(job.identity());
        Optional<Manifest> made = InputCalls.call(
                control,
                parts.order().input(),
                "job-" + id + "-input",
                () -> Optional.ofNullable(Manifest.make(
                        parts.order()
                                .input()
                                .items(
                                        disk,
                                        spec.format(),
                                        identity.bytes(),
                                        parts.settings().maxItemBytes()),
                        requireNonNull(cuts),
                        () -> control.mustEndNow() || control.asked() != null)));
        if (made.isPresent()) {
            store.save(made.get());
        }
        return made.orElse(null);
    }

    private Manifest.Cuts cuts() throws Processors.UnavailableException {
        Faults faults = spec.faults();
        long crash = faults == null || faults.crashAfterItems() == null ? 0 : faults.crashAfterItems();
        // The batch that a crash hits starts a range, so that the batch before it is committed.
        long cut = crash == 0 ? -1 : (crash - 1) / spec.batchSize() * spec.batchSize();
        if (processors().isConcurrent(spec.processor())) {
            int concurrency = processors().concurrency(spec.processor());
            return new Manifest.Cuts(spec.batchSize(), ITEMS_FOR_EACH_CALL * concurrency, RANGE_BYTES, false, cut);
        }
        long batches = spec.commit() == CommitMode.EACH ? 1 : RANGE_BATCHES;
        return new Manifest.Cuts(spec.batchSize(), batches * spec.batchSize(), RANGE_BYTES, true, cut);
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
            case ACTIVE -> showProgress(ranges);
            case ENDING -> {}
            case FINISHED -> {
                if (ranges.readFinished() == 0 && !ranges.isAtEnd()) {
                    ignoreCheckpoints = true;
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
        Finished finished = ranges.finished(tasks);
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
                tasks = store.order().tasks();
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
        int parallelism = clusterJob.parallelism(ranges.rangesLeft());
        if (parallelism == 0) {
            awaitSlot();
            return;
        }
        tasks = parallelism;
        store.discardAttempts();
        store.save(new RangeOrder(
                parts.order().job(),
                parts.order().input(),
                parts.settings().maxItemBytes(),
                settings.httpAllow(),
                parallelism));
        int before = clusterJob.number();
        refusal = null;
        try {
            clusterJob.submit(
                    JobJar.load(),
                    parallelism,
                    ignoreCheckpoints,
                    () -> control.mustEndNow() || control.asked() != null);
            ignoreCheckpoints = false;
        } catch (ClusterException e) {
            refusal = e.getMessage();
            throw e;
        } finally {
            // Once the submission is recorded, the cluster may have it, whatever the answer.
            submitted = clusterJob.number() > before;
            attached = submitted;
        }
    }

    /** Waits for a free slot without a time limit: a waiting job has not failed. */
    private void awaitSlot() throws InterruptedException {
        if (!loggedWaiting) {
            loggedWaiting = true;
            log.info("Job {}: waiting for a free slot in the cluster", id);
        }
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
        // The cluster's checkpoint itself may be the cause of repeated failures.
        ignoreCheckpoints |= submissionsInVain > 1;
        sleep(patience.look().multipliedBy(submissionsInVain));
        submitted = false;
        attached = false;
        return false;
    }

    private void noteFailedCall(ClusterException e) throws RunFailedException {
        unanswered++;
        String message = String.valueOf(e.getMessage());
        if (!message.equals(lastUnanswered)) {
            log.warn("Job {}: cluster {}: {}. Retrying.", id, cluster, message);
            lastUnanswered = message;
        }
        if (unanswered >= patience.unanswered()) {
            throw new RunFailedException(new Reason(
                    ErrorCode.CLUSTER_FAILED,
                    "The cluster " + cluster + " cannot run the job: " + e.getMessage() + ". Gave up after "
                            + unanswered + " attempts. Committed results are safe. Repair the cluster and resume."));
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

    /** Stops the cluster with a savepoint after its current ranges, or cancels it if that fails. */
    private void pause(RangeReader ranges) throws IOException, InterruptedException {
        String request = null;
        int failures = 0;
        while (submitted && !control.mustEndNow() && failures < patience.submissions()) {
            try {
                if (request == null) {
                    Optional<String> started = clusterJob.stop();
                    if (started.isEmpty()) {
                        break; // it is not running
                    }
                    request = started.get();
                }
                Optional<Boolean> saved = clusterJob.isSaved(request);
                if (saved.isPresent() && saved.get()) {
                    submitted = false;
                } else if (saved.isPresent()) {
                    request = null;
                    failures++;
                }
            } catch (ClusterException e) {
                log.warn(
                        "Job {}: cannot stop it with a savepoint: {}. Retrying, then cancelling it.",
                        id,
                        e.getMessage());
                failures++;
            }
            if (ranges.readFinished() < 0) {
                return;
            }
            if (submitted) {
                sleep(patience.look());
            }
        }
        if (submitted) {
            endInCluster();
        }
        ranges.readFinished();
    }

    /** Waits some time for the cluster to end a job whose ranges are all finished. */
    private void awaitEnd(Duration grace) throws InterruptedException {
        long deadline = System.nanoTime() + grace.toNanos();
        try {
            while (submitted && !control.mustEndNow() && System.nanoTime() < deadline) {
                Optional<Cluster.State> state = clusterJob.state();
                submitted = state.isPresent()
                        && (state.get() == Cluster.State.ACTIVE || state.get() == Cluster.State.ENDING);
                if (submitted) {
                    sleep(patience.look());
                }
            }
        } catch (ClusterException e) {
            log.info("Job {}: all ranges are finished, but the cluster has not confirmed it: {}", id, e.getMessage());
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
