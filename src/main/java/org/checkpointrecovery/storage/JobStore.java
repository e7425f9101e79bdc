package org.checkpointrecovery.storage;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
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

    /** Deletes the checkpoint of a COMPLETED job, and the other files that only its runs needed. */
    public void removeCheckpoint(JobId id) throws IOException {
        // The checkpoint last: as long as it exists, the next start calls this again.
        ItemJournal.remove(disk, files(id));
        removeRanges(id);
        checkpoints(id).remove();
    }

    /** Counts the items that are committed or finished by a cluster; empty if the job has no ranges. */
    public Optional<Finished> finished(JobId id, Position committed) {
        RangeFiles ranges = files(id).ranges();
        try {
            return disk.isDirectory(ranges.directory()) && disk.exists(ranges.manifest())
                    ? Optional.of(RangeRecord.finished(disk, ranges, committed))
                    : Optional.empty();
        } catch (IOException e) {
            log.warn(
                    "Job {}: cannot read the finished ranges of its cluster: {}. Progress shows committed items only.",
                    id,
                    e.toString());
            return Optional.empty();
        }
    }

    /**
     * Stops a cluster's work on a job without a run: deletes its order, and all shared files if the job is over. Tasks
     * stop when they no longer find the order.
     */
    public void endInCluster(Job job) {
        try {
            switch (job.status()) {
                case COMPLETED, CANCELLED -> removeRanges(job.id());
                case PAUSED, CRASHED, FAILED ->
                    withdrawFromCluster(files(job.id()).ranges());
                case CREATED, QUEUED, RUNNING, PAUSING, CANCELLING -> {}
            }
        } catch (IOException e) {
            log.warn(
                    "Job {}: cannot delete the files it shares with a cluster: {}. The next start deletes them.",
                    job.id(),
                    e.toString());
        }
    }

    /**
     * Deletes the files that the service and a cluster share for a job that is over. The cluster stops when it no
     * longer finds them.
     */
    public void removeRanges(JobId id) throws IOException {
        RangeFiles ranges = files(id).ranges();
        Path removed = files(id).removedRanges();
        disk.deleteTree(removed);
        if (disk.exists(ranges.directory())) {
            withdrawFromCluster(ranges);
            disk.move(ranges.directory(), removed); // a task that still runs can no longer add to it
            disk.deleteTree(removed);
        }
    }

    private void withdrawFromCluster(RangeFiles ranges) throws IOException {
        if (disk.isDirectory(ranges.directory())) { // through a symbolic link, another job's order would be deleted
            disk.delete(ranges.order());
        }
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
