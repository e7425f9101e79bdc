package org.checkpointrecovery.job;

/** How a job on a cluster keeps its results and errors once it is COMPLETED. Clients read the same bytes. */
public enum ResultsLayout implements Named {
    /** In one file each. */
    SINGLE_FILE,
    /** In the files that the tasks have written. */
    PARTS
}
