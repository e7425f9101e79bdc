package org.checkpointrecovery.description;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.checkpointrecovery.job.Named;
import org.jspecify.annotations.Nullable;

/** One of a few words. */
public record Choice(List<String> values) implements OptionType {
    public Choice {
        values = List.copyOf(values);
    }

    /** The words of an enum. */
    public static <E extends Enum<E> & Named> Choice of(Class<E> type) {
        return new Choice(
                Arrays.stream(type.getEnumConstants()).map(Named::text).toList());
    }

    @Override
    public @Nullable JsonNode read(JsonNode value, Report report) {
        if (!value.isTextual()) {
            report.error("", Shown.wrongType("a string", value));
            return null;
        }
        if (!values.contains(value.textValue())) {
            String all = values.stream().map(one -> "\"" + one + "\"").collect(Collectors.joining(", "));
            report.error("", "must be one of: " + all + " (got " + Shown.value(value) + ")");
            return null;
        }
        return value;
    }

    @Override
    public ObjectNode schema() {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "string");
        ArrayNode all = schema.putArray("enum");
        values.forEach(all::add);
        return schema;
    }
}
