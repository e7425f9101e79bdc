package org.checkpointrecovery.processor.http;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.description.Choice;
import org.checkpointrecovery.description.DecimalNumber;
import org.checkpointrecovery.description.Option;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.description.Text;
import org.checkpointrecovery.description.WholeNumber;
import org.jspecify.annotations.Nullable;

/**
 * The options of {@code http}, as in {@link #DESCRIPTION}.
 *
 * @param headers by name, in the order of the submission
 * @param requestsPerSecond maximum attempts started per second; null for no limit
 * @param pauseAfterFailedItems null for never
 */
record HttpOptions(
        String url,
        String method,
        Map<String, HeaderValue> headers,
        String body,
        int concurrency,
        @Nullable Double requestsPerSecond,
        long connectTimeoutMillis,
        long timeoutMillis,
        int maxAttempts,
        int maxResponseBytes,
        @Nullable Integer pauseAfterFailedItems) {
    static final String BODY_ITEM = "item";
    static final String BODY_JSON = "json";

    private static final WholeNumber TIMEOUT =
            new WholeNumber(1, Duration.ofHours(1).toMillis());

    static final ProcessorDescription DESCRIPTION = ProcessorDescription.concurrent(
            "http",
            "Calls an endpoint for each item.",
            Option.required("url", Text.URL, "Absolute URL of the endpoint, http or https."),
            Option.of(
                    "method",
                    new Choice(List.of("POST", "PUT", "PATCH", "GET", "DELETE")),
                    "Method of each call. GET and DELETE send no body."),
            Option.ofObject(
                    "headers", new Headers(), "Headers of each call: texts, or {\"secret\": NAME} for a secret."),
            Option.of("body", Text.ANY, BODY_ITEM, "item, json, or a template with {item}, {index} and field names."),
            Option.of("concurrency", new WholeNumber(1, 256), 8, "Maximum number of concurrent calls."),
            Option.optional(
                    "requestsPerSecond",
                    new DecimalNumber(0.001, 1_000_000),
                    "Maximum number of calls a second, including retries. Null for no limit."),
            Option.of("connectTimeoutMillis", TIMEOUT, 5_000, "Timeout for establishing a connection."),
            Option.of("timeoutMillis", TIMEOUT, 30_000, "Timeout for one attempt, to the end of the response."),
            Option.of("maxAttempts", new WholeNumber(1, 100), 5, "Maximum number of attempts for an item in one run."),
            Option.of(
                    "maxResponseBytes",
                    new WholeNumber(0, 16 * 1024 * 1024),
                    1024 * 1024,
                    "Maximum size of a response body. Larger responses fail the item."),
            Option.of(
                            "pauseAfterFailedItems",
                            new WholeNumber(1, 1_000_000),
                            20,
                            "Number of consecutive failed items that pauses the job. Null for never.")
                    .orNull());

    HttpOptions {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    Duration connectTimeout() {
        return Duration.ofMillis(connectTimeoutMillis);
    }

    Duration timeout() {
        return Duration.ofMillis(timeoutMillis);
    }

    /** Returns these options for one of several tasks of a job: each has its share of the calls per second. */
    HttpOptions shared(int tasks) {
        return new HttpOptions(
                url,
                method,
                headers,
                body,
                concurrency,
                requestsPerSecond == null ? null : requestsPerSecond / tasks,
                connectTimeoutMillis,
                timeoutMillis,
                maxAttempts,
                maxResponseBytes,
                pauseAfterFailedItems);
    }
}
