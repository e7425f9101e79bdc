package org.checkpointrecovery.job;

/** How a command receives its items. */
public enum CommandMode implements Named {
    /** One process per item: the item on standard input, the result on standard output. */
    PER_ITEM,
    /** A long-running process that answers each line with one line. */
    STREAM
}
