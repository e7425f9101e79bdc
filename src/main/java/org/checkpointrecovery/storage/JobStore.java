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
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the records of all jobs, one directory each. The changes of a method survive a power cut once it returns: they
 * are in the {@link JobLog}, until the files themselves are forced in the background.
 */
public final class JobStore implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(JobStore.class);
    /** Larger inputs are forced on their own and not copied into the log. */
    private static final int MAX_LOGGED_BYTES = 64 * 1024;

    private final Disk disk;
    private final Path root;
    private final StagedDirectory directories;
    private final JobLog changes;
    private final LogSettler settler;
    /** Jobs whose directories have names that a power cut may take. */
    private final Set<JobId> unforced = ConcurrentHashMap.newKeySet();
    /** Files that the log has and that a full disk had no room for at the start, by job. */
    private final Map<JobId, Map<String, byte[]>> unwritten = new ConcurrentHashMap<>();

    private final LogReplay replay;

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
        this.replay = new LogReplay(disk, directories, root);
        this.settler = new LogSettler(changes, this::settle);
    }

    /** Makes the first {@link #save} as fast as others. */
    public static void prepare() {
        StoredJson.prepare(Job.class);
    }

    /**
     * Cleans up submissions and deletions that a crash interrupted, and repeats what the log has and a power cut took.
     * Call once, before everything else.
     */
    public void open() throws IOException {
        directories.open();
        LogReplay.Done done = replay.apply(changes.open());
        unforced.addAll(done.created());
        unwritten.putAll(done.unwritten());
    }

    /** Writes what the disk had no room for at the start. Later changes of the job need it. */
    private void writeUnwritten(JobId id) throws IOException {
        if (!unwritten.containsKey(id)) {
            return;
        }
        synchronized (unwritten) { // not over a later record
            Map<String, byte[]> files = unwritten.get(id);
            if (files != null) {
                if (replay.restore(id, files)) {
                    unforced.add(id);
                }
                unwritten.remove(id);
            }
        }
    }

    /** Begins to force the files that the log describes, in the background. {@link #close} ends it. */
    public void settleInBackground() {
        settler.start();
    }

    /** Forces the files that the log describes, as far as that takes no long time. The next start does the rest. */
    @Override
    public void close() {
        settler.close();
    }

    /** Creates the directory of a new job. The job exists once {@link Draft#publish} returns, and not before. */
    public Draft begin(JobId id) throws IOException {
        return new Draft(id, directories.begin(id.value()));
    }

    /** Replaces the record of a job. After an exception it is the old or the new one. */
    public void save(Job job) throws IOException {
        byte[] record = JobCodec.encode(job);
        Path file = files(job.id()).job();
        writeUnwritten(job.id());
        LogEntry entry = new LogEntry(LogEntry.Change.SAVED, job.id(), Map.of(nameOf(file), record));
        JobLog.Appended appended = changes.append(entry);
        try {
            Replacement.writeUnforced(disk, file, record);
        } finally {
            appended.close();
        }
        settler.changed();
    }

    private static String nameOf(Path file) {
        return file.getFileName().toString();
    }

    /** Makes the name of a job's directory survive a power cut. Files in it are lost without that, forced or not. */
    public void forceName(JobId id) throws IOException {
        writeUnwritten(id);
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
        directories.forceNames();
        unforced.removeAll(requireNonNull(jobs.get(LogEntry.Change.SUBMITTED)));
    }

    private void settle(JobId id, Path... files) throws IOException {
        writeUnwritten(id);
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
        Set<JobId> ids = new TreeSet<>(unwritten.keySet());
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
        return unwritten.containsKey(id) || directories.isPublished(files(id).directory());
    }

    /**
     * Loads a job. If its record is unreadable, returns {@link Job#damaged} and keeps the record.
     *
     * @param now the time of such a job if its id has none
     * @throws IOException if the record may be readable later
     */
    public Job load(JobId id, Instant now) throws IOException {
        Path record = files(id).job();
        byte[] fromLog = unwritten.getOrDefault(id, Map.of()).get(nameOf(record));
        try {
            return JobCodec.decode(fromLog == null ? disk.read(record) : fromLog, id);
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
        if (unwritten.containsKey(id)) {
            return FileStamp.NONE;
        }
        JobFiles files = files(id);
        return FileStamp.and(disk.stamp(files.directory()), disk.stamp(files.job()));
    }

    /** Whether a job that has ended holds only files that it may keep, so that a start has nothing to delete. */
    public boolean isTidy(JobId id, Status status) throws IOException {
        boolean completed = status == Status.COMPLETED;
        return disk.list(files(id).directory()).stream().allMatch(file -> JobFiles.isKept(file, completed));
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
        } catch (IOException e) {
            log.warn("Job {}: cannot sync its directory to disk: {}. Check the disk.", id, e.toString());
        }
    }

    /** Deletes a job. Needs no room on the disk. */
    public void delete(JobId id) throws IOException {
        writeUnwritten(id);
        try {
            directories.delete(id.value(), () -> appendDeletion(id));
            settler.changed();
        } catch (DiskFullException e) {
            changes.empty(this::settle); // else the next start would bring the job back
            directories.delete(id.value());
        }
        unforced.remove(id);
    }

    private void appendDeletion(JobId id) throws IOException {
        changes.append(new LogEntry(LogEntry.Change.DELETED, id, Map.of())).close();
    }

    public JobFiles files(JobId id) {
        return new JobFiles(root.resolve(id.value()));
    }

    public CheckpointStore checkpoints(JobId id) {
        return new FileCheckpointStore(disk, id, files(id).checkpoint());
    }

    /** A job that is being submitted. Closing it without {@link #publish} leaves nothing behind. */
    public final class Draft implements Closeable {
        private final JobId id;
        private final Path staged;
        private final Map<String, byte[]> logged = new LinkedHashMap<>();
        private boolean forcesFiles;
        private boolean published;

        private Draft(JobId id, Path staged) {
            this.id = id;
            this.staged = staged;
        }

        /** Returns the job's files before it is published. */
        public JobFiles files() {
            return new JobFiles(staged);
        }

        /** Returns the same for a caller that writes files and forces them itself. */
        public JobFiles forcedFiles() {
            forcesFiles = true;
            return files();
        }

        /** Writes the input that the job stores itself. It survives a power cut once the job is published. */
        public void writeInput(byte[] bytes) throws IOException {
            if (bytes.length > MAX_LOGGED_BYTES) {
                Replacement.writeForced(disk, forcedFiles().ownInput(), bytes);
            } else {
                Path input = files().ownInput();
                Replacement.writeAtOnce(disk, input, bytes);
                logged.put(nameOf(input), bytes);
            }
        }

        /** Publishes the job durably, with the files in its directory. */
        public void publish(Job job) throws IOException {
            byte[] record = JobCodec.encode(job);
            if (forcesFiles) {
                Replacement.writeForced(disk, files().job(), record);
                directories.publish(staged, id.value());
            } else {
                Replacement.writeAtOnce(disk, files().job(), record);
                logged.put(nameOf(files().job()), record);
                publishLogged();
            }
            published = true;
        }

        private void publishLogged() throws IOException {
            JobLog.Appended appended = changes.append(new LogEntry(LogEntry.Change.SUBMITTED, id, logged));
            unforced.add(id);
            IOException failure = null;
            try {
                directories.publishUnforced(staged, id.value());
            } catch (IOException e) {
                failure = e;
            } finally {
                appended.close();
            }
            settler.changed();
            if (failure != null) {
                takeBack(failure);
                throw failure;
            }
        }

        /** Removes a job from the log whose directory could not be renamed. */
        private void takeBack(IOException cause) {
            unforced.remove(id);
            try {
                appendDeletion(id);
            } catch (IOException e) {
                cause.addSuppressed(e);
            }
        }

        @Override
        public void close() {
            if (!published) {
                directories.discard(staged);
            }
        }
    }
}
