package org.checkpointrecovery.job;

/** The extent of a simulated crash. */
public enum CrashMode implements Named {
    /** The run dies; the service continues. */
    JOB,
    /** The whole service halts, as with {@code kill -9}. */
    PROCESS
}
