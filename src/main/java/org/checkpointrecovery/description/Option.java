package org.checkpointrecovery.description;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An option of a processor or a format.
 *
 * @param name its field in JSON
 * @param standard its value if it is omitted; null if it is required
 * @param nullable whether null is a value: no limit, or the default
 * @param help one line for people
 * @param examples texts that this service accepts; empty if there are too many
 */
public record Option(
        String name,
        OptionType type,
        @Nullable JsonNode standard,
        boolean nullable,
        String help,
        List<String> examples) {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    public Option {
        requireNonNull(name);
        requireNonNull(type);
        requireNonNull(help);
        examples = List.copyOf(examples);
    }

    public static Option required(String name, OptionType type, String help) {
        return new Option(name, type, null, false, help, List.of());
    }

    public static Option of(String name, Text type, String standard, String help) {
        return new Option(name, type, JSON.textNode(standard), false, help, List.of());
    }

    public static Option of(String name, WholeNumber type, long standard, String help) {
        return new Option(name, type, type.node(standard), false, help, List.of());
    }

    /** An option whose default is its first choice. */
    public static Option of(String name, Choice type, String help) {
        return new Option(name, type, JSON.textNode(type.values().get(0)), false, help, List.of());
    }

    /** An option whose default is an empty object. */
    public static Option ofObject(String name, OptionType type, String help) {
        return new Option(name, type, JSON.objectNode(), false, help, List.of());
    }

    /** An option whose default is null. */
    public static Option optional(String name, OptionType type, String help) {
        return new Option(name, type, NullNode.instance, true, help, List.of());
    }

    /** Returns this option with null as a value. */
    public Option orNull() {
        return new Option(name, type, standard, true, help, examples);
    }

    /** Returns this option with examples. */
    Option withExamples(List<String> others) {
        return new Option(name, type, standard, nullable, help, others);
    }

    /**
     * Reads the value of this option.
     *
     * @param object of all options
     * @param report about the object
     * @return the value or its default; null after a report
     */
    public @Nullable JsonNode read(ObjectNode object, Report report) {
        JsonNode value = object.get(name);
        Report own = report.within(name);
        if (value != null && !value.isNull()) {
            return type.read(value, own);
        }
        if (value != null && nullable) {
            return value;
        }
        if (standard == null) {
            own.error("", "is required");
        } else if (value != null) {
            own.error("", "must not be null; omit it to use the default");
        }
        return standard;
    }

    /** Returns the JSON Schema of the values, with the default and the help. */
    ObjectNode schema() {
        ObjectNode schema = type.schema();
        if (nullable && schema.has("type")) {
            String own = schema.get("type").textValue();
            schema.putArray("type").add(own).add("null");
        }
        schema.put("description", help);
        if (standard != null) {
            schema.set("default", standard);
        }
        if (!examples.isEmpty()) {
            examples.forEach(schema.putArray("examples")::add);
        }
        return schema;
    }
}
