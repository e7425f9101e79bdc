package org.checkpointrecovery.storage;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the records of all jobs, one directory each. The changes of a method survive a power cut once it returns: they
 * are in the {@link JobLog}. The files themselves are written and forced in the background.
 */
public final class JobStore implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(JobStore.class);
    /** Larger inputs are forced on their own and not copied into the log. */
    private static final int MAX_LOGGED_BYTES = 64 * 1024;

    private final Disk disk;
    private final Path root;
    private final StagedDirectory directories;
    private final JobLog changes;
    private final UnwrittenFiles unwritten;
    private final LogSettler settler;
    /** Jobs whose directories have names that a power cut may take. */
    private final Set<JobId> unforced = ConcurrentHashMap.newKeySet();

    /**
     * @param root directory of the jobs' directories; its parent must exist
     * @param logs directory of the log; its parent must exist
     */
    public JobStore(Disk disk, Path root, Path logs) {
        this(disk, root, logs, JobLog.SEGMENT_BYTES);
    }

    JobStore(Disk disk, Path root, Path logs, long segmentBytes) {
        this.disk = disk;
        this.root = root;
        this.directories = new StagedDirectory(disk, root);
        this.changes = new JobLog(disk, logs, segmentBytes);
        this.unwritten = new UnwrittenFiles(disk, root);
        this.settler = new LogSettler(changes, this::write, this::settle);
    }

    /** Makes the first {@link #save} as fast as others. */
    public static void prepare(Job job) {
        byte[] unused = JobCodec.encode(job);
    }

    /**
     * Cleans up submissions and deletions that a crash interrupted, and finds what the log has and a power cut took. Call
     * once, before everything else.
     */
    public void open() throws IOException {
        LogReplay replay = new LogReplay(disk, directories, root);
        changes.open(replay::add);
        List<JobId> deleted =
                directories.open(replay::addDeleted).stream().map(JobId::new).toList();
        replay.apply(unwritten);
        for (JobId id : deleted) {
            logDeletion(id);
        }
    }

    /** Begins to write and force the files that the log describes, in the background. {@link #close} ends it. */
    public void settleInBackground() {
        settler.start();
    }

    /** Writes and forces the files that the log describes, as far as that takes no long time. The next start does the rest. */
    @Override
    public void close() {
        settler.close();
    }

    /** Begins a new job. It exists once {@link Draft#publish} returns, and not before. */
    public Draft begin(JobId id) {
        return new Draft(id);
    }

    /** Replaces the record of a job. After an exception it is the old one. */
    public void save(Job job) throws IOException {
        append(LogEntry.Change.SAVED, job.id(), Map.of(nameOf(files(job.id()).job()), JobCodec.encode(job)));
    }

    private void append(LogEntry.Change change, JobId id, Map<String, byte[]> files) throws IOException {
        JobLog.Appended appended = changes.append(new LogEntry(change, id, files));
        try {
            if (change == LogEntry.Change.SUBMITTED) {
                unwritten.addFresh(id, files);
            } else {
                unwritten.add(id, files);
            }
        } finally {
            appended.close();
        }
        settler.changed();
        if (unwritten.isFull()) {
            writeNow(id);
        }
    }

    /** Writes the files of a job that are in the log already. */
    private void writeNow(JobId id) {
        try {
            write(id);
        } catch (IOException e) {
            log.debug("Job {}: cannot write its files now", id, e); // the background tries, and warns
        }
    }

    private static String nameOf(Path file) {
        return file.getFileName().toString();
    }

    /** Writes the files of all jobs, unless they are written. */
    void write() throws IOException {
        write(() -> true);
    }

    private boolean write(BooleanSupplier goOn) throws IOException {
        IOException failure = null;
        for (JobId id : unwritten.jobs()) {
            if (!goOn.getAsBoolean()) {
                return false;
            }
            try {
                write(id);
            } catch (IOException e) {
                failure = e; // the others may have better luck
            }
        }
        if (failure != null) {
            throw failure;
        }
        return true;
    }

    private void write(JobId id) throws IOException {
        if (unwritten.write(id)) {
            unforced.add(id);
        }
    }

    /**
     * Creates the directory of a job, unless it exists, and makes its name survive a power cut. Files in it are lost without
     * that, forced or not.
     */
    public void makeDirectory(JobId id) throws IOException {
        if (unwritten.write(id, nameOf(files(id).job()))) { // the record is about to change
            unforced.add(id);
        }
        if (unforced.contains(id)) {
            directories.forceNames();
            unforced.remove(id);
        }
    }

    /** Forces the files that a segment of the log describes. */
    private void settle(Map<LogEntry.Change, Set<JobId>> jobs) throws IOException {
        for (JobId id : requireNonNull(jobs.get(LogEntry.Change.SUBMITTED))) {
            settle(id, files(id).job(), files(id).ownInput());
        }
        for (JobId id : requireNonNull(jobs.get(LogEntry.Change.SAVED))) {
            settle(id, files(id).job());
        }
        for (JobId id : requireNonNull(jobs.get(LogEntry.Change.DELETED))) {
            directories.remove(id.value()); // unless that was done when it was deleted
        }
        directories.forceNames();
        unforced.removeAll(requireNonNull(jobs.get(LogEntry.Change.SUBMITTED)));
    }

    private void settle(JobId id, Path... files) throws IOException {
        write(id);
        for (Path file : files) {
            try {
                disk.size(file); // opening would create it
                try (DiskFile open = disk.open(file)) {
                    open.force();
                }
            } catch (NoSuchFileException | NotAFileException e) {
                // the job has no such file, was deleted meanwhile, or another program has replaced it
            }
        }
        try {
            disk.forceDirectory(files(id).directory());
        } catch (NoSuchFileException e) {
            // deleted meanwhile
        }
    }

    /**
     * Lists the directories that may be those of jobs, oldest first.
     *
     * @see #isJob
     */
    public List<JobId> list() throws IOException {
        Set<JobId> ids = new TreeSet<>(unwritten.jobs());
        for (Path path : directories.names()) {
            String name = path.getFileName().toString();
            if (JobId.isValid(name)) {
                ids.add(new JobId(name));
            } else {
                directories.isPublished(path); // logs what is not a directory
            }
        }
        return List.copyOf(ids);
    }

    /** Whether a listed directory is a job's. Symbolic links and files are not; they are left in place and logged. */
    public boolean isJob(JobId id) {
        return unwritten.has(id) || directories.isPublished(files(id).directory());
    }

    /**
     * Loads a job. If its record is unreadable, returns {@link Job#damaged} and keeps the record.
     *
     * @param now the time of such a job if its id has none
     * @throws IOException if the record may be readable later
     */
    public Job load(JobId id, Instant now) throws IOException {
        Path record = files(id).job();
        try {
            return JobCodec.decode(disk(id).read(record), id);
        } catch (DamagedFileException | NoSuchFileException e) {
            return damaged(id, e.getMessage(), now);
        }
    }

    /** Returns a job whose record cannot be used. */
    public Job damaged(JobId id, @Nullable String problem, Instant now) {
        String message = "Job record " + files(id).job().getFileName() + " is damaged: " + problem
                + ". The file was kept and the job stays FAILED. Restore the file and restart the service, or "
                + "delete the job.";
        log.error("Job {}: {}", id, message);
        Instant made = IdGenerator.timeOf(id.value());
        return Job.damaged(id, message, made == null ? now : made);
    }

    /**
     * Returns the stamp of a job's record and of the names in its directory. A change of either changes it. 0 if the record
     * is only in the log yet.
     */
    public long stamp(JobId id) throws IOException {
        if (unwritten.has(id)) {
            return FileStamp.NONE;
        }
        JobFiles files = files(id);
        return FileStamp.and(disk.stamp(files.directory()), disk.stamp(files.job()));
    }

    /** Whether a job that has ended holds only files that it may keep, so that a start has nothing to delete. Writes its files first. */
    public boolean isTidy(JobId id, Status status) throws IOException {
        write(id);
        boolean completed = status == Status.COMPLETED;
        JobFiles files = files(id);
        return disk.list(files.directory()).stream().allMatch(file -> files.isKept(file, completed))
                && disk.exists(files.parts()) == disk.exists(files.partIndex())
                && !(completed && disk.exists(files.partIndex()) && disk.exists(files.results()));
    }

    /** Returns the index of the settled jobs. */
    public JobIndex index() {
        return new JobIndex(disk, root.resolveSibling("jobs.index"));
    }

    /**
     * Makes the files found for a job survive a power cut before anyone sees the job. A killed service may not have
     * forced them.
     */
    public void forceFound(JobId id) {
        try {
            disk.forceDirectory(files(id).directory());
        } catch (NoSuchFileException e) {
            log.debug("Job {} has no directory yet", id);
        } catch (IOException e) {
            log.warn("Job {}: cannot sync its directory to disk: {}. Check the disk.", id, e.toString());
        }
    }

    /**
     * Deletes a job. After an exception it still exists. Needs no room on the disk, unless the job is so new that it has no
     * directory.
     */
    public void delete(JobId id) throws IOException {
        try {
            changes.append(deletionOf(id)).close();
            settler.changed();
            removeFiles(id);
        } catch (DiskFullException e) {
            synchronized (unwritten.lockOf(id)) {
                if (!disk.isDirectory(files(id).directory())) {
                    throw e;
                }
                directories.deleteMarked(id.value()); // else the log would bring it back
                unwritten.drop(id);
            }
            if (changes.has(id)) {
                logDeletion(id);
            } else {
                directories.deleteMark(id.value());
            }
        }
        unforced.remove(id);
    }

    private static LogEntry deletionOf(JobId id) {
        return new LogEntry(LogEntry.Change.DELETED, id, Map.of());
    }

    /** Removes the files of a job whose deletion is in the log. */
    private void removeFiles(JobId id) {
        synchronized (unwritten.lockOf(id)) {
            unwritten.drop(id);
            try {
                directories.remove(id.value());
            } catch (IOException e) {
                log.warn("Job {}: cannot delete its directory: {}. Retrying later.", id, e.toString());
            }
        }
    }

    /** Logs a deletion of which there is a mark. Without room for that the mark stays. */
    private void logDeletion(JobId id) {
        try {
            changes.append(deletionOf(id)).close();
            directories.deleteMark(id.value());
        } catch (IOException e) {
            log.warn("Job {}: cannot log its deletion: {}. The next start does it.", id, e.toString());
        }
    }

    public JobFiles files(JobId id) {
        return new JobFiles(root.resolve(id.value()));
    }

    /** Returns the disk on which the record and the own input of a job can be read, written or not. */
    public Disk disk(JobId id) {
        Path directory = files(id).directory();
        return new OverlaidDisk(
                disk, file -> directory.equals(file.getParent()) ? unwritten.content(id, nameOf(file)) : null);
    }

    public CheckpointStore checkpoints(JobId id) {
        return new FileCheckpointStore(disk, id, files(id).checkpoint());
    }

    /** A job that is being submitted. Closing it without {@link #publish} leaves nothing behind. */
    public final class Draft implements Closeable {
        private final JobId id;
        private final Path staged;
        private final Map<String, byte[]> logged = new LinkedHashMap<>();
        private boolean created;
        private boolean published;

        private Draft(JobId id) {
            this.id = id;
            this.staged = directories.staged(id.value());
        }

        /** Returns the job's files before it is published. To be read from {@link #disk}. */
        public JobFiles files() {
            return new JobFiles(staged);
        }

        /** Returns the disk on which the job's files can be read, written or not. */
        public Disk disk() {
            return new OverlaidDisk(disk, file -> staged.equals(file.getParent()) ? logged.get(nameOf(file)) : null);
        }

        /** Returns the job's files for a caller that writes some and forces them. */
        public JobFiles forcedFiles() throws IOException {
            if (!created) {
                directories.begin(id.value());
                created = true;
            }
            return files();
        }

        /** Writes the input that the job stores itself. It survives a power cut once the job is published. */
        public void writeInput(byte[] bytes) throws IOException {
            if (bytes.length > MAX_LOGGED_BYTES) {
                Replacement.writeForced(disk, forcedFiles().ownInput(), bytes);
            } else {
                logged.put(nameOf(files().ownInput()), bytes);
            }
        }

        /** Publishes the job durably, with its input. */
        public void publish(Job job) throws IOException {
            byte[] record = JobCodec.encode(job);
            if (created) {
                Replacement.writeForced(disk, files().job(), record);
                directories.publish(staged, id.value());
            } else {
                settler.awaitRoom();
                logged.put(nameOf(files().job()), record);
                append(LogEntry.Change.SUBMITTED, id, logged);
            }
            published = true;
        }

        @Override
        public void close() {
            if (created && !published) {
                directories.discard(staged);
            }
        }
    }
}
