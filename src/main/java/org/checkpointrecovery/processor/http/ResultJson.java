package org.checkpointrecovery.processor.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.checkpointrecovery.processor.JsonText;

/**
 * The result of an item:
 *
 * <pre>{"index":3,"status":200,"attempts":1,"body":{"ok":true}}</pre>
 *
 * {@code body} is the response body as JSON, on one line with its numbers unchanged, or as a string if it is not JSON.
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
        } catch (IOException e) { // not JSON, or JSON that cannot be written
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
                JsonText.copy(answer, secrets::of, json);
            } else {
                json.writeString(secrets.of(answer));
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }
}
