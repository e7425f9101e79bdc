package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.checkpointrecovery.api.Problem.FieldError;
import org.checkpointrecovery.job.Named;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object in a request. Collects every error instead of stopping at the first; invalid fields read as
 * their default. Fields that are never read are errors: a misspelled option must not be ignored.
 */
final class Fields {
    /** The number of errors listed. Without a limit, a response could be many times as large as the body. */
    private static final int MAX_ERRORS = 100;

    private final JsonNode json;
    private final String pointer;
    private final Errors errors;
    private final Set<String> known = new LinkedHashSet<>();

    /** The errors of a whole body. */
    private static final class Errors {
        private final List<FieldError> first = new ArrayList<>();
        private int count;

        void add(String field, String message) {
            if (count++ < MAX_ERRORS) {
                first.add(new FieldError(field, message));
            }
        }
    }

    private Fields(JsonNode json, String pointer, Errors errors) {
        this.json = json;
        this.pointer = pointer;
        this.errors = errors;
    }

    /** The fields of a whole body. */
    static Fields of(JsonNode body) {
        Fields fields = new Fields(body, "", new Errors());
        if (!body.isObject()) {
            throw Problem.invalid("", "must be an object (got " + kind(body) + ")")
                    .exception();
        }
        return fields;
    }

    /** Throws if there are errors or unknown fields. */
    void throwIfInvalid() {
        if (hasErrors()) {
            throw Problem.invalid(errors.first, errors.count).exception();
        }
    }

    /** Reports unknown fields. Call after reading every known field. */
    void refuseOthers() {
        json.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                error(
                        name,
                        "unknown field; "
                                + (known.isEmpty()
                                        ? "no fields are allowed here"
                                        : "expected one of: " + String.join(", ", known)));
            }
        });
    }

    void error(String name, String message) {
        errors.add(pointer(name), message);
    }

    /** Reports an error within a field, by its relative path. */
    void errorAt(String path, String message) {
        errors.add(pointer + "/" + path, message);
    }

    void error(FieldError error) {
        errors.add(error.field(), error.message());
    }

    /** Whether any field is invalid. */
    boolean hasErrors() {
        return errors.count > 0;
    }

    /** Returns the number of errors in the whole body so far. */
    int wrongCount() {
        return errors.count;
    }

    /** Whether a field is invalid. */
    boolean hasError(String name) {
        return errors.first.stream().anyMatch(error -> error.field().equals(pointer(name)));
    }

    /** Whether a field or anything within it is invalid. */
    boolean hasErrorWithin(String name) {
        return errors.first.stream().anyMatch(error -> error.field().startsWith(pointer(name)));
    }

    /** Reports a field that is null, unless it has another error. */
    void refuseNull(String name) {
        if (json.has(name) && json.get(name).isNull()) {
            error(name, "must not be null");
        }
    }

    /** Declares fields as known, whether present or not. */
    void know(String... names) {
        known.addAll(List.of(names));
    }

    private String pointer(String name) {
        return pointer + "/" + escaped(name);
    }

    /** Escapes a name for a JSON pointer (RFC 6901). */
    static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    /** Returns the value of a field; null if missing or JSON null. */
    private @Nullable JsonNode value(String name) {
        known.add(name);
        JsonNode value = json.get(name);
        return value == null || value.isNull() ? null : value;
    }

    /** Returns the value of a field without checks; null if missing or JSON null. */
    @Nullable
    JsonNode json(String name) {
        return value(name);
    }

    /** Returns the names of all fields in order. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        json.fieldNames().forEachRemaining(names::add);
        return names;
    }

    boolean has(String name) {
        return json.has(name);
    }

    /** Returns the fields of an object; null if missing. */
    @Nullable
    Fields object(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isObject()) {
            wrongType(name, "an object", value);
            return null;
        }
        return new Fields(value, pointer(name), errors);
    }

    @Nullable
    String text(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            wrongType(name, "a string", value);
            return null;
        }
        return value.textValue();
    }

    boolean flag(String name, boolean missing) {
        JsonNode value = value(name);
        if (value == null) {
            return notNull(name, missing);
        }
        if (!value.isBoolean()) {
            wrongType(name, "true or false", value);
            return missing;
        }
        return value.booleanValue();
    }

    /** Returns a whole number; {@code missing} if absent. */
    long number(String name, long least, long most, long missing) {
        JsonNode value = value(name);
        if (value == null) {
            return notNull(name, missing);
        }
        Long number = number(name, value, least, most);
        return number == null ? missing : number;
    }

    /** Returns a whole number; null if absent or null. */
    @Nullable
    Long numberOrNull(String name, long least, long most) {
        JsonNode value = value(name);
        return value == null ? null : number(name, value, least, most);
    }

    private @Nullable Long number(String name, JsonNode value, long least, long most) {
        if (!isWhole(value)) {
            wrongType(name, "a whole number", value);
            return null;
        }
        BigDecimal number = value.decimalValue();
        if (number.compareTo(BigDecimal.valueOf(least)) < 0 || number.compareTo(BigDecimal.valueOf(most)) > 0) {
            error(name, "must be between " + least + " and " + most + " (got " + number + ")");
            return null;
        }
        return number.longValue();
    }

    /** Returns a number; null if absent or null. */
    @Nullable
    Double decimalOrNull(String name, double least, double most) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isNumber()) {
            wrongType(name, "a number", value);
            return null;
        }
        double number = value.doubleValue();
        if (!(number >= least && number <= most)) {
            error(name, "must be between " + least + " and " + most + " (got " + shown(value) + ")");
            return null;
        }
        return number;
    }

    /** Returns a whole number of at least 0; null for anything else. */
    static @Nullable Long index(JsonNode value) {
        if (!isWhole(value)) {
            return null;
        }
        BigDecimal number = value.decimalValue();
        boolean fits = number.signum() >= 0 && number.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;
        return fits ? number.longValue() : null;
    }

    /** Compares like JSON: 3, 3.0 and 3e0 are the same number. */
    private static boolean isWhole(JsonNode value) {
        return value.isIntegralNumber()
                || (value.isNumber()
                        && value.decimalValue().stripTrailingZeros().scale() <= 0);
    }

    /** Returns a constant of an enum by its name in JSON. */
    <E extends Enum<E> & Named> E constant(String name, Class<E> type, E missing) {
        JsonNode value = value(name);
        if (value == null) {
            return notNull(name, missing);
        }
        if (!value.isTextual()) {
            wrongType(name, "a string", value);
            return missing;
        }
        for (E constant : type.getEnumConstants()) {
            if (constant.text().equals(value.textValue())) {
                return constant;
            }
        }
        String all = Arrays.stream(type.getEnumConstants())
                .map(constant -> "\"" + constant.text() + "\"")
                .collect(Collectors.joining(", "));
        error(name, "must be one of: " + all + " (got " + shown(value) + ")");
        return missing;
    }

    /** Returns the elements of an array; null if missing. */
    @Nullable
    List<JsonNode> elements(String name) {
        JsonNode value = value(name);
        if (value == null) {
            notNull(name, "");
            return null;
        }
        if (!value.isArray()) {
            wrongType(name, "an array", value);
            return null;
        }
        List<JsonNode> elements = new ArrayList<>();
        value.forEach(elements::add);
        return elements;
    }

    /** Reports null for a field that has a default. */
    private <T> T notNull(String name, T missing) {
        if (json.has(name)) {
            error(name, "must not be null; omit it to use the default");
        }
        return missing;
    }

    private void wrongType(String name, String expected, JsonNode value) {
        error(
                name,
                "must be " + expected + " (got " + kind(value) + (value.isValueNode() ? " " + shown(value) : "") + ")");
    }

    /** Truncates a text to 100 characters, without splitting one. */
    static String cut(String text) {
        if (text.length() <= 100) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(89)) ? 89 : 90;
        return text.substring(0, end) + "…";
    }

    static String shown(JsonNode value) {
        String text = value.toString();
        return cut(text);
    }

    static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "an array";
            case OBJECT, POJO -> "an object";
            case STRING, BINARY -> "the string";
            case NUMBER -> "the number";
            case BOOLEAN -> "the value";
            case NULL, MISSING -> "null";
        };
    }
}
