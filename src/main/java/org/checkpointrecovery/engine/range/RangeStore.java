package org.checkpointrecovery.engine.range;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.rehearsal.CrashOrder;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFullException;
import org.checkpointrecovery.storage.InputItems;
import org.checkpointrecovery.storage.JobFiles;
import org.checkpointrecovery.storage.PartFiles;
import org.checkpointrecovery.storage.Parts;
import org.checkpointrecovery.storage.Replacement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the directories {@code ranges} and {@code parts} of one job, through which the service and the tasks of a cluster
 * share the job. The changes of a method survive a power cut once it returns, unless it only deletes.
 */
public final class RangeStore {
    private static final Logger log = LoggerFactory.getLogger(RangeStore.class);

    /** Name of the directory, in that of the job. */
    private static final String NAME = "ranges";

    private static final String ORDER = "order.json";
    private static final String SUBMISSIONS = "submissions.json";
    private static final String CRASH = "crash";
    private static final String FLUSH = "flush";
    private static final String PLUGIN = "plugin.jar";

    /** Name prefix of the directory of an unfinished part. */
    private static final String NEW = ".new-";

    /** Name prefix of a directory during its deletion, so that nobody uses it half deleted. */
    private static final String GONE = ".gone-";

    private final Disk disk;
    private final Path directory;
    private final JobFiles job;
    /** Directories of parts whose names are durable. */
    private final Set<Path> groups = ConcurrentHashMap.newKeySet();

    /** @param directory the service and the cluster see it under this path */
    public RangeStore(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
        this.job = new JobFiles(requireNonNull(directory.getParent()));
    }

    public static RangeStore of(Disk disk, JobFiles job) {
        return new RangeStore(disk, job.directory().resolve(NAME));
    }

    public Path directory() {
        return directory;
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private Path ended(int submission) {
        return file("ended-" + submission + ".json");
    }

    private Path cuts(int submission) {
        return file("cuts-" + submission + ".jsonl");
    }

    private Path pausing(int submission) {
        return file("pause-" + submission);
    }

    private PartFiles finished(long firstItem) {
        return job.part(firstItem);
    }

    /** @throws DamagedFileException if something else has the place of the directory, or of that of the parts */
    public void checkDirectory() throws DamagedFileException {
        for (Path each : List.of(directory, job.parts())) {
            if (disk.exists(each) && !disk.isDirectory(each)) {
                throw new DamagedFileException(each + " is not a directory, or is a symbolic link. Nothing was"
                        + " changed. Delete it and resume to reprocess the uncommitted items.");
            }
        }
    }

    /** Creates the directory, and that of the parts, unless they exist. */
    public void createDirectory() throws IOException {
        if (!disk.exists(directory) || !disk.exists(job.parts())) {
            disk.createDirectory(directory);
            disk.createDirectory(job.parts());
            disk.forceDirectory(job.directory());
        }
    }

    /** Whether the job has such a directory. */
    public boolean exists() {
        return disk.isDirectory(directory);
    }

    /**
     * Starts the log of the ranges of a submission.
     *
     * @param submission its number, from 1
     * @param known ranges that earlier submissions were cut into, in item order, without a gap
     */
    public void beginCuts(int submission, List<Range> known) throws IOException {
        CutLog.create(disk, cuts(submission), known);
    }

    CutLog cuts(int submission, long bytes) throws IOException {
        return CutLog.open(disk, cuts(submission), bytes);
    }

    long readCuts(int submission, long from, CutLog.Reader reader) throws IOException {
        return CutLog.read(disk, cuts(submission), from, reader);
    }

    /** Opens the input of an order. */
    InputItems items(RangeOrder order) throws IOException {
        return order.items(disk);
    }

    public RangeOrder order() throws IOException {
        return RangeOrder.read(disk, file(ORDER));
    }

    public void save(RangeOrder order) throws IOException {
        order.write(disk, file(ORDER));
    }

    /** Returns no submissions if none was saved. */
    public Submissions submissions() throws IOException {
        return Submissions.read(disk, file(SUBMISSIONS));
    }

    public void save(Submissions submissions) throws IOException {
        submissions.write(disk, file(SUBMISSIONS));
    }

    /**
     * Returns how a submission ended on its own, or was abandoned; empty if neither.
     *
     * @param submission its number, from 1
     */
    public Optional<TaskEnd> end(int submission) throws IOException {
        return TaskEnd.read(disk, ended(submission));
    }

    /** Ends a submission. Its tasks start no other range. */
    public void end(int submission, TaskEnd end) throws IOException {
        end.write(disk, ended(submission));
    }

    /** Tells the tasks of a submission to end their ranges soon and to start no others. */
    public void pause(int submission) throws IOException {
        disk.open(pausing(submission)).close();
        disk.forceDirectory(directory);
    }

    public boolean isPausing(int submission) {
        return disk.exists(pausing(submission));
    }

    /** Tells the tasks to end their ranges soon and to go on with others. */
    public void requestFlush() throws IOException {
        Replacement.write(disk, file(FLUSH), UUID.randomUUID().toString().getBytes(US_ASCII));
    }

    /** Names the last {@link #requestFlush}; empty if there was none. */
    public String flush() throws IOException {
        return disk.exists(file(FLUSH)) ? new String(disk.read(file(FLUSH)), US_ASCII) : "";
    }

    /** Whether tasks of a submission may work: the service has not withdrawn the order, and no task has ended it. */
    public boolean isActive(int submission) {
        return disk.exists(file(ORDER)) && !disk.exists(ended(submission));
    }

    /** Requests a crash from the tasks. */
    public void requestCrash(CrashOrder order) throws IOException {
        CrashRequest.write(disk, file(CRASH), order);
    }

    public boolean isCrashRequested() {
        return disk.exists(file(CRASH));
    }

    /** Takes the requested crash, so that it happens once; empty if there is none, or another task took it. */
    public Optional<CrashOrder> takeCrash() throws IOException {
        return CrashRequest.take(disk, file(CRASH));
    }

    /** Drops the crash that no task has taken. */
    public void dropCrash() throws IOException {
        disk.delete(file(CRASH));
    }

    /** Copies the jar of the plugin that processes the job's items, for the tasks. */
    public void sharePlugin(Path jar) throws IOException {
        disk.createDirectory(plugins());
        Replacement.write(disk, plugins().resolve(PLUGIN), disk.read(disk.realPath(jar)));
    }

    private Path plugins() {
        return file("plugins");
    }

    /** Returns the shared jar; empty if the processor is no plugin. */
    public Optional<Path> plugin() {
        Path jar = plugins().resolve(PLUGIN);
        return disk.exists(jar) ? Optional.of(jar) : Optional.empty();
    }

    /** Whether a range from this item onward is finished. How far it goes, its record tells. */
    public boolean isFinished(long firstItem) {
        return disk.exists(finished(firstItem).directory());
    }

    /** Reads the record of a finished range. */
    public RangeRecord record(long firstItem) throws IOException {
        return RangeRecord.read(disk, finished(firstItem));
    }

    /**
     * Returns what is not finished of a range: the range without the finished ranges that it begins with; empty if all of
     * it is.
     */
    public Optional<Range> unfinished(Range range, RangeOrder order) throws IOException {
        Range left = range;
        while (isFinished(left.firstItem())) {
            RangeRecord record = record(left.firstItem());
            if (record.nextItem() >= left.nextItem() || order.isEndedBy(record)) {
                return Optional.empty();
            }
            left = left.from(record.nextItem(), record.nextBytes());
        }
        return Optional.of(left);
    }

    /** Whether this process can create and delete files in the directory. True if a disk is full. */
    public boolean isWritable() {
        Path probe = file(NEW + UUID.randomUUID());
        try {
            disk.open(probe).close();
            disk.delete(probe);
            return true;
        } catch (DiskFullException e) {
            return true; // which the first range reports
        } catch (IOException e) {
            return !disk.isDirectory(directory); // else the job no longer exists
        }
    }

    /** Names a new attempt at a range, whose directory nobody else uses. */
    public PartFiles attempt(Range range) {
        return new PartFiles(file(NEW + range.firstItem() + "-" + UUID.randomUUID()));
    }

    public void create(PartFiles attempt) throws IOException {
        disk.createDirectory(attempt.directory());
    }

    /** Makes an attempt the part of its range, unless another one is already. */
    public void publish(PartFiles attempt, Range range) throws IOException {
        PartFiles part = finished(range.firstItem());
        Path group = requireNonNull(part.directory().getParent());
        if (!groups.contains(group)) { // another process may have made it, but not forced yet
            disk.createDirectory(group);
            disk.forceDirectory(job.parts());
            groups.add(group);
        }
        try {
            disk.move(attempt.directory(), part.directory());
        } catch (IOException e) {
            if (!isFinished(range.firstItem())) {
                throw e;
            }
            discard(attempt);
        }
        disk.forceDirectory(group);
    }

    public void discard(PartFiles attempt) throws IOException {
        disk.deleteTree(attempt.directory());
    }

    /**
     * Deletes what is finished of a range from an item on, so that it is processed again.
     *
     * @param item the end of a batch, or an item before the range
     */
    public void remove(long firstItem, long item) throws IOException {
        PartFiles part = finished(firstItem);
        if (firstItem < item) {
            record(firstItem).before(item).replace(disk, part);
            return;
        }
        Path gone = file(GONE + UUID.randomUUID());
        disk.move(part.directory(), gone);
        disk.forceDirectory(requireNonNull(part.directory().getParent()));
        disk.deleteTree(gone);
    }

    /** Deletes the unfinished ranges of earlier submissions, without waiting for tasks that may still run. */
    public void discardAttempts() throws IOException {
        for (Path path : disk.list(directory)) {
            String name = path.getFileName().toString();
            if (name.startsWith(NEW) || name.startsWith(GONE)) {
                Path gone = file(GONE + UUID.randomUUID());
                try {
                    disk.move(path, gone);
                    disk.deleteTree(gone);
                } catch (NoSuchFileException e) {
                    // the task has just finished it
                } catch (IOException e) {
                    log.info("Cannot delete {} yet: {}", path, e.toString());
                }
            }
        }
    }

    /** Counts the committed items and those of the finished ranges after them; empty if the job has no ranges. */
    public Optional<Finished> finished(Position committed) throws IOException {
        if (!exists()) {
            return Optional.empty();
        }
        RangeChain chain = RangeChain.open(this, submissions().list().size(), committed);
        Finished ahead = chain.ahead();
        return Optional.of(new Finished(
                committed.finished().succeeded() + ahead.succeeded(),
                committed.finished().failed() + ahead.failed()));
    }

    /**
     * Stops a cluster's work on a job without a run: deletes its order, and the whole directory if the job is over, with
     * the parts that it does not need. Tasks stop when they no longer find the order.
     *
     * @param committed the position up to which the job has results
     */
    public void release(Status status, Position committed) throws IOException {
        switch (status) {
            case COMPLETED -> {
                remove();
                Parts parts = new Parts(disk, job);
                if (parts.areWhole(committed)) {
                    parts.delete();
                }
            }
            case CANCELLED -> {
                remove();
                new Parts(disk, job).deleteUncommitted(committed.nextItem());
            }
            case PAUSED, CRASHED, FAILED -> withdraw();
            case CREATED, QUEUED, RUNNING, PAUSING, CANCELLING -> {}
        }
    }

    private void remove() throws IOException {
        Path removed = directory.resolveSibling(NAME + ".removed");
        disk.deleteTree(removed);
        if (disk.exists(directory)) {
            withdraw();
            disk.move(directory, removed); // a task that still runs can no longer add to it
            disk.deleteTree(removed);
        }
    }

    private void withdraw() throws IOException {
        if (disk.isDirectory(directory)) { // through a symbolic link, another job's order would be deleted
            disk.delete(file(ORDER));
        }
    }

    /** @param removed the path to delete so that the job can continue */
    static DamagedFileException damaged(Path file, Path removed, DamagedFileException e) {
        return new DamagedFileException("File " + file + " is damaged: " + e.getMessage()
                + ". Nothing was changed. Delete " + removed
                + " and resume; uncommitted items lost with it are reprocessed.");
    }
}
