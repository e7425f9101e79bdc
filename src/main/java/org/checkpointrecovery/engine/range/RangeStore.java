package org.checkpointrecovery.engine.range;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.rehearsal.CrashOrder;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFullException;
import org.checkpointrecovery.storage.JobFiles;
import org.checkpointrecovery.storage.Replacement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the directory {@code ranges} of one job, through which the service and the tasks of a cluster share the job. The
 * changes of a method survive a power cut once it returns, unless it only deletes.
 */
public final class RangeStore {
    private static final Logger log = LoggerFactory.getLogger(RangeStore.class);

    /** Name of the directory, in that of the job. */
    private static final String NAME = "ranges";

    private static final String MANIFEST = "manifest.json";
    private static final String ORDER = "order.json";
    private static final String SUBMISSIONS = "submissions.json";
    private static final String CRASH = "crash";
    private static final String PLUGIN = "plugin.jar";

    /** Name prefix of the directory of an unfinished range. */
    private static final String NEW = ".new-";

    /** Name prefix of a directory during its deletion, so that nobody uses it half deleted. */
    private static final String GONE = ".gone-";

    private final Disk disk;
    private final Path directory;

    /** @param directory the service and the cluster see it under this path */
    public RangeStore(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
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

    private RangeDirectory finished(Range range) {
        return new RangeDirectory(file(String.format(Locale.ROOT, "%019d", range.firstItem())));
    }

    /** @throws DamagedFileException if something else has the place of the directory */
    public void checkDirectory() throws DamagedFileException {
        if (disk.exists(directory) && !disk.isDirectory(directory)) {
            throw new DamagedFileException(directory + " is not a directory, or is a symbolic link. Nothing was"
                    + " changed. Delete it and resume to reprocess the uncommitted items.");
        }
    }

    private void createDirectory() throws IOException {
        if (!disk.exists(directory)) {
            disk.createDirectory(directory);
            disk.forceDirectory(requireNonNull(directory.getParent()));
        }
    }

    public boolean hasManifest() {
        return disk.exists(file(MANIFEST));
    }

    public Manifest manifest() throws IOException {
        return Manifest.read(disk, file(MANIFEST));
    }

    /** Creates the directory if needed. */
    public void save(Manifest manifest) throws IOException {
        createDirectory();
        manifest.write(disk, file(MANIFEST));
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

    /** The cluster's own checkpoints and savepoints. */
    public Path checkpoints() {
        return file("checkpoints");
    }

    /** Copies the jar of the plugin that processes the job's items, for the tasks. */
    public void sharePlugin(Path jar) throws IOException {
        createDirectory();
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

    /** Whether a range has its final name. */
    public boolean isFinished(Range range) {
        return disk.exists(finished(range).path());
    }

    /** Reads the record of a finished range. */
    public RangeRecord record(Range range) throws IOException {
        return RangeRecord.read(disk, finished(range));
    }

    public SeekableByteChannel results(Range range) throws IOException {
        return disk.openForRead(finished(range).results());
    }

    public SeekableByteChannel errors(Range range) throws IOException {
        return disk.openForRead(finished(range).errors());
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
    public RangeDirectory attempt(Range range) {
        return new RangeDirectory(file(NEW + range.firstItem() + "-" + UUID.randomUUID()));
    }

    public void create(RangeDirectory attempt) throws IOException {
        disk.createDirectory(attempt.path());
    }

    /** Gives an attempt the final name of its range, unless another one has it already. */
    public void publish(RangeDirectory attempt, Range range) throws IOException {
        try {
            disk.move(attempt.path(), finished(range).path());
        } catch (IOException e) {
            if (!isFinished(range)) {
                throw e;
            }
            discard(attempt);
        }
        disk.forceDirectory(directory);
    }

    public void discard(RangeDirectory attempt) throws IOException {
        disk.deleteTree(attempt.path());
    }

    /** Deletes a finished range, so that its items are processed again. */
    public void remove(Range range) throws IOException {
        Path gone = file(GONE + UUID.randomUUID());
        disk.move(finished(range).path(), gone);
        disk.forceDirectory(directory);
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
        if (!disk.isDirectory(directory) || !hasManifest()) {
            return Optional.empty();
        }
        Manifest manifest = manifest();
        Finished finished = committed.finished();
        List<Range> ranges = manifest.ranges();
        for (Range range : ranges.subList(manifest.indexOf(committed.nextItem()), ranges.size())) {
            if (isFinished(range)) {
                finished = record(range).addTo(finished, committed.nextItem());
            }
        }
        return Optional.of(finished);
    }

    /**
     * Stops a cluster's work on a job without a run: deletes its order, and the whole directory if the job is over.
     * Tasks stop when they no longer find the order.
     */
    public void release(Status status) throws IOException {
        switch (status) {
            case COMPLETED, CANCELLED -> remove();
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
