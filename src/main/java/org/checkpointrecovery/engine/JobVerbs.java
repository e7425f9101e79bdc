package org.checkpointrecovery.engine;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.checkpointrecovery.description.Labels;
import org.checkpointrecovery.job.Ended;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.JobState;
import org.checkpointrecovery.job.NameChange;
import org.checkpointrecovery.job.Retention;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.job.Verb;
import org.checkpointrecovery.job.Verb.Answer;
import org.checkpointrecovery.storage.JobFiles;
import org.checkpointrecovery.storage.JobStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What can be done to a job that exists. Each change of a state is on disk before an engine acts on it. The only caller
 * of the engines. Thread-safe.
 */
public final class JobVerbs {
    private static final Logger log = LoggerFactory.getLogger(JobVerbs.class);

    private final JobRegistry registry;
    private final JobStore jobs;
    private final Engines engines;
    private final Inputs inputs;
    private final QueueSlots slots;
    private final Supplier<RunOrder.Means> means;
    private final Phase phase;
    private final Clock clock;
    private final DelayedStarts delayedStarts = new DelayedStarts();

    JobVerbs(
            JobRegistry registry,
            JobStore jobs,
            Engines engines,
            Inputs inputs,
            QueueSlots slots,
            Supplier<RunOrder.Means> means,
            Phase phase,
            Clock clock) {
        this.registry = registry;
        this.jobs = jobs;
        this.engines = engines;
        this.inputs = inputs;
        this.slots = slots;
        this.means = means;
        this.phase = phase;
        this.clock = clock;
    }

    /** The result of a verb. */
    public record Done(JobView view, boolean changed) {}

    public Done start(JobId id) throws RefusedException, IOException {
        return queue(id, Verb.START);
    }

    public Done resume(JobId id) throws RefusedException, IOException {
        return queue(id, Verb.RESUME);
    }

    private Done queue(JobId id, Verb verb) throws RefusedException, IOException {
        JobEntry entry = registry.entry(id);
        synchronized (entry) {
            if (isDoneAlready(verb, entry)) {
                return new Done(entry.view(), false);
            }
            slots.claim();
            try {
                entry.change(entry.job().become(new JobState.Queued(), clock.instant()));
            } catch (IOException | RuntimeException e) {
                slots.release();
                throw e;
            }
            JobView view = entry.view();
            enqueue(entry);
            return new Done(view, true);
        }
    }

    /** Publishes a job. */
    interface Publishing {
        JobEntry publish() throws RefusedException, IOException;
    }

    /** Publishes a QUEUED job and queues its run. Refuses it if the queue is full. */
    JobView queueNew(Publishing publishing) throws RefusedException, IOException {
        slots.claim();
        JobEntry entry;
        try {
            entry = publishing.publish();
        } catch (RefusedException | IOException | RuntimeException e) {
            slots.release();
            throw e;
        }
        JobView view = entry.view();
        synchronized (entry) {
            enqueue(entry);
        }
        return view;
    }

    /** Queues the run of a job that is QUEUED already, even if the queue is full. */
    void queueAgain(JobEntry entry) {
        slots.claimUnbounded();
        enqueue(entry);
    }

    /** Queues the run of a QUEUED job. The caller holds the entry, or nobody else has it yet. */
    private void enqueue(JobEntry entry) {
        Job job = entry.job();
        JobFiles files = jobs.files(job.id());
        JobRun run = new JobRun(entry, jobs, engines, clock, slots::release, () -> startLater(entry));
        entry.setRun(run);
        engines.of(job)
                .submit(
                        new RunOrder(
                                job,
                                job.runs().size() + 1,
                                inputs.of(job.validSpec().input(), files),
                                RunOrder.Target.of(files),
                                means.get()),
                        run);
    }

    /** Queues the run of a QUEUED job again after a delay. The caller holds the entry. */
    private void startLater(JobEntry entry) {
        Duration wait = DelayedStarts.wait(entry.countWait());
        log.warn(
                "Job {}: out of file descriptors; retrying in {} ms",
                entry.job().id(),
                wait.toMillis());
        delayedStarts.after(wait, () -> {
            synchronized (entry) {
                if (!phase.isStopping() && !entry.isDeleted() && entry.status() == Status.QUEUED && !entry.hasRun()) {
                    queueAgain(entry);
                }
            }
        });
    }

    public Done pause(JobId id) throws RefusedException, IOException {
        return end(id, Verb.PAUSE, new JobState.Paused(null), new JobState.Pausing());
    }

    public Done cancel(JobId id) throws RefusedException, IOException {
        return end(id, Verb.CANCEL, new JobState.Cancelled(), new JobState.Cancelling());
    }

    private Done end(JobId id, Verb verb, JobState idle, JobState active) throws RefusedException, IOException {
        JobEntry entry = registry.entry(id);
        synchronized (entry) {
            if (isDoneAlready(verb, entry)) {
                return new Done(entry.view(), false);
            }
            Status before = entry.status();
            entry.change(entry.job().become(before.isActive() ? active : idle, clock.instant()));
            if (before == Status.QUEUED) {
                entry.leaveQueue();
                engines.of(entry.job()).withdraw(id);
            } else if (verb == Verb.PAUSE) {
                engines.of(entry.job()).pause(id);
            } else if (before.isActive()) {
                engines.of(entry.job()).cancel(id);
            }
            engines.release(entry.job(), entry.committed(), jobs.files(id));
            return new Done(entry.view(), true);
        }
    }

    /** Returns whether a verb would change a job, and changes nothing. */
    public Done ask(JobId id, Verb verb) throws RefusedException, IOException {
        JobEntry entry = registry.entry(id);
        synchronized (entry) {
            return new Done(entry.view(), !isDoneAlready(verb, entry));
        }
    }

    /**
     * Returns why an engine cannot be used on this service, as the rest of a sentence about it; empty if it can.
     */
    public Optional<String> engineProblem(EngineKind kind) {
        return engines.of(kind).problem();
    }

    /** Changes the name and labels of a job, in any state. */
    public JobView rename(JobId id, NameChange change) throws RefusedException, IOException {
        JobEntry entry = registry.entry(id);
        synchronized (entry) {
            phase.refuseWhenStopping();
            if (entry.isDeleted()) {
                throw new Refusal.NoSuchJob(id).exception();
            }
            JobSpec spec = entry.job().spec();
            if (spec == null) {
                throw new Refusal.DamagedRecord(entry.view()).exception();
            }
            JobSpec renamed = spec.named(change.nameOf(spec), change.labelsOf(spec));
            if (renamed.labels() != null && renamed.labels().size() > Labels.MAX_LABELS) {
                throw new Refusal.TooManyLabels(renamed.labels().size()).exception();
            }
            if (!renamed.equals(spec)) {
                entry.change(entry.job().with(renamed));
            }
            return entry.view();
        }
    }

    public void delete(JobId id) throws RefusedException, IOException {
        JobEntry entry = registry.entry(id);
        synchronized (entry) {
            if (entry.isDeleted()) {
                throw new Refusal.NoSuchJob(id).exception();
            }
            isDoneAlready(Verb.DELETE, entry);
            jobs.delete(id);
            registry.remove(entry);
        }
        log.info("Job {}: deleted", id);
    }

    /**
     * Deletes a job that has expired, as {@link #delete} does. One that is about to call back is deleted later.
     *
     * @return whether it was deleted
     */
    boolean deleteExpired(JobId id, Retention retention) throws RefusedException, IOException {
        JobEntry entry = registry.entry(id);
        synchronized (entry) {
            phase.refuseWhenStopping();
            if (entry.isDeleted()
                    || !entry.hasSettled()
                    || !retention.hasExpired(Ended.of(entry.job()), clock.instant())) {
                return false;
            }
            jobs.delete(id);
            registry.remove(entry);
        }
        log.info("Job {}: expired, deleted", id);
        return true;
    }

    /** Whether a verb has nothing to do. Throws if the job does not allow it. The caller holds the entry. */
    private boolean isDoneAlready(Verb verb, JobEntry entry) throws RefusedException {
        phase.refuseWhenStopping();
        if (entry.isDeleted()) {
            throw new Refusal.NoSuchJob(entry.job().id()).exception();
        }
        Answer answer = entry.job().answer(verb, entry.committed().failed());
        if (answer == Answer.NOT_ALLOWED) {
            throw new Refusal.NotAllowed(verb, entry.view(), null).exception();
        }
        return answer == Answer.DONE_ALREADY;
    }

    /**
     * Ends all runs at the end of their batch.
     *
     * @param grace how long a batch may still take before it is dropped
     */
    void shutDown(Duration grace) {
        delayedStarts.close();
        engines.shutDown(grace);
    }
}
