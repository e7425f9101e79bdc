package org.checkpointrecovery.job;

/** When a batch becomes durable. */
public enum CommitMode implements Named {
    /** Batches that are processed while a commit waits for the disk share the next one. */
    GROUP,
    /** Each batch is durable before the next one is processed, so that a crash repeats at most one batch. */
    EACH
}
