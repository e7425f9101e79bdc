package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.job.Verb.Answer;
import org.jspecify.annotations.Nullable;

/**
 * One submission, worked through to an end state. Immutable: each transition makes another one.
 *
 * @param parentId the job whose failed items this one tries again, or null
 * @param spec null only if the job's record is damaged
 * @param identity of the input when the job was submitted; null only if the job's record is damaged
 * @param totalItems null until the input has been counted
 * @param stateSince when the job came into its state
 * @param recovery where the latest run went on from; null in the first run
 * @param idempotencyKey of the submission, or null
 * @param ends that are told to the callback URL; none if the spec has no such URL
 */
public record Job(
        JobId id,
        @Nullable JobId parentId,
        @Nullable JobSpec spec,
        @Nullable InputIdentity identity,
        @Nullable Long totalItems,
        JobState state,
        Instant stateSince,
        List<Run> runs,
        @Nullable Recovery recovery,
        Instant createdAt,
        @Nullable IdempotencyKey idempotencyKey,
        Ends ends) {

    public Job {
        requireNonNull(id);
        requireNonNull(state);
        requireNonNull(stateSince);
        requireNonNull(createdAt);
        runs = List.copyOf(runs);
        for (Ends.PendingEnd end : ends.pending()) {
            if (end.runs() > runs.size()) {
                throw new IllegalArgumentException(
                        "end " + end.number() + " follows " + end.runs() + " runs, but the job has " + runs.size());
            }
        }
    }

    public static Job submitted(
            JobId id,
            @Nullable JobId parentId,
            JobSpec spec,
            InputIdentity identity,
            @Nullable Long totalItems,
            @Nullable IdempotencyKey idempotencyKey,
            Instant now) {
        JobState state = spec.start() ? new JobState.Queued() : new JobState.Created();
        return new Job(
                id, parentId, spec, identity, totalItems, state, now, List.of(), null, now, idempotencyKey, Ends.NONE);
    }

    /** A job of which nothing is known but that it was there: it can only be deleted. */
    public static Job damaged(JobId id, String message, Instant now) {
        JobState state = new JobState.Failed(new Reason(ErrorCode.JOB_RECORD_DAMAGED, message));
        return new Job(id, null, null, null, null, state, now, List.of(), null, now, null, Ends.NONE);
    }

    public Status status() {
        return state.status();
    }

    /** The spec of a job whose record is not damaged. */
    public JobSpec validSpec() {
        return requireNonNull(spec, "the job's record is damaged");
    }

    /**
     * The job that the items were submitted with: this one, or the first of those whose failed items this one retries.
     */
    public JobId firstId() {
        return spec != null && spec.input() instanceof InputSpec.FailedItemsOf failed ? failed.first() : id;
    }

    /** What this job says to a verb. {@code failedItems} counts the committed ones. */
    public Answer answer(Verb verb, long failedItems) {
        if (spec == null && verb != Verb.DELETE) {
            return Answer.NOT_ALLOWED;
        }
        if (verb == Verb.RETRY_FAILED && failedItems == 0) {
            return Answer.NOT_ALLOWED;
        }
        return verb.in(status());
    }

    /** The verbs that would change something now. */
    public List<Verb> allowedActions(long failedItems) {
        List<Verb> allowed = new ArrayList<>();
        for (Verb verb : Verb.values()) {
            if (answer(verb, failedItems) == Answer.YES) {
                allowed.add(verb);
            }
        }
        return allowed;
    }

    /**
     * Brings the job to another state.
     *
     * @throws IllegalStateException if the job's state cannot become {@code next}
     */
    public Job become(JobState next, Instant now) {
        if (!state.mayBecome(next.status())) {
            throw new IllegalStateException("job " + id + " is " + status() + " and cannot become " + next.status());
        }
        return with(next, now, runs, recovery, totalItems);
    }

    /** Begins a run: the job becomes RUNNING. */
    public Job beginRun(Recovery from, Instant now) {
        List<Run> longer = new ArrayList<>(runs);
        longer.add(Run.begin(runs.size() + 1, now, from.item()));
        return become(new JobState.Running(), now)
                .with(new JobState.Running(), now, longer, runs.isEmpty() ? null : from, totalItems);
    }

    /**
     * Ends the run under way, if there is one, with the job's next state.
     *
     * @param took how long the run took; null if that is not known
     */
    public Job endRun(
            Run.End end, @Nullable Reason reason, JobState next, long nextItem, Instant now, @Nullable Duration took) {
        List<Run> ended = new ArrayList<>(runs);
        if (!ended.isEmpty() && ended.get(ended.size() - 1).ending() == null) {
            ended.set(ended.size() - 1, ended.get(ended.size() - 1).end(end, reason, now, nextItem, took));
        }
        return become(next, now).with(next, now, ended, recovery, totalItems);
    }

    public Job counted(long items) {
        return with(state, stateSince, runs, recovery, items);
    }

    /**
     * Has the end that the job has just come to told to the URL that its spec names; changes nothing if there is none.
     */
    public Job withPendingEnd(Position committed, @Nullable Instant lastCheckpointAt) {
        boolean ended = switch (status()) {
            case COMPLETED, FAILED, CANCELLED -> true;
            case CREATED, QUEUED, RUNNING, PAUSING, PAUSED, CANCELLING, CRASHED -> false;
        };
        if (!ended || spec == null || spec.callbackUrl() == null) {
            return this;
        }
        return with(ends.and(new Ends.PendingEnd(
                ends.count() + 1, state, stateSince, runs.size(), totalItems, committed, lastCheckpointAt)));
    }

    /** An end is told, or given up. */
    public Job withSettledEnd(int number) {
        return with(ends.settled(number));
    }

    /** The job as it was when it came to an end. */
    public Job at(Ends.PendingEnd end) {
        List<Run> before = runs.subList(0, end.runs());
        return with(Ends.NONE).with(end.state(), end.at(), before, recovery, end.totalItems());
    }

    private Job with(Ends others) {
        return new Job(
                id,
                parentId,
                spec,
                identity,
                totalItems,
                state,
                stateSince,
                runs,
                recovery,
                createdAt,
                idempotencyKey,
                others);
    }

    /** When the first run began. */
    public @Nullable Instant startedAt() {
        return runs.isEmpty() ? null : runs.get(0).startedAt();
    }

    /** When the job came to its final state; null before. */
    public @Nullable Instant endedAt() {
        return status().isEnd() ? stateSince : null;
    }

    /**
     * How long its runs took.
     *
     * @param underWay how long the run under way has taken
     */
    public Duration elapsed(Duration underWay) {
        Duration sum = Duration.ZERO;
        for (Run run : runs) {
            sum = sum.plus(run.ending() == null ? underWay : run.took(run.ending()));
        }
        return sum;
    }

    private Job with(
            JobState newState, Instant since, List<Run> newRuns, @Nullable Recovery from, @Nullable Long total) {
        return new Job(
                id, parentId, spec, identity, total, newState, since, newRuns, from, createdAt, idempotencyKey, ends);
    }
}
