package org.checkpointrecovery.processor.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The result of an item:
 *
 * <pre>{"index":3,"status":200,"attempts":1,"body":{"ok":true}}</pre>
 *
 * {@code body} is the answer itself where that is JSON, written on one line with its numbers digit by digit as they came;
 * otherwise a string of its text.
 */
final class ResultJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final Redaction secrets;

    ResultJson(Redaction secrets) {
        this.secrets = secrets;
    }

    byte[] of(long index, int status, int attempts, String answer) {
        try {
            return write(index, status, attempts, answer, true);
        } catch (IOException e) { // it is no JSON, or none that can be written
            try {
                return write(index, status, attempts, answer, false);
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }
    }

    private byte[] write(long index, int status, int attempts, String answer, boolean asJson) throws IOException {
        ByteArrayBuilder bytes = new ByteArrayBuilder(answer.length() + 64);
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
            json.writeStartObject();
            json.writeNumberField("index", index);
            json.writeNumberField("status", status);
            json.writeNumberField("attempts", attempts);
            json.writeFieldName("body");
            if (asJson) {
                copy(answer, json);
            } else {
                json.writeString(secrets.of(answer));
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private void copy(String answer, JsonGenerator json) throws IOException {
        try (JsonParser parser = FACTORY.createParser(answer)) {
            int depth = 0;
            do {
                JsonToken token = parser.nextToken();
                if (token == null) {
                    throw new IOException("it ends too early");
                }
                copy(parser, token, json);
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            } while (depth > 0);
            if (parser.nextToken() != null) {
                throw new IOException("something follows the value");
            }
        }
    }

    private void copy(JsonParser parser, JsonToken token, JsonGenerator json) throws IOException {
        switch (token) {
            case FIELD_NAME -> json.writeFieldName(secrets.of(parser.currentName()));
            case VALUE_STRING -> json.writeString(secrets.of(parser.getText()));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                String number = parser.getText();
                String shown = secrets.of(number);
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
            case NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT -> throw new IOException("no token of a text: " + token);
        }
    }
}
