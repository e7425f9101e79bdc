package org.checkpointrecovery.job;

/** What a simulated crash takes with it. */
public enum CrashMode implements Named {
    /** The run dies, the service lives. */
    JOB,
    /** The whole service halts, as with {@code kill -9}. */
    PROCESS
}
