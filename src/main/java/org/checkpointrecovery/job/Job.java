package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.job.Verb.Answer;
import org.jspecify.annotations.Nullable;

/**
 * One submission, processed to an end state. Immutable: each transition returns a new job.
 *
 * @param totalItems null until the input has been counted
 * @param stateSince when the job entered its state
 * @param recovery where the latest run started from; null in the first run
 * @param ends that are reported to the callback URL; none if the spec has no callback URL
 */
public record Job(
        Submission submission,
        @Nullable Long totalItems,
        JobState state,
        Instant stateSince,
        List<Run> runs,
        @Nullable Recovery recovery,
        Ends ends) {

    public Job {
        requireNonNull(submission);
        requireNonNull(state);
        requireNonNull(stateSince);
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
        Submission submission = new Submission(id, parentId, spec, identity, idempotencyKey, now);
        return new Job(submission, totalItems, state, now, List.of(), null, Ends.NONE);
    }

    /** Returns a job whose record is damaged: it can only be deleted. */
    public static Job damaged(JobId id, String message, Instant now) {
        JobState state = new JobState.Failed(new Reason(ErrorCode.JOB_RECORD_DAMAGED, message));
        return new Job(new Submission(id, null, null, null, null, now), null, state, now, List.of(), null, Ends.NONE);
    }

    public JobId id() {
        return submission.id();
    }

    public @Nullable JobId parentId() {
        return submission.parentId();
    }

    /** Returns the spec; null if the job's record is damaged. */
    public @Nullable JobSpec spec() {
        return submission.spec();
    }

    /** Returns the identity of the input at the submission; null if the job's record is damaged. */
    public @Nullable InputIdentity identity() {
        return submission.identity();
    }

    /** Returns the name of the token that the job was submitted with; null if the service needed none. */
    public @Nullable String submittedBy() {
        return submission.submittedBy();
    }

    public Instant createdAt() {
        return submission.createdAt();
    }

    public @Nullable IdempotencyKey idempotencyKey() {
        return submission.idempotencyKey();
    }

    public Status status() {
        return state.status();
    }

    /** Returns the spec. Throws if the job's record is damaged. */
    public JobSpec validSpec() {
        return requireNonNull(spec(), "the job's record is damaged");
    }

    /**
     * Returns the job that the items were submitted with: this one, or the first ancestor if this is a retry.
     */
    public JobId firstId() {
        return spec() != null && spec().input() instanceof InputSpec.FailedItemsOf failed ? failed.first() : id();
    }

    /** Returns how this job answers a verb. {@code failedItems} counts the committed ones. */
    public Answer answer(Verb verb, long failedItems) {
        if (spec() == null && verb != Verb.DELETE) {
            return Answer.NOT_ALLOWED;
        }
        if (verb == Verb.RETRY_FAILED && failedItems == 0) {
            return Answer.NOT_ALLOWED;
        }
        return verb.in(status());
    }

    /** Returns the verbs that would change something now. */
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
     * Changes the state of the job.
     *
     * @throws IllegalStateException if the job's state cannot become {@code next}
     */
    public Job become(JobState next, Instant now) {
        if (!state.mayBecome(next.status())) {
            throw new IllegalStateException("job " + id() + " is " + status() + " and cannot become " + next.status());
        }
        return with(next, now, runs, recovery, totalItems);
    }

    /** Starts a run: the job becomes RUNNING. */
    public Job beginRun(Recovery from, Instant now) {
        List<Run> longer = new ArrayList<>(runs);
        longer.add(Run.begin(runs.size() + 1, now, from.item()));
        return become(new JobState.Running(), now)
                .with(new JobState.Running(), now, longer, runs.isEmpty() ? null : from, totalItems);
    }

    /**
     * Ends the current run, if there is one, and changes the job to its next state.
     *
     * @param took duration of the run
     */
    public Job endRun(Run.End end, @Nullable Reason reason, JobState next, long nextItem, Instant now, Duration took) {
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
     * Adds the end that the job has just reached to the pending callbacks. Changes nothing if the spec has no callback URL.
     */
    public Job withPendingEnd(Position committed, @Nullable Instant lastCheckpointAt) {
        boolean ended = switch (status()) {
            case COMPLETED, FAILED, CANCELLED -> true;
            case CREATED, QUEUED, RUNNING, PAUSING, PAUSED, CANCELLING, CRASHED -> false;
        };
        if (!ended || spec() == null || spec().callbackUrl() == null) {
            return this;
        }
        return with(ends.and(new Ends.PendingEnd(
                ends.count() + 1, state, stateSince, runs.size(), totalItems, committed, lastCheckpointAt)));
    }

    /** Removes an end that was delivered or given up. */
    public Job withSettledEnd(int number) {
        return with(ends.settled(number));
    }

    /** Returns the job as it was at an end. */
    public Job at(Ends.PendingEnd end) {
        List<Run> before = runs.subList(0, end.runs());
        return with(Ends.NONE).with(end.state(), end.at(), before, recovery, end.totalItems());
    }

    /** Returns the job with a spec that differs in name and labels only. */
    public Job with(JobSpec renamed) {
        return new Job(submission.with(renamed), totalItems, state, stateSince, runs, recovery, ends);
    }

    /** Returns the job as submitted by the client of a token. */
    public Job by(@Nullable String client) {
        return new Job(submission.by(client), totalItems, state, stateSince, runs, recovery, ends);
    }

    private Job with(Ends others) {
        return new Job(submission, totalItems, state, stateSince, runs, recovery, others);
    }

    /** Returns the start of the first run. */
    public @Nullable Instant startedAt() {
        return runs.isEmpty() ? null : runs.get(0).startedAt();
    }

    /** Returns when the job reached its final state; null before. */
    public @Nullable Instant endedAt() {
        return status().isEnd() ? stateSince : null;
    }

    /**
     * Returns the total duration of its runs.
     *
     * @param underWay duration of the current run
     */
    public Duration elapsed(Duration underWay) {
        Duration sum = Duration.ZERO;
        for (Run run : runs) {
            sum = sum.plus(run.ending() == null ? underWay : run.ending().took());
        }
        return sum;
    }

    private Job with(
            JobState newState, Instant since, List<Run> newRuns, @Nullable Recovery from, @Nullable Long total) {
        return new Job(submission, total, newState, since, newRuns, from, ends);
    }
}
