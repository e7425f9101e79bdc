package org.checkpointrecovery.engine.flink.task;

/** The work on a job has ended, and no task is to go on with it: the service knows why, or is told by a file. */
public final class WorkEndedException extends Exception {
    WorkEndedException(String message) {
        super(message);
    }
}
