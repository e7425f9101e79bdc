package org.checkpointrecovery.item;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.description.Labels;
import org.checkpointrecovery.description.OptionType;
import org.checkpointrecovery.description.Report;
import org.checkpointrecovery.description.Shown;
import org.checkpointrecovery.job.FieldNames;
import org.jspecify.annotations.Nullable;

/** Where the names of fields come from: a word, or an array of distinct names. */
public record FieldNamesType() implements OptionType {
    public static final String FIRST = "first";
    public static final String NONE = "none";

    /** Whether a text is one of the words. */
    public static boolean isWord(String text) {
        return text.equals(FIRST) || text.equals(NONE);
    }

    /** Returns the names of a value that was read. */
    static FieldNames names(JsonNode value) {
        if (value.isArray()) {
            List<String> names = new ArrayList<>();
            value.forEach(name -> names.add(name.textValue()));
            return new FieldNames.Given(names);
        }
        return value.textValue().equals(NONE) ? FieldNames.NUMBERED : FieldNames.FIRST_RECORD;
    }

    @Override
    public @Nullable JsonNode read(JsonNode value, Report report) {
        if (value.isArray()) {
            return checked(value, report);
        }
        if (value.isTextual() && isWord(value.textValue())) {
            return value;
        }
        report.error(
                "",
                "must be \"" + FIRST + "\", \"" + NONE + "\" or an array of names (got " + Shown.value(value) + ")");
        return null;
    }

    private static @Nullable JsonNode checked(JsonNode names, Report report) {
        if (names.isEmpty() || names.size() > FieldNames.MAX_FIELDS) {
            report.error("", "must have 1 to " + FieldNames.MAX_FIELDS + " names (got " + names.size() + ")");
            return null;
        }
        boolean right = true;
        Map<String, Integer> positions = new HashMap<>();
        for (int number = 0; number < names.size(); number++) {
            JsonNode name = names.get(number);
            String problem = problem(name);
            Integer before = positions.putIfAbsent(name.asText(), number);
            if (problem == null && before != null) {
                problem = "duplicates the name at index " + before + ": " + Shown.value(name);
            }
            if (problem != null) {
                report.within(String.valueOf(number)).error("", problem);
                right = false;
            }
        }
        return right ? names : null;
    }

    private static @Nullable String problem(JsonNode name) {
        if (!name.isTextual() || name.textValue().isEmpty()) {
            return "must be a non-empty string (got " + Shown.value(name) + ")";
        }
        return Labels.hasLoneSurrogate(name.textValue()) ? "must not contain an unpaired surrogate" : null;
    }

    @Override
    public ObjectNode schema() {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        ArrayNode kinds = schema.putArray("oneOf");
        kinds.addObject().put("type", "string").putArray("enum").add(FIRST).add(NONE);
        ObjectNode names = kinds.addObject().put("type", "array");
        names.put("minItems", 1).put("maxItems", FieldNames.MAX_FIELDS).put("uniqueItems", true);
        names.putObject("items").put("type", "string").put("minLength", 1);
        kinds.addObject().put("type", "null");
        return schema;
    }
}
