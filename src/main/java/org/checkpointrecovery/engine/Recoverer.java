package org.checkpointrecovery.engine;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobState;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.JobStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles the states of jobs found at the start, on which nobody works: RUNNING becomes CRASHED and then QUEUED,
 * PAUSING becomes PAUSED, CANCELLING becomes CANCELLED. A job whose crash was simulated stays CRASHED.
 */
final class Recoverer {
    private static final Logger log = LoggerFactory.getLogger(Recoverer.class);

    /** Jobs that a crash interrupted come first, then the others in the order in which they were queued. */
    static final Comparator<JobEntry> QUEUE_ORDER = Comparator.<JobEntry, Boolean>comparing(
                    entry -> entry.job().runs().isEmpty())
            .thenComparing(entry -> entry.job().stateSince())
            .thenComparing(entry -> entry.job().id());

    private final JobStore jobs;
    private final Engines engines;
    private final Clock clock;
    private final JobWatcher watcher;
    private final boolean autoResume;

    Recoverer(JobStore jobs, Engines engines, Clock clock, JobWatcher watcher, boolean autoResume) {
        this.jobs = jobs;
        this.engines = engines;
        this.clock = clock;
        this.watcher = watcher;
        this.autoResume = autoResume;
    }

    JobEntry recover(Job job) throws IOException {
        JobEntry entry = recovered(job);
        if (entry.job().spec() != null) {
            engines.release(entry.job(), entry.committed(), jobs.files(job.id()));
        }
        return entry;
    }

    /** Makes an entry of a job that has settled, while the service runs. */
    JobEntry load(Job job) throws IOException {
        if (job.state() instanceof JobState.Completed completed) {
            removeLeftover(job); // a power cut may have brought it back since the index was written
            return completed(job, completed);
        }
        return entry(job, job.spec() == null ? Optional.empty() : newest(job));
    }

    private JobEntry completed(Job job, JobState.Completed completed) {
        return new JobEntry(jobs, watcher, job, completed.end(), null, completed.lastCheckpointAt());
    }

    private JobEntry entry(Job job, Optional<Checkpoint> checkpoint) {
        Position committed = checkpoint.map(Checkpoint::position).orElse(Position.START);
        Optional<Finished> finished =
                job.spec() == null || job.spec().failedItemLimits().areSet()
                        ? Optional.empty()
                        : engines.finished(job, jobs.files(job.id()), committed);
        return new JobEntry(
                jobs,
                watcher,
                job,
                committed,
                finished.orElse(null),
                checkpoint.map(Checkpoint::savedAt).orElse(null));
    }

    private JobEntry recovered(Job job) throws IOException {
        if (job.state() instanceof JobState.Completed completed) {
            removeLeftover(job);
            return completed(job, completed);
        }
        jobs.forceFound(job.id());
        Optional<Checkpoint> checkpoint = job.spec() == null ? Optional.empty() : newestAtStart(job);
        JobEntry entry = entry(job, checkpoint);
        switch (job.status()) {
            case RUNNING -> settle(entry, new JobState.Crashed(interrupted(entry)), checkpoint.orElse(null));
            case PAUSING -> settle(entry, new JobState.Paused(null), checkpoint.orElse(null));
            case CANCELLING -> settle(entry, new JobState.Cancelled(), checkpoint.orElse(null));
            case CREATED, QUEUED, PAUSED, CANCELLED, CRASHED, FAILED, COMPLETED -> {}
        }
        if (autoResume
                && entry.job().state() instanceof JobState.Crashed crashed
                && crashed.reason().code() == ErrorCode.SERVICE_STOPPED_UNEXPECTEDLY) {
            change(entry, entry.job().become(new JobState.Queued(), clock.instant()));
        }
        return entry;
    }

    private void settle(JobEntry entry, JobState next, @Nullable Checkpoint checkpoint) {
        Job job = entry.job();
        // The time at which the service stopped is unknown; the last checkpoint is the best estimate.
        Run run = job.runs().get(job.runs().size() - 1);
        Instant began = run.startedAt();
        Instant ended = checkpoint == null || checkpoint.savedAt().isBefore(began) ? began : checkpoint.savedAt();
        Duration took = checkpoint == null || checkpoint.run() != run.number() ? Duration.ZERO : checkpoint.took();
        Job settled = job.endRun(
                Run.End.CRASHED, interrupted(entry), next, entry.committed().nextItem(), ended, took);
        change(entry, settled);
    }

    private static Reason interrupted(JobEntry entry) {
        return new Reason(
                ErrorCode.SERVICE_STOPPED_UNEXPECTEDLY,
                "The service stopped in the middle of a run. Results up to item "
                        + entry.committed().nextItem() + ", the checkpoint, are safe. Resume to continue from there.");
    }

    /** Changes a job. On a full disk the service still starts, and shows the state that it could not write. */
    private static void change(JobEntry entry, Job next) {
        try {
            entry.change(next);
        } catch (IOException e) {
            entry.showUnsaved(next, e);
        }
    }

    /** The service starts even if it cannot read a checkpoint now. */
    private Optional<Checkpoint> newestAtStart(Job job) {
        try {
            return newest(job);
        } catch (IOException e) {
            return unreadable(job, e);
        }
    }

    private Optional<Checkpoint> newest(Job job) throws IOException {
        try {
            return jobs.checkpoints(job.id()).newest();
        } catch (DamagedFileException e) {
            return unreadable(job, e);
        }
    }

    private static Optional<Checkpoint> unreadable(Job job, IOException e) {
        log.warn("Job {}: cannot read its checkpoint: {}. Check the disk.", job.id(), e.toString());
        return Optional.empty();
    }

    /** Deletes the checkpoint of a COMPLETED job. */
    private void removeLeftover(Job job) {
        try {
            if (!jobs.checkpoints(job.id()).isEmpty()) {
                engines.removeCheckpoint(job, jobs);
            }
        } catch (IOException e) {
            log.warn(
                    "Job {}: cannot delete its old checkpoint: {}. The next start deletes it.", job.id(), e.toString());
        }
    }
}
