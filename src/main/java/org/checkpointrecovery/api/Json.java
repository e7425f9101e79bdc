package org.checkpointrecovery.api;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads the JSON of requests strictly, and writes that of responses. */
final class Json {
    static final int MAX_BODY_BYTES = 1024 * 1024;

    private static final int MAX_NESTING = 50;
    private static final int MAX_NUMBER_DIGITS = 40;
    private static final int MAX_NAME_CHARS = 256;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_NESTING)
                            .maxNumberLength(MAX_NUMBER_DIGITS)
                            .maxStringLength(MAX_BODY_BYTES)
                            .maxNameLength(MAX_NAME_CHARS)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .disable(SerializationFeature.FLUSH_AFTER_WRITE_VALUE) // a response may be written in many values
            .build();

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static byte[] bytes(JsonNode json) {
        try {
            return MAPPER.writeValueAsBytes(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonMapper mapper() {
        return MAPPER;
    }

    /** Reads JSON that the service wrote. */
    static JsonNode parsed(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the body of a request. */
    static JsonNode read(byte[] body) {
        try {
            return parse(body);
        } catch (InvalidException e) {
            throw Problem.of(
                            Problem.Kind.INVALID_JSON,
                            "The body is not valid JSON: " + e.getMessage()
                                    + ". Nothing was changed. Correct it and send it again.")
                    .exception();
        }
    }

    /** Parses a document that a client wrote. */
    static JsonNode parse(byte[] document) throws InvalidException {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(document))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidException("it is not UTF-8");
        }
        if (text.startsWith("\ufeff")) {
            throw new InvalidException("it starts with a byte order mark");
        }
        try {
            JsonNode json = MAPPER.readTree(text);
            if (json == null || json.isMissingNode()) {
                throw new InvalidException("it is empty");
            }
            return json;
        } catch (StreamConstraintsException e) {
            throw new InvalidException("it exceeds the limits: nesting " + MAX_NESTING + ", numbers of "
                    + MAX_NUMBER_DIGITS + " characters, names of " + MAX_NAME_CHARS);
        } catch (JacksonException e) {
            throw new InvalidException(message(e));
        } catch (NumberFormatException e) { // the parser does not check it
            throw new InvalidException("the exponent of a number is too large");
        }
    }

    /** A document is not valid JSON. The message says why, as the rest of a sentence. */
    static final class InvalidException extends Exception {
        InvalidException(String message) {
            super(message, null, false, false);
        }
    }

    /** Returns the parser's message without class names. */
    private static String message(JacksonException e) {
        String text = e.getOriginalMessage();
        String first = text.contains("\n") ? text.substring(0, text.indexOf('\n')) : text;
        if (first.contains("Trailing token")) {
            first = "something follows the value";
        }
        String where = e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
        return first.replaceAll(" \\((for|start marker) .*", "")
                        .replaceAll(": enable `.*", "")
                        .strip()
                + where;
    }
}
