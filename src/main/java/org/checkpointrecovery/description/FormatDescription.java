package org.checkpointrecovery.description;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.checkpointrecovery.job.Format;

/**
 * A format of inputs.
 *
 * @param help one line for people
 * @param options that only this format has; each may be null, for its default
 */
public record FormatDescription(Format.Kind kind, String help, List<Option> options) {
    public FormatDescription {
        requireNonNull(kind);
        requireNonNull(help);
        options = List.copyOf(options);
    }

    /** Whether there is an option of this name. */
    public boolean has(String option) {
        return options.stream().anyMatch(one -> one.name().equals(option));
    }

    /** Returns the JSON Schema of the options: an object with a schema for each. */
    public ObjectNode schemas() {
        ObjectNode schemas = JsonNodeFactory.instance.objectNode();
        options.forEach(option -> schemas.set(option.name(), option.schema()));
        return schemas;
    }
}
