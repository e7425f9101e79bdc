package org.checkpointrecovery.processor.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.checkpointrecovery.processor.JsonText;
import org.jspecify.annotations.Nullable;

/**
 * A body with placeholders: {@code {item}}, {@code {index}}, and the names of an object's fields, with any characters
 * except braces. A brace followed by a quotation mark or white space is literal JSON, and two opening braces stand for
 * one.
 *
 * <p>A template that starts like JSON always yields JSON: within a string of the template, the text of the value is
 * escaped; elsewhere the value must itself be JSON. Immutable.
 */
final class BodyTemplate {
    static final String ITEM = "item";
    static final String INDEX = "index";

    private static final JsonFactory JSON = new JsonFactory();

    private final List<Part> parts;
    private final boolean json;

    /**
     * @param literal the text before the placeholder
     * @param place the name of the placeholder; null after the last one
     * @param quoted whether the placeholder is within a JSON string of the template
     */
    private record Part(String literal, @Nullable String place, boolean quoted) {}

    /** A value does not fit its placeholder. */
    static final class UnfitException extends Exception {
        UnfitException(String message) {
            super(message);
        }
    }

    private BodyTemplate(List<Part> parts, boolean json) {
        this.parts = List.copyOf(parts);
        this.json = json;
    }

    static BodyTemplate parse(String text) {
        List<Part> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        boolean quoted = false;
        for (int at = 0; at < text.length(); ) {
            char c = text.charAt(at);
            int end = c == '{' ? placeEnd(text, at) : -1;
            if (end > 0) {
                parts.add(new Part(literal.toString(), text.substring(at + 1, end), quoted));
                literal.setLength(0);
                at = end + 1;
                continue;
            }
            literal.append(c);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted && at + 1 < text.length()) {
                literal.append(text.charAt(++at));
            } else if (text.startsWith("{{", at)) {
                at++;
            }
            at++;
        }
        parts.add(new Part(literal.toString(), null, false));
        String beginning = parts.get(0).literal.strip();
        return new BodyTemplate(parts, beginning.startsWith("{") || beginning.startsWith("["));
    }

    /** Returns the position of the closing brace; -1 if the brace opens no placeholder. */
    private static int placeEnd(String text, int open) {
        int end = open + 1;
        while (end < text.length() && text.charAt(end) != '{' && text.charAt(end) != '}') {
            end++;
        }
        boolean closed = end < text.length() && text.charAt(end) == '}' && end > open + 1;
        char first = closed ? text.charAt(open + 1) : '"';
        return first == '"' || Character.isWhitespace(first) ? -1 : end;
    }

    boolean isJson() {
        return json;
    }

    /** Returns the names of the fields that an item must have. */
    Set<String> fields() {
        Set<String> fields = new LinkedHashSet<>();
        for (Part part : parts) {
            if (part.place != null && !part.place.equals(ITEM) && !part.place.equals(INDEX)) {
                fields.add(part.place);
            }
        }
        return fields;
    }

    /** Returns which of {@code {item}} and {@code {index}} the template uses. */
    Set<String> ownPlaces() {
        Set<String> own = new LinkedHashSet<>();
        for (Part part : parts) {
            if (ITEM.equals(part.place) || INDEX.equals(part.place)) {
                own.add(part.place);
            }
        }
        return own;
    }

    /** Returns why a template that starts like JSON can never yield JSON; empty if it can. */
    Optional<String> problem() {
        if (!json) {
            return Optional.empty();
        }
        StringBuilder sample = new StringBuilder();
        parts.forEach(part -> sample.append(part.literal).append(part.place == null ? "" : part.quoted ? "x" : "0"));
        try (JsonParser parser = JSON.createParser(sample.toString())) {
            while (parser.nextToken() != null) {
                parser.skipChildren();
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("starts like JSON but is not valid JSON once its placeholders are filled; write {{ "
                    + "for a literal brace");
        }
    }

    /** Returns the first field that an item lacks; null if it has all. */
    @Nullable
    String missingIn(JsonNode item) {
        return fields().stream().filter(field -> !item.has(field)).findFirst().orElse(null);
    }

    /**
     * Returns the body for an item.
     *
     * @param text of the item
     * @param value the item as a JSON value; a string if it is plain text
     */
    String fill(long index, String text, JsonNode value) throws UnfitException {
        StringBuilder filled = new StringBuilder(text.length() + 64);
        for (Part part : parts) {
            filled.append(part.literal);
            if (part.place == null) {
                continue;
            }
            switch (part.place) {
                case INDEX -> filled.append(index);
                case ITEM -> filled.append(shown(part, value, text));
                default -> {
                    JsonNode field = value.path(part.place);
                    filled.append(shown(part, field, field.isTextual() ? field.textValue() : field.toString()));
                }
            }
        }
        return withoutLoneSurrogates(filled);
    }

    /** @param written the value as JSON; of a field that is a string, its text */
    private String shown(Part part, JsonNode value, String written) throws UnfitException {
        String text = value.isTextual() ? value.textValue() : written;
        if (!json) {
            return text;
        }
        if (part.quoted) {
            return new String(JsonStringEncoder.getInstance().quoteAsString(text));
        }
        if (value.isTextual() && !JsonText.isJson(text)) {
            throw new UnfitException(
                    "The value of {" + part.place + "} is not a JSON value, so it cannot be sent without quotation "
                            + "marks. Quote the placeholder, or correct the value.");
        }
        return text.strip();
    }

    /** Escapes lone surrogates, which UTF-8 cannot encode. Only a JSON body can contain the escape. */
    private String withoutLoneSurrogates(StringBuilder filled) throws UnfitException {
        StringBuilder escaped = null;
        for (int at = 0; at < filled.length(); at++) {
            char c = filled.charAt(at);
            boolean pair = Character.isHighSurrogate(c)
                    && at + 1 < filled.length()
                    && Character.isLowSurrogate(filled.charAt(at + 1));
            if (Character.isSurrogate(c) && !pair) {
                if (!json) {
                    throw new UnfitException(
                            "The item has a lone surrogate, which a text body cannot hold. Use a JSON body, or "
                                    + "correct the item.");
                }
                escaped = escaped == null ? new StringBuilder(filled.substring(0, at)) : escaped;
                escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else if (escaped != null) {
                escaped.append(c);
            }
            if (pair) {
                at++;
                if (escaped != null) {
                    escaped.append(filled.charAt(at));
                }
            }
        }
        return (escaped == null ? filled : escaped).toString();
    }

    /** Returns a text as a JSON string, with quotation marks. */
    static String jsonString(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
