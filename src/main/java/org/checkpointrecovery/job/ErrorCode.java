package org.checkpointrecovery.job;

/** Why a job is in its state, or why a run ended: all codes of a {@link Reason}. */
public enum ErrorCode {
    /** A crash was simulated by the spec's faults or by a request. */
    SIMULATED_CRASH,
    /** The service stopped during the run; found at the next start. */
    SERVICE_STOPPED_UNEXPECTEDLY,
    /** An item failed, and the spec allows no failed items. */
    ITEM_FAILED,
    /** More items failed than the spec allows. */
    TOO_MANY_FAILED_ITEMS,
    /** The endpoint answered several consecutive calls with 401 or 403. */
    NOT_AUTHORIZED,
    /** Too many consecutive items failed, which suggests a common cause. */
    FAILED_ITEMS_IN_A_ROW,
    /** The endpoint's Retry-After is longer than a job waits. */
    RETRY_AFTER_TOO_LONG,
    /** The service does not provide the processor, or a secret that it needs. */
    PROCESSOR_UNAVAILABLE,
    /** The service has no cluster to run the job on. */
    ENGINE_UNAVAILABLE,
    /** The cluster did not answer, had no TaskManager, or ended the job, until the retries were used up. */
    CLUSTER_FAILED,
    /** The input is not the one that the job was submitted with. */
    INPUT_CHANGED,
    /** The input no longer exists. */
    INPUT_MISSING,
    /** A quotation mark in the input is never closed. */
    OPEN_QUOTE,
    /** The disk is full. */
    DISK_FULL,
    /** The process or machine is out of file descriptors; the job continues automatically. */
    OUT_OF_FILE_DESCRIPTORS,
    /** A read or write of the disk failed. */
    IO_ERROR,
    /** The results or errors file is shorter than the checkpoint expects. */
    RESULTS_DAMAGED,
    /** The job's record is unreadable. */
    JOB_RECORD_DAMAGED,
    /** A checkpoint was unreadable and was set aside. */
    CHECKPOINT_DAMAGED,
    /** The checkpoint was missing. */
    CHECKPOINT_MISSING,
    /** Part of the item journal is unreadable; those items are reprocessed. */
    JOURNAL_DAMAGED,
    /** An internal error of the service; see its log. */
    INTERNAL_ERROR
}
