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

/** The records of all jobs, one directory each. What a method has returned from survives a power cut. */
public final class JobStore {
    private static final Logger log = LoggerFactory.getLogger(JobStore.class);

    private final Disk disk;
    private final Path root;
    private final StagedDirectory directories;

    /** @param root directory of the jobs' directories; its parent is there */
    public JobStore(Disk disk, Path root) {
        this.disk = disk;
        this.root = root;
        this.directories = new StagedDirectory(disk, root);
    }

    /** To be called once, before all else: clears away submissions and deletions that a crash cut short. */
    public void open() throws IOException {
        directories.open();
    }

    /** Begins a new job's directory. The job is there when {@link Draft#publish} returns, and not at all before. */
    public Draft begin(JobId id) throws IOException {
        return new Draft(id, directories.begin(id.value()));
    }

    /** Replaces the record of a job. After an exception it is the old or the new one. */
    public void save(Job job) throws IOException {
        Replacement.write(disk, files(job.id()).job(), JobCodec.encode(job));
    }

    /**
     * All jobs, oldest first. What is no directory, such as a symbolic link to one, is no job. One whose record cannot
     * be read is a {@link Job#damaged} one; its bytes are kept.
     *
     * @param now the time that such a job is given if its id has none
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
     * Makes what is found of a job survive a power cut, before anyone sees it: a service that was killed may not have come to
     * that.
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

    /** Removes the checkpoint of a job that is COMPLETED, and what runs have kept beside it. */
    public void removeCheckpoint(JobId id) throws IOException {
        // The checkpoint last: as long as it is there, the next start comes here again.
        ItemJournal.remove(disk, files(id));
        removeRanges(id);
        checkpoints(id).remove();
    }

    /** What a cluster has finished with what is committed; empty if the job has no ranges. */
    public Optional<Finished> finished(JobId id, Position committed) {
        RangeFiles ranges = files(id).ranges();
        try {
            return disk.isDirectory(ranges.directory()) && disk.exists(ranges.manifest())
                    ? Optional.of(RangeRecord.finished(disk, ranges, committed))
                    : Optional.empty();
        } catch (IOException e) {
            log.warn("Job {}: cannot read the finished ranges of its cluster: {}. Progress shows committed items only.", id, e.toString());
            return Optional.empty();
        }
    }

    /**
     * Takes away what a cluster has of a job that nobody works on: what it is to do, and all else too if the job is over. Its
     * tasks end when they miss that.
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
     * Removes what the service and a cluster share of a job that is over; the cluster ends its work when it misses it.
     */
    public void removeRanges(JobId id) throws IOException {
        RangeFiles ranges = files(id).ranges();
        Path removed = files(id).removedRanges();
        disk.deleteTree(removed);
        if (disk.exists(ranges.directory())) {
            withdrawFromCluster(ranges);
            disk.move(ranges.directory(), removed); // a task that works still puts nothing more into it
            disk.deleteTree(removed);
        }
    }

    private void withdrawFromCluster(RangeFiles ranges) throws IOException {
        if (disk.isDirectory(ranges.directory())) { // through a symbolic link another one's order would be deleted
            disk.delete(ranges.order());
        }
    }

    /** A job that is being submitted. Closed without {@link #publish}, it leaves nothing. */
    public final class Draft implements Closeable {
        private final JobId id;
        private final Path staged;
        private boolean published;

        private Draft(JobId id, Path staged) {
            this.id = id;
            this.staged = staged;
        }

        /** Where the job's files are until it is published. */
        public JobFiles files() {
            return new JobFiles(staged);
        }

        /** Makes the job durable, with the files in its directory, which must be forced. */
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
