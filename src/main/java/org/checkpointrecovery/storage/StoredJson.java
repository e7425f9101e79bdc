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
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

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
                    DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, // options keep every digit
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                    DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
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
        Checksum.verify(file);
        try {
            ObjectNode json = MAPPER.readValue(file, ObjectNode.class);
            JsonNode found = json.remove(VERSION);
            if (found == null || !found.isInt()) {
                throw new DamagedFileException("\"version\" is not a whole number");
            }
            if (found.intValue() != version) {
                throw new DamagedFileException("format version " + found + ", expected " + version
                        + "; it may have been written by a newer release");
            }
            json.remove(Checksum.NAME);
            return MAPPER.treeToValue(json, type);
        } catch (JsonMappingException e) {
            throw new DamagedFileException("\"" + path(e) + "\" " + problem(e));
        } catch (JacksonException e) {
            throw new DamagedFileException("it is not valid JSON: " + e.getOriginalMessage());
        }
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
}
