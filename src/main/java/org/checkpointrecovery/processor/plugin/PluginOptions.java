package org.checkpointrecovery.processor.plugin;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.checkpointrecovery.description.AnyObject;
import org.checkpointrecovery.description.Option;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.description.Text;
import org.checkpointrecovery.description.WholeNumber;

/**
 * The options of {@code plugin}, as in {@link #DESCRIPTION}.
 *
 * @param config an object that only the plugin interprets
 */
record PluginOptions(String name, JsonNode config, int concurrency, long timeoutMillis) {
    static final ProcessorDescription DESCRIPTION = ProcessorDescription.concurrent(
            "plugin",
            "Passes each item to a Java class that the operator has installed.",
            Option.required("name", Text.LABEL, "Name that the class declares."),
            Option.ofObject("config", new AnyObject(), "Configuration that is passed to the class unchanged."),
            Option.of("concurrency", new WholeNumber(1, 64), 1, "Maximum number of concurrent items."),
            Option.of(
                    "timeoutMillis",
                    new WholeNumber(1, Duration.ofHours(1).toMillis()),
                    30_000,
                    "Timeout for one item."));

    Duration timeout() {
        return Duration.ofMillis(timeoutMillis);
    }
}
