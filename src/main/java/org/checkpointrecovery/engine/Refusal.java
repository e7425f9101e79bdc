package org.checkpointrecovery.engine;

import java.util.List;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Verb;
import org.checkpointrecovery.processor.Processors;
import org.jspecify.annotations.Nullable;

/** Why the service refused a request and changed nothing. Whoever sent the request explains it in the terms of its client. */
public sealed interface Refusal {
    record NoSuchJob(JobId id) implements Refusal {}

    record NoSuchFile(String id) implements Refusal {}

    /**
     * The state of a job does not allow a verb.
     *
     * @param why a reason other than the state, as the rest of a sentence about the job; null if it is the state
     */
    record NotAllowed(Verb verb, JobView job, @Nullable String why) implements Refusal {}

    /** The record of a job is damaged, so it can only be deleted. */
    record DamagedRecord(JobView job) implements Refusal {}

    /** A change would give a job too many labels. */
    record TooManyLabels(int labels) implements Refusal {}

    /** A job needs the file. */
    record FileInUse(String file, JobView user) implements Refusal {}

    /** Results cannot be merged, because the results of an ancestor were deleted. */
    record AncestorDeleted(JobId ancestor, JobId job) implements Refusal {}

    /** An idempotency key was used for a different request. */
    record KeyUsed(String key) implements Refusal {}

    /** A submission names an upload that does not exist. */
    record UnknownInput(String fileId) implements Refusal {}

    /**
     * The input of a submission cannot be used.
     *
     * @param why the rest of a sentence about it
     */
    record BadInput(InputPart part, String why) implements Refusal {}

    /** The decoded input of a submission is larger than the service accepts. */
    record InputTooLarge(InputPart part, long maxBytes) implements Refusal {}

    /** What of an input is to blame. */
    enum InputPart {
        WHOLE,
        UPLOAD,
        PATH
    }

    /**
     * The processor of a submission cannot be used.
     *
     * @param option the names that lead to the option to blame, from the outside in; empty for the whole processor
     * @param why the rest of a sentence about it
     */
    record BadProcessor(List<String> option, String why) implements Refusal {
        public BadProcessor {
            option = List.copyOf(option);
        }

        static BadProcessor of(Processors.Problem problem) {
            return new BadProcessor(problem.option(), problem.message());
        }
    }

    record QueueFull(int maxQueued) implements Refusal {}

    record Stopping() implements Refusal {}

    /** Returns an exception that ends the request. */
    default RefusedException exception() {
        return new RefusedException(this);
    }
}
