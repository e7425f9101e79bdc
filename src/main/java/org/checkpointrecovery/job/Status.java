package org.checkpointrecovery.job;

/** The name of a state. */
public enum Status {
    CREATED,
    QUEUED,
    RUNNING,
    PAUSING,
    PAUSED,
    CANCELLING,
    CANCELLED,
    CRASHED,
    FAILED,
    COMPLETED;

    /** Whether the job has come to an end, which a FAILED one can leave again. */
    public boolean isEnd() {
        return this == COMPLETED || this == FAILED || this == CANCELLED;
    }

    /** Whether the job's work is over for good. */
    public boolean isFinal() {
        return this == COMPLETED || this == CANCELLED;
    }

    /** Whether a run is under way. */
    public boolean isActive() {
        return this == RUNNING || this == PAUSING || this == CANCELLING;
    }
}
