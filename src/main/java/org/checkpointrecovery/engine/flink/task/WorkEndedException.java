package org.checkpointrecovery.engine.flink.task;

/** The job has stopped and no task may continue it. The service knows why, or reads it from a file. */
public final class WorkEndedException extends Exception {
    WorkEndedException(String message) {
        super(message);
    }
}
