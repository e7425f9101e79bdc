package org.checkpointrecovery.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.checkpointrecovery.job.HeaderValue;
import org.checkpointrecovery.job.ProcessorSpec;
import org.jspecify.annotations.Nullable;

/** The JSON of a processor and its options. */
interface ProcessorJson {
    record TextStats(String type) implements ProcessorJson {}

    /** @param headers texts, and secrets by name */
    record Http(
            String type,
            String url,
            String method,
            Map<String, Object> headers,
            String body,
            int concurrency,
            @Nullable Double requestsPerSecond,
            long connectTimeoutMillis,
            long timeoutMillis,
            int maxAttempts,
            int maxResponseBytes,
            @Nullable Integer pauseAfterFailedItems)
            implements ProcessorJson {}

    record Command(String type, String name, String mode, int concurrency, long timeoutMillis)
            implements ProcessorJson {}

    record Plugin(String type, String name, JsonNode config, int concurrency, long timeoutMillis)
            implements ProcessorJson {}

    record Secret(String secret) {}

    static ProcessorJson of(ProcessorSpec spec) {
        if (spec instanceof ProcessorSpec.Http http) {
            return of(http.type(), http.request(), http.limits());
        }
        if (spec instanceof ProcessorSpec.Command command) {
            return new Command(
                    command.type(),
                    command.name(),
                    command.mode().text(),
                    command.concurrency(),
                    command.timeout().toMillis());
        }
        if (spec instanceof ProcessorSpec.Plugin plugin) {
            return new Plugin(
                    plugin.type(),
                    plugin.name(),
                    parsed(plugin.config()),
                    plugin.concurrency(),
                    plugin.timeout().toMillis());
        }
        return new TextStats(spec.type());
    }

    private static Http of(String type, ProcessorSpec.Http.Request request, ProcessorSpec.Http.Limits limits) {
        Map<String, Object> headers = new LinkedHashMap<>();
        request.headers().forEach((name, value) -> {
            if (value instanceof HeaderValue.Secret secret) {
                headers.put(name, new Secret(secret.name()));
            } else if (value instanceof HeaderValue.Text text) {
                headers.put(name, text.text());
            }
        });
        return new Http(
                type,
                request.url(),
                request.method(),
                headers,
                request.body(),
                limits.concurrency(),
                limits.requestsPerSecond(),
                limits.connectTimeout().toMillis(),
                limits.timeout().toMillis(),
                limits.maxAttempts(),
                limits.maxResponseBytes(),
                limits.pauseAfterFailedItems());
    }

    private static JsonNode parsed(String config) {
        try {
            return new JsonMapper().readTree(config);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e); // the request was checked to have JSON there
        }
    }
}
