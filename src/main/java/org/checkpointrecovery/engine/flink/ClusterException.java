package org.checkpointrecovery.engine.flink;

import java.io.IOException;

/**
 * The cluster did not answer, gave an invalid answer, or has no TaskManager. The message is one sentence without a full
 * stop.
 */
final class ClusterException extends IOException {
    private final boolean noTaskManager;

    ClusterException(String message) {
        this(message, false);
    }

    private ClusterException(String message, boolean noTaskManager) {
        super(message);
        this.noTaskManager = noTaskManager;
    }

    static ClusterException noTaskManager() {
        return new ClusterException("the cluster has no TaskManager, so it has no slots", true);
    }

    /** Returns what a job lacks while this happens, as words before "since". */
    String missing() {
        return noTaskManager ? "a TaskManager: none" : "the JobManager: no valid answer";
    }

    /** Returns more about it in brackets, if it says more than {@link #missing}. */
    String explanation() {
        return noTaskManager ? "" : " (" + getMessage() + ")";
    }
}
