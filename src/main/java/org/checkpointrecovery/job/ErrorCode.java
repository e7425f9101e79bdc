package org.checkpointrecovery.job;

/** Why a job is in its state, or a run ended: the closed list of codes of a {@link Reason}. */
public enum ErrorCode {
    /** The spec's faults, or a request, asked for the crash. */
    SIMULATED_CRASH,
    /** The service ended without ending the run; found when it started again. */
    SERVICE_STOPPED_UNEXPECTEDLY,
    /** An item failed and the spec says that this ends the job. */
    ITEM_FAILED,
    /** More items failed than the spec allows. */
    TOO_MANY_FAILED_ITEMS,
    /** The endpoint answered several calls in a row with 401 or 403. */
    NOT_AUTHORIZED,
    /** So many items failed in a row that something other than the items must be wrong. */
    FAILED_ITEMS_IN_A_ROW,
    /** The endpoint asked to be left alone for longer than a job waits. */
    RETRY_AFTER_TOO_LONG,
    /** The operator does not provide the processor, or a secret that it needs. */
    PROCESSOR_UNAVAILABLE,
    /** The service has no cluster to run the job on. */
    ENGINE_UNAVAILABLE,
    /** The cluster did not answer, had no TaskManager, or ended the job, more often than is tried again. */
    CLUSTER_FAILED,
    /** The input is not the one that the job was submitted with. */
    INPUT_CHANGED,
    /** The input is not there any more. */
    INPUT_MISSING,
    /** A quotation mark in the input is open at its end. */
    OPEN_QUOTE,
    /** The disk has no room. */
    DISK_FULL,
    /** The process or the machine has no free file descriptor; the job continues by itself. */
    OUT_OF_FILE_DESCRIPTORS,
    /** The disk did not take a write or did not give a read. */
    IO_ERROR,
    /** The results or errors file is shorter than the checkpoint says. */
    RESULTS_DAMAGED,
    /** The record of the job cannot be read. */
    JOB_RECORD_DAMAGED,
    /** A checkpoint could not be read and was set aside. */
    CHECKPOINT_DAMAGED,
    /** There was no checkpoint to go on from. */
    CHECKPOINT_MISSING,
    /** Of what was finished beyond the checkpoint some cannot be read, and is worked on again. */
    JOURNAL_DAMAGED,
    /** A defect of the service itself; its log has more. */
    INTERNAL_ERROR
}
