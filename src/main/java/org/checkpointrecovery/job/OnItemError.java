package org.checkpointrecovery.job;

/** The effect of a failed item on its job. */
public enum OnItemError implements Named {
    /** The item goes to the errors file and the job continues. */
    SKIP,
    /** The job becomes FAILED, with its checkpoint at the last complete batch before the item. */
    FAIL
}
