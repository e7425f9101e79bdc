package org.checkpointrecovery.description;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * Texts.
 *
 * @param least minimum number of characters, 0 or 1
 * @param most maximum number of characters; 0 for no limit of its own
 * @param check the other rules
 */
public record Text(int least, int most, Check check) implements OptionType {
    /** Absolute URLs, http or https. */
    public static final Text URL = new Text(1, Urls.MAX_CHARACTERS, Urls::error);

    /** Names that people give to something. */
    public static final Text LABEL = new Text(1, Labels.MAX_CHARACTERS, Labels::error);

    /** Any text that can be stored. */
    public static final Text ANY =
            new Text(0, 0, text -> Labels.hasLoneSurrogate(text) ? "must not contain an unpaired surrogate" : null);

    public Text {
        requireNonNull(check);
    }

    /** A rule for texts. */
    public interface Check {
        /** Returns the problem, or null. */
        @Nullable
        String problem(String text);
    }

    @Override
    public @Nullable JsonNode read(JsonNode value, Report report) {
        if (!value.isTextual()) {
            report.error("", Shown.wrongType("a string", value));
            return null;
        }
        String text = value.textValue();
        String problem = text.length() < least ? "must not be empty" : check.problem(text);
        if (problem != null) {
            report.error("", problem);
            return null;
        }
        return value;
    }

    @Override
    public ObjectNode schema() {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "string");
        if (least > 0) {
            schema.put("minLength", least);
        }
        if (most > 0) {
            schema.put("maxLength", most);
        }
        return schema;
    }
}
