package org.checkpointrecovery.job;

import static org.checkpointrecovery.job.Verb.Answer.DONE_ALREADY;
import static org.checkpointrecovery.job.Verb.Answer.NOT_ALLOWED;
import static org.checkpointrecovery.job.Verb.Answer.YES;

/** An action on a job, named as in paths and {@code allowedActions}. */
public enum Verb implements Named {
    START,
    PAUSE,
    RESUME,
    CANCEL,
    CRASH,
    RETRY_FAILED,
    DELETE;

    /** How a state answers a verb. */
    public enum Answer {
        YES,
        /** The job is already in the requested state; nothing to do. */
        DONE_ALREADY,
        NOT_ALLOWED
    }

    /** Returns the answer of a state: the complete table of states and verbs. */
    public Answer in(Status status) {
        return switch (this) {
            case START ->
                switch (status) {
                    case CREATED -> YES;
                    case QUEUED, RUNNING -> DONE_ALREADY;
                    case PAUSING, PAUSED, CANCELLING, CANCELLED, CRASHED, FAILED, COMPLETED -> NOT_ALLOWED;
                };
            case PAUSE ->
                switch (status) {
                    case QUEUED, RUNNING -> YES;
                    case PAUSING, PAUSED -> DONE_ALREADY;
                    case CREATED, CANCELLING, CANCELLED, CRASHED, FAILED, COMPLETED -> NOT_ALLOWED;
                };
            case RESUME ->
                switch (status) {
                    case PAUSED, CRASHED, FAILED -> YES;
                    case QUEUED, RUNNING -> DONE_ALREADY;
                    case CREATED, PAUSING, CANCELLING, CANCELLED, COMPLETED -> NOT_ALLOWED;
                };
            case CANCEL ->
                switch (status) {
                    case CREATED, QUEUED, RUNNING, PAUSING, PAUSED, CRASHED, FAILED -> YES;
                    case CANCELLING, CANCELLED -> DONE_ALREADY;
                    case COMPLETED -> NOT_ALLOWED;
                };
            case CRASH ->
                switch (status) {
                    case RUNNING -> YES;
                    case CRASHED -> DONE_ALREADY;
                    case CREATED, QUEUED, PAUSING, PAUSED, CANCELLING, CANCELLED, FAILED, COMPLETED -> NOT_ALLOWED;
                };
            case RETRY_FAILED ->
                switch (status) {
                    case COMPLETED, FAILED, CANCELLED -> YES;
                    case CREATED, QUEUED, RUNNING, PAUSING, PAUSED, CANCELLING, CRASHED -> NOT_ALLOWED;
                };
            case DELETE ->
                switch (status) {
                    case CREATED, PAUSED, CRASHED, FAILED, COMPLETED, CANCELLED -> YES;
                    case QUEUED, RUNNING, PAUSING, CANCELLING -> NOT_ALLOWED;
                };
        };
    }
}
