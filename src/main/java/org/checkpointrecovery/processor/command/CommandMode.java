package org.checkpointrecovery.processor.command;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.checkpointrecovery.job.Named;

/** How a command receives its items. */
enum CommandMode implements Named {
    /** One process per item: the item on standard input, the result on standard output. */
    @JsonProperty("per-item")
    PER_ITEM,
    /** A long-running process that answers each line with one line. */
    @JsonProperty("stream")
    STREAM
}
