package org.checkpointrecovery.job;

/** What a failed item does to its job. */
public enum OnItemError implements Named {
    /** The item goes to the errors file and the job goes on. */
    SKIP,
    /** The job becomes FAILED, with its checkpoint at the last whole batch before the item. */
    FAIL
}
