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
 * The fields of a JSON object in a request. Collects all that is wrong with them instead of ending at the first; what is
 * wrong reads as its default. A field that no one asks for is wrong too: a misspelt option must not be ignored.
 */
final class Fields {
    /** How many errors are listed; a body could be made of nothing else, and the answer be many times its size. */
    private static final int MAX_ERRORS = 100;

    private final JsonNode json;
    private final String pointer;
    private final Errors errors;
    private final Set<String> known = new LinkedHashSet<>();

    /** What is wrong with all of a body. */
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
            throw Problem.invalid("", "must be an object (got " + kind(body) + ")").exception();
        }
        return fields;
    }

    /** Reports what was found wrong, with the fields that no one has asked for. */
    void throwIfWrong() {
        if (areWrong()) {
            throw Problem.invalid(errors.first, errors.count).exception();
        }
    }

    /** To be called when all known fields were asked for. */
    void refuseOthers() {
        json.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                error(name, "unknown field; " + (known.isEmpty() ? "no fields are allowed here" : "expected one of: " + String.join(", ", known)));
            }
        });
    }

    void error(String name, String message) {
        errors.add(pointer(name), message);
    }

    /** Reports an error of something within a field, by its path from here. */
    void errorAt(String path, String message) {
        errors.add(pointer + "/" + path, message);
    }

    void error(FieldError error) {
        errors.add(error.field(), error.message());
    }

    /** Whether something was found wrong with any field. */
    boolean areWrong() {
        return errors.count > 0;
    }

    /** How much was found wrong with the whole body so far. */
    int wrongCount() {
        return errors.count;
    }

    /** Whether something was found wrong with a field. */
    boolean isWrong(String name) {
        return errors.first.stream().anyMatch(error -> error.field().equals(pointer(name)));
    }

    /** Whether something was found wrong with a field, or with anything in it. */
    boolean isWrongWithin(String name) {
        return errors.first.stream().anyMatch(error -> error.field().startsWith(pointer(name)));
    }

    /** Reports a field that is null, unless something else is wrong with it. */
    void refuseNull(String name) {
        if (json.has(name) && json.get(name).isNull()) {
            error(name, "must not be null");
        }
    }

    /** Fields that are known, whether they are there or not. */
    void know(String... names) {
        known.addAll(List.of(names));
    }

    private String pointer(String name) {
        return pointer + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    /** The field's value; null if it is missing or JSON null. */
    private @Nullable JsonNode value(String name) {
        known.add(name);
        JsonNode value = json.get(name);
        return value == null || value.isNull() ? null : value;
    }

    /** The field's value as it is; null if it is missing or JSON null. */
    @Nullable
    JsonNode json(String name) {
        return value(name);
    }

    /** The names of all fields, as they came. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        json.fieldNames().forEachRemaining(names::add);
        return names;
    }

    boolean has(String name) {
        return json.has(name);
    }

    /** The fields of an object; null if it is missing. */
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

    /** A whole number; {@code missing} if it is not there. */
    long number(String name, long least, long most, long missing) {
        JsonNode value = value(name);
        if (value == null) {
            return notNull(name, missing);
        }
        Long number = number(name, value, least, most);
        return number == null ? missing : number;
    }

    /** A whole number; null if it is not there, or null. */
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

    /** A number; null if it is not there, or null. */
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

    /** A whole number from 0; null if it is something else. */
    static @Nullable Long index(JsonNode value) {
        if (!isWhole(value)) {
            return null;
        }
        BigDecimal number = value.decimalValue();
        boolean fits = number.signum() >= 0 && number.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;
        return fits ? number.longValue() : null;
    }

    /** As JSON has it: 3, 3.0 and 3e0 are the same number. */
    private static boolean isWhole(JsonNode value) {
        return value.isIntegralNumber()
                || (value.isNumber()
                        && value.decimalValue().stripTrailingZeros().scale() <= 0);
    }

    /** One of the constants of an enum, by its name on the wire. */
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

    /** The elements of an array; null if it is missing. */
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

    /** A field with a default may be left out, but null is not a value of it. */
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

    /** At most 100 characters of a text, whole ones. */
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
