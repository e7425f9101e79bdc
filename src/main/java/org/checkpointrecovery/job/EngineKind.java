package org.checkpointrecovery.job;

/** What runs a job. The results are the same. */
public enum EngineKind implements Named {
    /** Threads of the service itself. */
    LOCAL,
    /** A cluster of Apache Flink. */
    FLINK
}
