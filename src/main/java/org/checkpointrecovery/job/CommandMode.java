package org.checkpointrecovery.job;

/** How a command is given its items. */
public enum CommandMode implements Named {
    /** One process for each item: the item on standard input, its result from standard output. */
    PER_ITEM,
    /** A process that lives on and answers each line with a line. */
    STREAM
}
