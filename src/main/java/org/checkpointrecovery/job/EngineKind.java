package org.checkpointrecovery.job;

/** The engine that runs a job. All engines produce the same results. */
public enum EngineKind implements Named {
    /** Threads of the service. */
    LOCAL,
    /** An Apache Flink cluster. */
    FLINK
}
