package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.checkpointrecovery.api.Problem.FieldError;
import org.checkpointrecovery.description.Choice;
import org.checkpointrecovery.description.DecimalNumber;
import org.checkpointrecovery.description.Report;
import org.checkpointrecovery.description.Shown;
import org.checkpointrecovery.description.WholeNumber;
import org.checkpointrecovery.job.Named;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a JSON object in a request. Collects every error instead of stopping at the first; invalid fields read as
 * their default. Fields that are never read are errors: a misspelled option must not be ignored.
 */
final class Fields {
    /** The number of errors listed. Without a limit, a response could be many times as large as the body. */
    private static final int MAX_ERRORS = 100;

    private final ObjectNode json;
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

    private Fields(ObjectNode json, String pointer, Errors errors) {
        this.json = json;
        this.pointer = pointer;
        this.errors = errors;
    }

    /** The fields of a whole body. */
    static Fields of(JsonNode body) {
        if (!(body instanceof ObjectNode object)) {
            throw Problem.invalid("", "must be an object (got " + Shown.kind(body) + ")")
                    .exception();
        }
        return new Fields(object, "", new Errors());
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

    /** Returns the object itself. */
    ObjectNode object() {
        return json;
    }

    /** Returns the report of the object. */
    Report report() {
        return (path, message) -> errors.add(pointer + path, message);
    }

    /** Returns the report of a field. */
    Report report(String name) {
        return (path, message) -> errors.add(pointer(name) + path, message);
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
        if (isNull(name)) {
            error(name, "must not be null");
        }
    }

    /** Declares fields as known, whether present or not. */
    void know(String... names) {
        known.addAll(List.of(names));
    }

    private String pointer(String name) {
        return pointer + "/" + Report.pointer(name);
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

    /** Whether a field is JSON null. */
    boolean isNull(String name) {
        return json.has(name) && json.get(name).isNull();
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
        if (!(value instanceof ObjectNode object)) {
            wrongType(name, "an object", value);
            return null;
        }
        return new Fields(object, pointer(name), errors);
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
        JsonNode number = new WholeNumber(least, most).read(value, report(name));
        return number == null ? missing : number.longValue();
    }

    /** Returns a whole number; null if absent or null. */
    @Nullable
    Long numberOrNull(String name, long least, long most) {
        JsonNode value = value(name);
        JsonNode number = value == null ? null : new WholeNumber(least, most).read(value, report(name));
        return number == null ? null : number.longValue();
    }

    /** Returns a number; null if absent or null. */
    @Nullable
    Double decimalOrNull(String name, double least, double most) {
        JsonNode value = value(name);
        JsonNode number = value == null ? null : new DecimalNumber(least, most).read(value, report(name));
        return number == null ? null : number.doubleValue();
    }

    /** Returns a whole number of at least 0; null for anything else. */
    static @Nullable Long index(JsonNode value) {
        JsonNode number = new WholeNumber(0, Long.MAX_VALUE).read(value, (path, message) -> {});
        return number == null ? null : number.longValue();
    }

    /** Returns a constant of an enum by its name in JSON. */
    <E extends Enum<E> & Named> E constant(String name, Class<E> type, E missing) {
        JsonNode value = value(name);
        if (value == null) {
            return notNull(name, missing);
        }
        JsonNode word = Choice.of(type).read(value, report(name));
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> word != null && constant.text().equals(word.textValue()))
                .findFirst()
                .orElse(missing);
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
        error(name, Shown.wrongType(expected, value));
    }
}
