package org.checkpointrecovery.processor.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A body with places for values: {@code {item}}, {@code {index}}, and the names of an object's fields. All other braces stand
 * for themselves. In a template that is JSON by its beginning, values are put in as JSON; a string without its quotation marks,
 * so that it can stand within one of the template's. Immutable.
 */
final class BodyTemplate {
    static final String ITEM = "item";
    static final String INDEX = "index";

    private static final Pattern PLACE = Pattern.compile("\\{([\\p{L}_][\\p{L}\\p{N}_-]*)}");

    private final List<Part> parts;
    private final boolean json;

    /**
     * @param literal what stands before the place
     * @param place the name in it; null behind the last one
     */
    private record Part(String literal, @Nullable String place) {}

    private BodyTemplate(List<Part> parts, boolean json) {
        this.parts = List.copyOf(parts);
        this.json = json;
    }

    static BodyTemplate parse(String text) {
        List<Part> parts = new ArrayList<>();
        Matcher matcher = PLACE.matcher(text);
        int end = 0;
        while (matcher.find()) {
            parts.add(new Part(text.substring(end, matcher.start()), matcher.group(1)));
            end = matcher.end();
        }
        parts.add(new Part(text.substring(end), null));
        return new BodyTemplate(parts, isJson(text.strip()));
    }

    /** A template that begins with a place, as {@code {name};{age}}, is not JSON for that. */
    private static boolean isJson(String text) {
        return text.startsWith("[")
                || (text.startsWith("{") && !PLACE.matcher(text).lookingAt());
    }

    boolean isJson() {
        return json;
    }

    /** The names of the fields that an item must have. */
    Set<String> fields() {
        Set<String> fields = new LinkedHashSet<>();
        for (Part part : parts) {
            if (part.place != null && !part.place.equals(ITEM) && !part.place.equals(INDEX)) {
                fields.add(part.place);
            }
        }
        return fields;
    }

    /** The first field that an item lacks; null if it has them all. */
    @Nullable
    String missingIn(JsonNode item) {
        return fields().stream().filter(field -> !item.has(field)).findFirst().orElse(null);
    }

    /**
     * The body for an item.
     *
     * @param text of the item
     * @param value the same as a JSON value; a string if it is mere text
     */
    String fill(long index, String text, JsonNode value) {
        StringBuilder filled = new StringBuilder(text.length() + 64);
        for (Part part : parts) {
            filled.append(part.literal);
            if (part.place == null) {
                continue;
            }
            switch (part.place) {
                case INDEX -> filled.append(index);
                case ITEM -> filled.append(value.isTextual() ? shown(value) : text);
                default -> filled.append(shown(value.path(part.place)));
            }
        }
        return filled.toString();
    }

    private String shown(JsonNode value) {
        if (!value.isTextual()) {
            return value.toString();
        }
        return json ? new String(JsonStringEncoder.getInstance().quoteAsString(value.textValue())) : value.textValue();
    }

    /** A text as a JSON string, with its quotation marks. */
    static String jsonString(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
