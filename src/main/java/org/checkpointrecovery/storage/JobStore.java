package org.checkpointrecovery.storage;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
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
     * Loads all jobs, oldest first. Only directories are jobs; symbolic links are ignored. A job with an unreadable
     * record is returned as {@link Job#damaged}; its record is kept.
     *
     * @param now the time of such a job if its id has none
     */
    public List<Job> loadAll(Instant now) throws IOException {
        List<Job> jobs = new ArrayList<>();
        for (Path directory : directories.list()) {
            String name = directory.getFileName().toString();
            if (JobId.isValid(name)) {
                jobs.add(load(new JobId(name), now));
            }
        }
        return jobs;
    }

    private Job load(JobId id, Instant now) {
        Path record = files(id).job();
        try {
            return JobCodec.decode(disk.read(record), id);
        } catch (IOException e) {
            String message = "Job record " + record.getFileName() + " is damaged: " + e.getMessage()
                    + ". The file was kept and the job stays FAILED. Restore the file and restart the service, or "
                    + "delete the job.";
            log.error("Job {}: {}", id, message);
            Instant made = IdGenerator.timeOf(id.value());
            return Job.damaged(id, message, made == null ? now : made);
        }
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
