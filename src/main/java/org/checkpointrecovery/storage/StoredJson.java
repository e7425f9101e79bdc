package org.checkpointrecovery.storage;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the JSON of the service's own files: one object with a format version first and a checksum last. */
public final class StoredJson {
    private static final JsonMapper MAPPER = new JsonMapper();

    private StoredJson() {}

    public static ObjectNode object(int version) {
        return MAPPER.createObjectNode().put("version", version);
    }

    public static byte[] write(ObjectNode json) {
        try {
            return Checksum.seal(MAPPER.writeValueAsBytes(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static JsonNode read(byte[] file, int version) throws IOException {
        return read(file, version, version);
    }

    /** @throws DamagedFileException if the checksum or the version is wrong */
    static JsonNode read(byte[] file, int oldestVersion, int version) throws IOException {
        Checksum.verify(file);
        JsonNode json;
        try {
            json = MAPPER.readTree(file);
        } catch (JacksonException e) {
            throw new DamagedFileException("it is not valid JSON: " + e.getOriginalMessage());
        }
        long found = number(json, "version");
        if (found < oldestVersion || found > version) {
            throw new DamagedFileException("format version " + json.get("version") + ", expected " + version
                    + "; it may have been written by a newer release");
        }
        return json;
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

    static @Nullable Instant instantOrNull(JsonNode json, String field) throws DamagedFileException {
        return has(json, field) ? Instant.parse(text(json, field)) : null;
    }

    static @Nullable Duration millisOrNull(JsonNode json, String field) throws DamagedFileException {
        return has(json, field) ? Duration.ofMillis(number(json, field)) : null;
    }

    static <T> @Nullable T mapOrNull(@Nullable String text, Function<String, T> parse) {
        return text == null ? null : parse.apply(text);
    }
}
