package org.checkpointrecovery.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.checkpointrecovery.job.CommandMode;
import org.checkpointrecovery.job.HeaderValue;
import org.checkpointrecovery.job.ProcessorSpec;

/**
 * Encodes a processor spec as JSON, for job records and for clients:
 *
 * <pre>
 * {"type":"text-stats"}
 * {"type":"http","url":"https://example.org/check","method":"POST","headers":{"Authorization":{"secret":"TOKEN"}},
 *  "body":"item","concurrency":8,"requestsPerSecond":null,"connectTimeoutMillis":5000,"timeoutMillis":30000,
 *  "maxAttempts":5,"maxResponseBytes":1048576,"pauseAfterFailedItems":20}
 * {"type":"command","name":"resize","mode":"per-item","concurrency":4,"timeoutMillis":30000}
 * {"type":"plugin","name":"reverse","config":{},"concurrency":1,"timeoutMillis":30000}
 * </pre>
 */
public final class ProcessorCodec {
    private static final JsonMapper MAPPER = new JsonMapper();

    private ProcessorCodec() {}

    public static ObjectNode encode(ProcessorSpec spec) {
        ObjectNode json = MAPPER.createObjectNode().put("type", spec.type());
        if (spec instanceof ProcessorSpec.Http http) {
            write(json, http);
        } else if (spec instanceof ProcessorSpec.Command command) {
            json.put("name", command.name()).put("mode", command.mode().text());
            json.put("concurrency", command.concurrency())
                    .put("timeoutMillis", command.timeout().toMillis());
        } else if (spec instanceof ProcessorSpec.Plugin plugin) {
            json.put("name", plugin.name()).set("config", parsed(plugin.config()));
            json.put("concurrency", plugin.concurrency())
                    .put("timeoutMillis", plugin.timeout().toMillis());
        }
        return json;
    }

    private static void write(ObjectNode json, ProcessorSpec.Http http) {
        json.put("url", http.request().url()).put("method", http.request().method());
        ObjectNode headers = json.putObject("headers");
        http.request().headers().forEach((name, value) -> {
            if (value instanceof HeaderValue.Secret secret) {
                headers.putObject(name).put("secret", secret.name());
            } else if (value instanceof HeaderValue.Text text) {
                headers.put(name, text.text());
            }
        });
        json.put("body", http.request().body()).put("concurrency", http.limits().concurrency());
        json.put("requestsPerSecond", http.limits().requestsPerSecond());
        json.put("connectTimeoutMillis", http.limits().connectTimeout().toMillis());
        json.put("timeoutMillis", http.limits().timeout().toMillis());
        json.put("maxAttempts", http.limits().maxAttempts())
                .put("maxResponseBytes", http.limits().maxResponseBytes());
        json.put("pauseAfterFailedItems", http.limits().pauseAfterFailedItems());
    }

    private static JsonNode parsed(String config) {
        try {
            return MAPPER.readTree(config);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e); // the spec has already checked that it is JSON
        }
    }

    /** @throws DamagedFileException if {@link #encode} did not write it */
    static ProcessorSpec decode(JsonNode json) throws DamagedFileException {
        String type = StoredJson.text(json, "type");
        return switch (type) {
            case ProcessorSpec.TextStats.TYPE -> new ProcessorSpec.TextStats();
            case ProcessorSpec.Http.TYPE -> readHttp(json);
            case ProcessorSpec.Command.TYPE ->
                new ProcessorSpec.Command(
                        StoredJson.text(json, "name"),
                        mode(StoredJson.text(json, "mode")),
                        (int) StoredJson.number(json, "concurrency"),
                        millis(json, "timeoutMillis"));
            case ProcessorSpec.Plugin.TYPE ->
                new ProcessorSpec.Plugin(
                        StoredJson.text(json, "name"),
                        StoredJson.child(json, "config").toString(),
                        (int) StoredJson.number(json, "concurrency"),
                        millis(json, "timeoutMillis"));
            default -> throw new DamagedFileException("unknown processor \"" + type + "\"");
        };
    }

    private static ProcessorSpec readHttp(JsonNode json) throws DamagedFileException {
        Map<String, HeaderValue> headers = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> header :
                StoredJson.child(json, "headers").properties()) {
            headers.put(
                    header.getKey(),
                    header.getValue().isTextual()
                            ? new HeaderValue.Text(header.getValue().textValue())
                            : new HeaderValue.Secret(StoredJson.text(header.getValue(), "secret")));
        }
        Long pauseAfter = StoredJson.numberOrNull(json, "pauseAfterFailedItems");
        ProcessorSpec.Http.Request request = new ProcessorSpec.Http.Request(
                StoredJson.text(json, "url"), StoredJson.text(json, "method"), headers, StoredJson.text(json, "body"));
        return new ProcessorSpec.Http(
                request,
                new ProcessorSpec.Http.Limits(
                        (int) StoredJson.number(json, "concurrency"),
                        StoredJson.has(json, "requestsPerSecond")
                                ? json.get("requestsPerSecond").doubleValue()
                                : null,
                        millis(json, "connectTimeoutMillis"),
                        millis(json, "timeoutMillis"),
                        (int) StoredJson.number(json, "maxAttempts"),
                        (int) StoredJson.number(json, "maxResponseBytes"),
                        pauseAfter == null ? null : pauseAfter.intValue()));
    }

    private static CommandMode mode(String text) throws DamagedFileException {
        for (CommandMode mode : CommandMode.values()) {
            if (mode.text().equals(text)) {
                return mode;
            }
        }
        throw new DamagedFileException("unknown mode \"" + text + "\"");
    }

    private static Duration millis(JsonNode json, String field) throws DamagedFileException {
        return Duration.ofMillis(StoredJson.number(json, field));
    }
}
