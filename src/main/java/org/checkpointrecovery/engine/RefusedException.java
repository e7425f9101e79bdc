package org.checkpointrecovery.engine;

import java.util.Optional;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Verb;
import org.jspecify.annotations.Nullable;

/** The service refused a request and changed nothing. The message is shown to the client. */
public final class RefusedException extends Exception {
    /** Why the request was refused. */
    public enum Cause {
        NOT_FOUND,
        /** The state of a job or other resource does not allow it now. */
        CONFLICT,
        /** A field of the request has an invalid value. */
        INVALID,
        /** The queue of jobs is full. */
        QUEUE_FULL,
        /** The service is stopping. */
        STOPPING
    }

    private final Cause cause;
    private final @Nullable String field;
    private final @Nullable JobView job;

    private RefusedException(Cause cause, @Nullable String field, @Nullable JobView job, String message) {
        super(message);
        this.cause = cause;
        this.field = field;
        this.job = job;
    }

    static RefusedException noSuchJob(JobId id) {
        return new RefusedException(Cause.NOT_FOUND, null, null, "There is no job " + id + ".");
    }

    static RefusedException noSuchFile(String id) {
        return new RefusedException(Cause.NOT_FOUND, null, null, "There is no file " + id + ".");
    }

    static RefusedException notAllowed(Verb verb, JobView view, String why) {
        return new RefusedException(
                Cause.CONFLICT,
                null,
                view,
                "Job " + view.job().id() + " is " + view.job().status() + " and does not allow " + verb.text() + why
                        + ". Nothing was changed. Use one of its allowedActions.");
    }

    /** @param why the rest of a sentence about the job */
    static RefusedException cannotRetry(JobView parent, @Nullable String why) {
        return notAllowed(Verb.RETRY_FAILED, parent, ": " + why);
    }

    static RefusedException fileInUse(String file, JobView user) {
        return conflict("File " + file + " is in use by job " + user.job().id() + ", which is "
                + user.job().status()
                + ". Nothing was changed. Delete the file once the job is COMPLETED or CANCELLED.");
    }

    static RefusedException ancestorDeleted(JobId ancestor, JobId member) {
        return conflict("Job " + ancestor + ", an ancestor of job " + member
                + ", was deleted with its results, so they cannot be merged. Omit merged=true to get the results of "
                + "job " + member + " alone.");
    }

    private static RefusedException conflict(String message) {
        return new RefusedException(Cause.CONFLICT, null, null, message);
    }

    /** @param field a JSON pointer into the request, or the name of a header or parameter */
    static RefusedException invalid(String field, String message) {
        return new RefusedException(Cause.INVALID, field, null, message);
    }

    static RefusedException queueFull(int maxQueued) {
        return new RefusedException(
                Cause.QUEUE_FULL,
                null,
                null,
                "The queue is full: " + maxQueued + " jobs are waiting (--max-queued). Nothing was changed. Retry "
                        + "when some of them have started.");
    }

    static RefusedException stopping() {
        return new RefusedException(
                Cause.STOPPING, null, null, "The service is stopping. Nothing was changed. Retry when it is back.");
    }

    public Cause why() {
        return cause;
    }

    public Optional<String> field() {
        return Optional.ofNullable(field);
    }

    /** Returns the job whose state does not allow the request, if that is the cause. */
    public Optional<JobView> job() {
        return Optional.ofNullable(job);
    }
}
