package org.checkpointrecovery.storage;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the JSON of the service's own files: a record between a format version and a checksum,
 *
 * <pre>{"version":1, ... ,"crc32c":"1f2e03aa"}</pre>
 *
 * on one line. {@link StoredTypes} says how values are written. A field is absent if its value is null. Unknown fields, missing
 * ones, values of another type and those that a record refuses are damage.
 */
public final class StoredJson {
    private static final String VERSION = "version";

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(MapperFeature.AUTO_DETECT_IS_GETTERS, MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                    DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .withCoercionConfig(LogicalType.Textual, text -> {
                text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                text.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                text.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
            })
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .addModule(new StoredTypes())
            .build();

    private StoredJson() {}

    /** @param value a record with at least one component that is not null */
    public static byte[] write(int version, Object value) {
        try {
            byte[] fields = MAPPER.writeValueAsBytes(value);
            byte[] start = ("{\"" + VERSION + "\":" + version + ",").getBytes(StandardCharsets.US_ASCII);
            byte[] object = new byte[start.length + fields.length - 1];
            System.arraycopy(start, 0, object, 0, start.length);
            System.arraycopy(fields, 1, object, start.length, fields.length - 1);
            return Checksum.seal(object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws DamagedFileException if {@link #write} did not write it with this version and type */
    public static <T> T read(byte[] file, int version, Class<T> type) throws IOException {
        ObjectNode json = read(file, version);
        json.remove(VERSION);
        json.remove("crc32c");
        try {
            return MAPPER.treeToValue(json, type);
        } catch (JsonMappingException e) {
            throw new DamagedFileException("\"" + path(e) + "\" " + problem(e));
        }
    }

    /** @throws DamagedFileException if the checksum or the version is wrong */
    public static ObjectNode read(byte[] file, int version) throws IOException {
        Checksum.verify(file);
        JsonNode json;
        try {
            json = MAPPER.readTree(file);
        } catch (JacksonException e) {
            throw new DamagedFileException("it is not valid JSON: " + e.getOriginalMessage());
        }
        long found = number(json, VERSION);
        if (found != version) {
            throw new DamagedFileException("format version " + found + ", expected " + version
                    + "; it may have been written by a newer release");
        }
        return (ObjectNode) json;
    }

    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return path.toString();
    }

    private static String problem(JsonMappingException e) {
        if (e.getCause() != null && !(e.getCause() instanceof JacksonException)) {
            return "is invalid: " + e.getCause().getMessage();
        }
        if (e instanceof UnrecognizedPropertyException) {
            return "is an unknown field";
        }
        if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() == String.class) {
            return "is not a string";
        }
        String first = e.getOriginalMessage().split("\n", 2)[0];
        return first.contains("Missing required") || first.contains("Invalid `null` value")
                ? "is missing"
                : "is invalid: " + first;
    }

    public static ObjectNode object(int version) {
        return MAPPER.createObjectNode().put(VERSION, version);
    }

    public static byte[] write(ObjectNode json) {
        try {
            return Checksum.seal(MAPPER.writeValueAsBytes(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String text(JsonNode json, String field) throws DamagedFileException {
        JsonNode value = json.get(field);
        if (value == null || !value.isTextual()) {
            throw new DamagedFileException("\"" + field + "\" is not a string");
        }
        return value.textValue();
    }

    public static long number(JsonNode json, String field) throws DamagedFileException {
        JsonNode value = json.get(field);
        if (value == null || !value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new DamagedFileException("\"" + field + "\" is not a whole number");
        }
        return value.longValue();
    }

    public static JsonNode child(JsonNode json, String field) throws DamagedFileException {
        JsonNode value = json.get(field);
        if (value == null || value.isNull()) {
            throw new DamagedFileException("\"" + field + "\" is missing");
        }
        return value;
    }

    public static boolean has(JsonNode json, String field) {
        return json.hasNonNull(field);
    }

    public static @Nullable String textOrNull(JsonNode json, String field) throws DamagedFileException {
        return has(json, field) ? text(json, field) : null;
    }

    public static @Nullable Long numberOrNull(JsonNode json, String field) throws DamagedFileException {
        return has(json, field) ? (Long) number(json, field) : null;
    }
}
