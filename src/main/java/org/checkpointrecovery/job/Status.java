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

    /** Whether the job has ended. A FAILED job can be resumed. */
    public boolean isEnd() {
        return this == COMPLETED || this == FAILED || this == CANCELLED;
    }

    /** Whether the job can never run again. */
    public boolean isFinal() {
        return this == COMPLETED || this == CANCELLED;
    }

    /** Whether there is a current run. */
    public boolean isActive() {
        return this == RUNNING || this == PAUSING || this == CANCELLING;
    }

    /** Whether the job changes without a request: a run is queued or under way. */
    public boolean isPending() {
        return this == QUEUED || isActive();
    }
}
