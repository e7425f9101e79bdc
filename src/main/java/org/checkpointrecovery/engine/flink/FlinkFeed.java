package org.checkpointrecovery.engine.flink;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.checkpointrecovery.engine.CrashOrder;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.engine.flink.task.CrashRequest;
import org.checkpointrecovery.engine.run.Feed;
import org.checkpointrecovery.engine.run.InputCalls;
import org.checkpointrecovery.engine.run.RunControl;
import org.checkpointrecovery.engine.run.RunFailedException;
import org.checkpointrecovery.engine.run.RunParts;
import org.checkpointrecovery.engine.run.SliceQueue;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Faults;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.Manifest;
import org.checkpointrecovery.storage.RangeFiles;
import org.checkpointrecovery.storage.RangeOrder;
import org.checkpointrecovery.storage.RangeRecord;
import org.checkpointrecovery.storage.Replacement;
import org.checkpointrecovery.storage.TaskEnd;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the ranges of a job worked on by a cluster, and brings those that are done, in their order, to the thread that commits.
 * What is done is what is on disk; what the cluster says of itself only tells when to wait, to submit anew, or to give up.
 */
final class FlinkFeed implements Feed {
    private static final Logger log = LoggerFactory.getLogger(FlinkFeed.class);
    /** Of ranges of items that cost little: some seconds of work. */
    private static final long RANGE_BYTES = 4L * 1024 * 1024;

    private static final long RANGE_BATCHES = 4096;
    /**
     * Of ranges of items at a price, for each that is worked on at once: what a crash repeats, and the time that is
     * lost at the end.
     */
    private static final long ITEMS_FOR_EACH_CALL = 16;

    private static final String GONE = ".gone-";
    private static final Duration END_GRACE = Duration.ofSeconds(10);

    private final RunParts parts;
    private final RunControl control;
    private final Disk disk;
    private final JobId id;
    private final JobSpec spec;
    private final RangeFiles files;
    private final Position from;
    private final Cluster cluster;
    private final FlinkSettings settings;
    private final FlinkSettings.Patience patience;
    private final Runnable onClose;
    private final ClusterJob clusterJob;
    /** Whether the cluster's checkpoints are of no use, because ranges that it has done are to be done again. */
    private boolean ignoreCheckpoints;

    private volatile boolean inputEnded;
    private @Nullable Thread thread;
    private @Nullable Manifest manifest;
    /**
     * Whether the cluster may be at work on the last submission; of the feed's thread, and when that has ended of the
     * other.
     */
    private boolean submitted;
    /**
     * Whether the cluster was found at work on the last submission, or was given it, by this run; of the feed's thread.
     */
    private boolean attached;
    /** Why the cluster did not take the last submission, as far as is known; of the feed's thread. */
    private @Nullable String refusal;

    private boolean loggedWaiting;

    private int submissionsInVain;
    private int unanswered;
    private String lastUnanswered = "";
    /** The last crash that tasks were asked for; of the feed's thread. */
    private @Nullable CrashOrder requested;

    private @Nullable CrashOrder waitingCrash; // guarded by this
    private long crashFrom; // guarded by this; the item that it waits for, -1 until that is known
    private boolean woken; // guarded by this

    private FlinkFeed(RunParts parts, Position from, Cluster cluster, FlinkSettings settings, Runnable onClose)
            throws IOException {
        this.parts = parts;
        this.control = parts.control();
        this.disk = parts.disk();
        RunOrder order = parts.order();
        this.id = order.job().id();
        this.spec = order.job().validSpec();
        this.files = requireNonNull(order.files()).ranges();
        this.from = from;
        this.cluster = cluster;
        this.settings = settings;
        this.patience = settings.patience();
        this.onClose = onClose;
        this.clusterJob = new ClusterJob(disk, id, files, cluster, settings);
    }

    static FlinkFeed open(RunParts parts, Position from, Cluster cluster, FlinkSettings settings, Runnable onClose)
            throws IOException {
        FlinkFeed feed = new FlinkFeed(parts, from, cluster, settings, onClose);
        feed.openFiles();
        return feed;
    }

    private void openFiles() throws IOException {
        if (disk.exists(files.directory()) && !disk.isDirectory(files.directory())) {
            throw new DamagedFileException(files.directory() + " is not a directory, or is a symbolic link. Nothing was"
                    + " changed. Delete it and resume to reprocess the uncommitted items.");
        }
        if (disk.exists(files.manifest())) {
            Manifest found = Manifest.read(disk, files.manifest());
            manifest = found;
            submitted = clusterJob.mayBeActive();
            disk.delete(files.crash()); // the run that was to take it is over
            removeFailed(found);
        }
    }

    /**
     * A job that failed is resumed to try failed items again: those that are not committed. Before the run is recorded.
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
            Path directory = files.range(range);
            if (disk.exists(directory) && RangeRecord.read(disk, directory).failed() > 0) {
                ignoreCheckpoints = true;
                remove(directory);
            }
        }
    }

    private void remove(Path range) throws IOException {
        Path gone = gone(range);
        disk.move(range, gone);
        disk.forceDirectory(files.directory());
        disk.deleteTree(gone);
    }

    /** The name of a directory that is being deleted: so nobody takes half of it for the whole. */
    private static Path gone(Path directory) {
        return directory.resolveSibling(GONE + UUID.randomUUID());
    }

    @Override
    public @Nullable Reason damage() {
        return null;
    }

    @Override
    public boolean inputEnded() {
        return inputEnded;
    }

    /** A crash on purpose that was asked for from outside. From any thread. */
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
        if (spec.processor() instanceof ProcessorSpec.Plugin plugin) {
            sharePlugin(plugin);
        }
        control.onChange(this::wake);
        thread = new Thread(() -> run(queue), "job-" + id + "-cluster");
        thread.start();
    }

    private void sharePlugin(ProcessorSpec.Plugin plugin) throws IOException, Processors.UnavailableException {
        URI jar = settings.pluginJar()
                .apply(plugin.name())
                .orElseThrow(() -> new Processors.UnavailableException(
                        "The plugin \"" + plugin.name() + "\" is not installed on this service (--plugins)."));
        createDirectory();
        disk.createDirectory(files.plugins());
        Replacement.write(disk, files.plugin(), disk.read(disk.realPath(Path.of(jar))));
    }

    private void createDirectory() throws IOException {
        if (!disk.exists(files.directory())) {
            disk.createDirectory(files.directory());
            disk.forceDirectory(requireNonNull(files.directory().getParent()));
        }
    }

    private void run(SliceQueue queue) {
        try {
            work(queue);
            queue.finish();
        } catch (Throwable e) { // whatever it is, the thread that commits must hear of it
            queue.fail(e);
        }
    }

    private void work(SliceQueue queue) throws IOException, InterruptedException {
        Manifest ranges = manifest != null ? manifest : makeManifest();
        if (ranges == null) {
            return;
        }
        parts.listener().counted(id, ranges.totalItems());
        RangeReader opened = new RangeReader(disk, files, ranges, queue, from.nextItem());
        rehearse(opened);
        while (!control.mustEndNow()) {
            int read = opened.readFinished();
            if (read < 0) {
                return;
            }
            submissionsInVain = read > 0 ? 0 : submissionsInVain;
            if (opened.isAtEnd()) {
                awaitEnd(END_GRACE);
                crashAtEnd();
                inputEnded = true;
                return;
            }
            Run.End asked = control.asked();
            if (asked == Run.End.PAUSED) {
                pause(opened);
                inputEnded = opened.isAtEnd();
                return;
            }
            if (asked != null) {
                return; // the service stops, and the cluster goes on
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
                "job-" + id + "-input",
                () -> Optional.ofNullable(Manifest.make(
                        parts.order()
                                .input()
                                .items(
                                        disk,
                                        spec.format(),
                                        identity.bytes(),
                                        parts.settings().maxItemBytes()),
                        cuts(),
                        () -> control.mustEndNow() || control.asked() != null)));
        if (made.isPresent()) {
            createDirectory();
            made.get().write(disk, files.manifest());
        }
        return made.orElse(null);
    }

    private Manifest.Cuts cuts() {
        Faults faults = spec.faults();
        long crash = faults == null || faults.crashAfterItems() == null ? 0 : faults.crashAfterItems();
        // The batch that a crash strikes begins a range: so the one before it is committed.
        long cut = crash == 0 ? -1 : (crash - 1) / spec.batchSize() * spec.batchSize();
        if (Processors.isConcurrent(spec.processor())) {
            return new Manifest.Cuts(
                    spec.batchSize(), ITEMS_FOR_EACH_CALL * concurrency(spec.processor()), RANGE_BYTES, false, cut);
        }
        long batches = spec.commit() == CommitMode.EACH ? 1 : RANGE_BATCHES;
        return new Manifest.Cuts(spec.batchSize(), batches * spec.batchSize(), RANGE_BYTES, true, cut);
    }

    private static int concurrency(ProcessorSpec spec) {
        if (spec instanceof ProcessorSpec.Http http) {
            return http.concurrency();
        }
        if (spec instanceof ProcessorSpec.Command command) {
            return command.concurrency();
        }
        return spec instanceof ProcessorSpec.Plugin plugin ? plugin.concurrency() : 1;
    }

    /** A crash of the checkpoint that the spec asks for is the service's matter; those of the work are the tasks'. */
    private void rehearse(RangeReader ranges) {
        Faults faults = spec.faults();
        Long item = faults == null ? null : faults.crashAfterItems();
        if (faults != null
                && item != null
                && parts.settings().firstRun()
                && faults.crashPoint().isOfCheckpoint()) {
            ranges.crashAt(new CrashOrder(CrashMode.JOB, faults.crashPoint(), item), item - 1);
        }
    }

    /** Hands a crash on to those whom it strikes, when it is time. */
    private void forwardCrash(RangeReader ranges) throws IOException {
        CrashOrder order;
        synchronized (this) {
            order = waitingCrash;
            if (crashFrom < 0) {
                crashFrom = ranges.nextItem() + (order == null ? 0 : order.afterItems());
            }
            boolean ofCheckpoint = order != null
                    && order.mode() == CrashMode.JOB
                    && order.point().isOfCheckpoint();
            if (order == null || (!ofCheckpoint && (!attached || ranges.nextItem() < crashFrom))) {
                return;
            }
            waitingCrash = null;
        }
        if (order.mode() == CrashMode.JOB && order.point().isOfCheckpoint()) {
            ranges.crashAt(order, ranges.nextItem() + Math.max(1, order.afterItems()) - 1);
        } else {
            requested = order;
            CrashRequest.write(disk, files.crash(), order);
        }
    }

    /** A crash that came when all was done already strikes all the same, as it does where the service itself works. */
    private void crashAtEnd() {
        CrashOrder late;
        synchronized (this) {
            late = waitingCrash != null && waitingCrash.afterItems() == 0 ? waitingCrash : null;
        }
        if (late == null && requested != null && disk.exists(files.crash())) {
            late = requested; // and no task has taken it
        }
        if (late != null && late.mode() == CrashMode.JOB) {
            control.crash(new CrashOrder(CrashMode.JOB, late.point(), 0));
        }
    }

    /** Asks the cluster how it is, and sees to it that it works. True if the run is over. */
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
            case ACTIVE -> showProgress();
            case ENDING -> {}
            case FINISHED -> {
                if (ranges.readFinished() == 0 && !ranges.isAtEnd()) {
                    ignoreCheckpoints = true;
                    return submitAgain("the Flink job is FINISHED, but some ranges are not");
                }
            }
            case FAILED -> {
                return endedByTask(queue, ranges)
                        || submitAgain(
                                "the Flink job is FAILED: " + clusterJob.rootCause().orElse("unknown cause"));
            }
            case CANCELED ->
                throw new RunFailedException(new Reason(
                        ErrorCode.CLUSTER_FAILED,
                        "The job was cancelled in the cluster. Committed results are safe. Resume to continue."));
        }
        return false;
    }

    private void showProgress() throws ClusterException {
        if (spec.failedItemLimits().areSet()) {
            return; // what is beyond the checkpoint may be done again
        }
        Map<String, Long> counts = clusterJob.accumulators();
        Long succeeded = counts.get("succeeded");
        Long failed = counts.get("failed");
        if (succeeded != null && failed != null) {
            parts.listener().finished(id, succeeded, failed);
        }
    }

    /**
     * Goes on with the submission that the cluster works on, if it does, or makes another one. True if the run is over.
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
        int parallelism = clusterJob.parallelism(ranges.rangesLeft());
        if (parallelism == 0) {
            awaitSlot();
            return;
        }
        discard();
        new RangeOrder(
                        parts.order().job(),
                        parts.order().input(),
                        parts.settings().maxItemBytes(),
                        settings.httpAllow(),
                        parallelism)
                .write(disk, files.order());
        int before = clusterJob.number();
        refusal = null;
        try {
            clusterJob.submit(JobJar.load(), parallelism, ignoreCheckpoints, () -> control.mustEndNow() || control.asked() != null);
            ignoreCheckpoints = false;
        } catch (ClusterException e) {
            refusal = e.getMessage();
            throw e;
        } finally {
            // Once it is recorded the cluster may have it, whatever is answered.
            submitted = clusterJob.number() > before;
            attached = submitted;
        }
    }

    /** However long the other tasks take: a job that waits in line has not failed. */
    private void awaitSlot() throws InterruptedException {
        if (!loggedWaiting) {
            loggedWaiting = true;
            log.info("Job {}: waiting for a free slot in the cluster", id);
        }
        sleep(patience.pause());
    }

    /** What tasks of earlier submissions have begun. Whoever still works there is not waited for any more. */
    private void discard() throws IOException {
        for (Path path : disk.list(files.directory())) {
            String name = path.getFileName().toString();
            if (name.startsWith(RangeFiles.NEW) || name.startsWith(GONE)) {
                discard(path);
            }
        }
    }

    private void discard(Path attempt) {
        Path gone = gone(attempt);
        try {
            disk.move(attempt, gone);
            disk.deleteTree(gone);
        } catch (NoSuchFileException e) {
            // it is done, just now
        } catch (IOException e) {
            log.info("Job {}: cannot delete {} yet: {}", id, attempt.getFileName(), e.toString());
        }
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
        // What a checkpoint of the cluster's does not survive may be the checkpoint itself.
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

    /** Whether a task has ended the run; says how. */
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
                // What was done before the crash is committed before it.
                if (queue.awaitEmpty()) {
                    control.crash(new CrashOrder(CrashMode.JOB, crashPoint(), 0));
                }
            }
            case FAILED -> throw new RunFailedException(reason);
            case COMPLETED, CANCELLED, STOPPED -> {
                return false;
            }
        }
        return true;
    }

    private CrashPoint crashPoint() {
        if (requested != null) {
            return requested.point();
        }
        return spec.faults() == null ? CrashPoint.PROCESSING : spec.faults().crashPoint();
    }

    /** Has the cluster finish the ranges in work, and stop with a savepoint; or stop anyhow. */
    private void pause(RangeReader ranges) throws IOException, InterruptedException {
        String request = null;
        int failures = 0;
        while (submitted && !control.mustEndNow() && failures < patience.submissions()) {
            try {
                if (request == null) {
                    Optional<String> begun = clusterJob.stop();
                    if (begun.isEmpty()) {
                        break; // it does not go on
                    }
                    request = begun.get();
                }
                Optional<Boolean> saved = clusterJob.isSaved(request);
                if (saved.isPresent() && saved.get()) {
                    submitted = false;
                } else if (saved.isPresent()) {
                    request = null;
                    failures++;
                }
            } catch (ClusterException e) {
                log.warn("Job {}: cannot stop it with a savepoint: {}. Retrying, then cancelling it.", id, e.getMessage());
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

    /** Gives the cluster some time to end a job whose ranges are all done. */
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

    /** Ends the work in the cluster, whether that answers or not. */
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
            log.warn(
                    "Job {}: cannot cancel it in the cluster: {}. Its tasks stop on their own.", id, e.getMessage());
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
