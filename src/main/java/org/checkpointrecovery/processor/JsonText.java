package org.checkpointrecovery.processor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.UnaryOperator;

/** Embeds foreign text in a result: as JSON if it is JSON, otherwise as a string. */
public final class JsonText {
    private static final JsonFactory FACTORY = new JsonFactory();

    private JsonText() {}

    /** Writes an object on one line. */
    public static byte[] object(Fields fields) {
        ByteArrayBuilder bytes = new ByteArrayBuilder(256);
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // there is no I/O
        }
        return bytes.toByteArray();
    }

    /** Writes the fields of an object. */
    public interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    /** Whether a text is exactly one JSON value. */
    public static boolean isJson(String text) {
        try (JsonGenerator nowhere = FACTORY.createGenerator(new ByteArrayBuilder(text.length() + 64))) {
            copy(text, UnaryOperator.identity(), nowhere);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Writes a JSON value on one line, with its numbers unchanged.
     *
     * @param strings applied to field names, strings and numbers
     * @throws IOException if the text is not one JSON value; a part of it may have been written
     */
    public static void copy(String text, UnaryOperator<String> strings, JsonGenerator json) throws IOException {
        try (JsonParser parser = FACTORY.createParser(text)) {
            int depth = 0;
            do {
                JsonToken token = parser.nextToken();
                if (token == null) {
                    throw new IOException("it is truncated");
                }
                copy(parser, token, strings, json);
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            } while (depth > 0);
            if (parser.nextToken() != null) {
                throw new IOException("other text follows the value");
            }
        }
    }

    private static void copy(JsonParser parser, JsonToken token, UnaryOperator<String> strings, JsonGenerator json)
            throws IOException {
        switch (token) {
            case FIELD_NAME -> json.writeFieldName(strings.apply(parser.currentName()));
            case VALUE_STRING -> json.writeString(strings.apply(parser.getText()));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                String number = parser.getText();
                String shown = strings.apply(number);
                if (shown.equals(number)) {
                    json.writeRawValue(number);
                } else {
                    json.writeString(shown);
                }
            }
            case START_OBJECT -> json.writeStartObject();
            case END_OBJECT -> json.writeEndObject();
            case START_ARRAY -> json.writeStartArray();
            case END_ARRAY -> json.writeEndArray();
            case VALUE_TRUE, VALUE_FALSE -> json.writeBoolean(token == JsonToken.VALUE_TRUE);
            case VALUE_NULL -> json.writeNull();
            case NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT -> throw new IOException("unexpected token " + token);
        }
    }
}
