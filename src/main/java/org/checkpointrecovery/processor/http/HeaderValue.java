package org.checkpointrecovery.processor.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;

/** The value of a request header: literal text, or a secret of the service. In JSON a string, or {@code {"secret":NAME}}. */
sealed interface HeaderValue {
    record Text(String text) implements HeaderValue {
        public Text {
            requireNonNull(text);
        }
    }

    /** @param name of the secret in the service's secrets file; options never contain its value */
    record Secret(String name) implements HeaderValue {
        public Secret {
            requireNonNull(name);
        }
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static HeaderValue of(JsonNode json) {
        return json.isTextual()
                ? new Text(json.textValue())
                : new Secret(json.path(Headers.SECRET).textValue());
    }
}
