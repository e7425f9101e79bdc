package org.checkpointrecovery.processor.command;

import java.time.Duration;
import org.checkpointrecovery.description.Choice;
import org.checkpointrecovery.description.Option;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.description.Text;
import org.checkpointrecovery.description.WholeNumber;

/** The options of {@code command}, as in {@link #DESCRIPTION}. */
record CommandOptions(String name, CommandMode mode, int concurrency, long timeoutMillis) {
    static final ProcessorDescription DESCRIPTION = ProcessorDescription.concurrent(
            "command",
            "Passes each item to a program that the operator has registered.",
            Option.required("name", Text.LABEL, "Name of the command in the service's configuration."),
            Option.of(
                    "mode",
                    Choice.of(CommandMode.class),
                    "per-item: one process per item; stream: processes that answer each line with one line."),
            Option.of("concurrency", new WholeNumber(1, 64), 4, "Maximum number of concurrent processes."),
            Option.of(
                    "timeoutMillis",
                    new WholeNumber(1, Duration.ofHours(1).toMillis()),
                    30_000,
                    "Timeout for one item."));

    Duration timeout() {
        return Duration.ofMillis(timeoutMillis);
    }
}
