package org.checkpointrecovery.job;

/** How an input is cut into items. */
public enum Format implements Named {
    /** One item a line, stripped; blank lines are not items. */
    LINES
}
