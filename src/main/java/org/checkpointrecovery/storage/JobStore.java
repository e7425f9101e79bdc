package org.checkpointrecovery.storage;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores the records of all jobs, one directory each. The changes of a method survive a power cut once it returns. */
public final class JobStore {
    private static final Logger log = LoggerFactory.getLogger(JobStore.class);

    private final Disk disk;
    private final Path root;
    private final StagedDirectory directories;

    /** @param root directory of the jobs' directories; its parent must exist */
    public JobStore(Disk disk, Path root) {
        this.disk = disk;
        this.root = root;
        this.directories = new StagedDirectory(disk, root);
    }

    /** Cleans up submissions and deletions that a crash interrupted. Call once, before everything else. */
    public void open() throws IOException {
        directories.open();
    }

    /** Creates the directory of a new job. The job exists once {@link Draft#publish} returns, and not before. */
    public Draft begin(JobId id) throws IOException {
        return new Draft(id, directories.begin(id.value()));
    }

    /** Replaces the record of a job. After an exception it is the old or the new one. */
    public void save(Job job) throws IOException {
        Replacement.write(disk, files(job.id()).job(), JobCodec.encode(job));
    }

    /**
     * Lists the directories that may be those of jobs, oldest first.
     *
     * @see #isJob
     */
    public List<JobId> list() throws IOException {
        List<JobId> ids = new ArrayList<>();
        for (Path path : directories.names()) {
            String name = path.getFileName().toString();
            if (JobId.isValid(name)) {
                ids.add(new JobId(name));
            } else {
                directories.isPublished(path); // logs what is not a directory
            }
        }
        return ids;
    }

    /** Whether a listed directory is a job's. Symbolic links and files are not; they are left in place and logged. */
    public boolean isJob(JobId id) {
        return directories.isPublished(files(id).directory());
    }

    /**
     * Loads a job. If its record is unreadable, returns {@link Job#damaged} and keeps the record.
     *
     * @param now the time of such a job if its id has none
     * @throws IOException if the record may be readable later
     */
    public Job load(JobId id, Instant now) throws IOException {
        try {
            return JobCodec.decode(disk.read(files(id).job()), id);
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

    /** Returns the stamp of a job's record and of the names in its directory. A change of either changes it. */
    public long stamp(JobId id) throws IOException {
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

    public void delete(JobId id) throws IOException {
        directories.delete(id.value());
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
        private boolean published;

        private Draft(JobId id, Path staged) {
            this.id = id;
            this.staged = staged;
        }

        /** Returns the job's files before it is published. */
        public JobFiles files() {
            return new JobFiles(staged);
        }

        /** Publishes the job durably, with the files in its directory, which must be forced already. */
        public void publish(Job job) throws IOException {
            Replacement.writeForced(disk, files().job(), JobCodec.encode(requireNonNull(job)));
            directories.publish(staged, id.value());
            published = true;
        }

        @Override
        public void close() {
            if (!published) {
                directories.discard(staged);
            }
        }
    }
}
