package org.checkpointrecovery.description;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** The values that an option can have. Immutable. */
public interface OptionType {
    /**
     * Checks a value.
     *
     * @param value not null
     * @return the value in its normal form; null after a report
     */
    @Nullable
    JsonNode read(JsonNode value, Report report);

    /** Returns the JSON Schema of the values. */
    ObjectNode schema();
}
