package org.checkpointrecovery.processor.http;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Specs for tests: POST with the item as its body, 4 at once and 3 attempts, unless told otherwise. */
final class HttpSpec {
    private final String url;
    private final Map<String, HeaderValue> headers = new LinkedHashMap<>();
    private String method = "POST";
    private String body = HttpOptions.BODY_ITEM;
    private int concurrency = 4;
    private @Nullable Double requestsPerSecond;
    private Duration connectTimeout = Duration.ofSeconds(5);
    private Duration timeout = Duration.ofSeconds(20);
    private int maxAttempts = 3;
    private int maxResponseBytes = 1000;

    private HttpSpec(String url) {
        this.url = url;
    }

    static HttpSpec to(String url) {
        return new HttpSpec(url);
    }

    HttpSpec method(String name) {
        method = name;
        return this;
    }

    HttpSpec body(String text) {
        body = text;
        return this;
    }

    HttpSpec header(String name, String value) {
        headers.put(name, new HeaderValue.Text(value));
        return this;
    }

    HttpSpec secret(String name, String secret) {
        headers.put(name, new HeaderValue.Secret(secret));
        return this;
    }

    HttpSpec concurrency(int calls) {
        concurrency = calls;
        return this;
    }

    HttpSpec requestsPerSecond(double number) {
        requestsPerSecond = number;
        return this;
    }

    HttpSpec connectTimeout(Duration time) {
        connectTimeout = time;
        return this;
    }

    HttpSpec timeout(Duration time) {
        timeout = time;
        return this;
    }

    HttpSpec maxAttempts(int number) {
        maxAttempts = number;
        return this;
    }

    HttpSpec maxResponseBytes(int bytes) {
        maxResponseBytes = bytes;
        return this;
    }

    HttpOptions build() {
        return new HttpOptions(
                url,
                method,
                headers,
                body,
                concurrency,
                requestsPerSecond,
                connectTimeout.toMillis(),
                timeout.toMillis(),
                maxAttempts,
                maxResponseBytes,
                null);
    }
}
