package org.checkpointrecovery.description;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** JSON objects that only the processor interprets. */
public record AnyObject() implements OptionType {
    @Override
    public @Nullable JsonNode read(JsonNode value, Report report) {
        if (!value.isObject()) {
            report.error("", Shown.wrongType("an object", value));
            return null;
        }
        if (hasLoneSurrogate(value)) {
            report.error("", "must not contain an unpaired surrogate");
            return null;
        }
        return value;
    }

    /** The parser refuses them in names. */
    private static boolean hasLoneSurrogate(JsonNode value) {
        if (value.isTextual()) {
            return Labels.hasLoneSurrogate(value.textValue());
        }
        for (JsonNode part : value) {
            if (hasLoneSurrogate(part)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public ObjectNode schema() {
        return JsonNodeFactory.instance.objectNode().put("type", "object").put("additionalProperties", true);
    }
}
