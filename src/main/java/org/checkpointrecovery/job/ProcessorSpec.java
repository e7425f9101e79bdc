package org.checkpointrecovery.job;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The processor of a job and its options: enough to build it anywhere. */
public sealed interface ProcessorSpec {
    /** Returns the name of the kind, as in {@code {"type":"text-stats"}}. */
    String type();

    /** Computes length, number of words and upper case of a line. */
    record TextStats() implements ProcessorSpec {
        public static final String TYPE = "text-stats";

        @Override
        public String type() {
            return TYPE;
        }
    }

    /** Calls an HTTP endpoint for each item. */
    record Http(Request request, Limits limits) implements ProcessorSpec {
        public static final String TYPE = "http";
        public static final String BODY_ITEM = "item";
        public static final String BODY_JSON = "json";
        public static final int MAX_CONCURRENCY = 256;
        public static final int DEFAULT_CONCURRENCY = 8;
        public static final int MAX_ATTEMPTS = 100;
        public static final int DEFAULT_MAX_ATTEMPTS = 5;
        public static final int MAX_RESPONSE_BYTES = 16 * 1024 * 1024;
        public static final int DEFAULT_MAX_RESPONSE_BYTES = 1024 * 1024;
        public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);
        public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
        public static final Duration MAX_TIMEOUT = Duration.ofHours(1);
        public static final int DEFAULT_PAUSE_AFTER_FAILED_ITEMS = 20;
        public static final int MAX_PAUSE_AFTER_FAILED_ITEMS = 1_000_000;
        public static final double MAX_REQUESTS_PER_SECOND = 1_000_000;

        public Http {
            requireNonNull(request);
            requireNonNull(limits);
        }

        /**
         * The request for an item.
         *
         * @param url absolute, http or https
         * @param method POST, PUT, PATCH, GET or DELETE; the last two send no body
         * @param headers by name, in the order of the spec
         * @param body {@link #BODY_ITEM}, {@link #BODY_JSON}, or a template with {@code {item}}, {@code {index}} or, if
         *     items are objects, the names of fields
         */
        public record Request(String url, String method, Map<String, HeaderValue> headers, String body) {
            public Request {
                requireNonNull(url);
                requireNonNull(method);
                headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
                requireNonNull(body);
            }
        }

        /**
         * The limits of the calls.
         *
         * @param concurrency maximum concurrent calls, 1 to {@link #MAX_CONCURRENCY}
         * @param requestsPerSecond maximum attempts started per second, more than 0; null for no limit
         * @param timeout of one attempt, from its start to the end of the response
         * @param maxAttempts for one item, 1 to {@link #MAX_ATTEMPTS}
         * @param maxResponseBytes maximum size of a response body; a larger one fails the item
         * @param pauseAfterFailedItems number of consecutive failed items that pauses the job; null for no limit
         */
        public record Limits(
                int concurrency,
                @Nullable Double requestsPerSecond,
                Duration connectTimeout,
                Duration timeout,
                int maxAttempts,
                int maxResponseBytes,
                @Nullable Integer pauseAfterFailedItems) {
            public Limits {
                requireNonNull(connectTimeout);
                requireNonNull(timeout);
                check(concurrency >= 1 && concurrency <= MAX_CONCURRENCY, "concurrency " + concurrency);
                check(maxAttempts >= 1 && maxAttempts <= MAX_ATTEMPTS, "maxAttempts " + maxAttempts);
                check(requestsPerSecond == null || requestsPerSecond > 0, "requestsPerSecond " + requestsPerSecond);
                check(
                        maxResponseBytes >= 0 && maxResponseBytes <= MAX_RESPONSE_BYTES,
                        "maxResponseBytes " + maxResponseBytes);
            }
        }

        /**
         * Returns this spec for one of several tasks of the same job: each has its share of the attempts per second.
         */
        public Http shared(int among) {
            if (limits.requestsPerSecond == null) {
                return this;
            }
            return new Http(
                    request,
                    new Limits(
                            limits.concurrency,
                            limits.requestsPerSecond / among,
                            limits.connectTimeout,
                            limits.timeout,
                            limits.maxAttempts,
                            limits.maxResponseBytes,
                            limits.pauseAfterFailedItems));
        }

        @Override
        public String type() {
            return TYPE;
        }
    }

    /**
     * Runs one of the operator's commands.
     *
     * @param name of the command in the service's configuration
     * @param concurrency maximum concurrent processes, 1 to {@link #MAX_CONCURRENCY}
     * @param timeout of one item
     */
    record Command(String name, CommandMode mode, int concurrency, Duration timeout) implements ProcessorSpec {
        public static final String TYPE = "command";
        public static final int MAX_CONCURRENCY = 64;
        public static final int DEFAULT_CONCURRENCY = 4;
        public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
        public static final Duration MAX_TIMEOUT = Duration.ofHours(1);

        public Command {
            requireNonNull(name);
            requireNonNull(mode);
            requireNonNull(timeout);
            check(concurrency >= 1 && concurrency <= MAX_CONCURRENCY, "concurrency " + concurrency);
        }

        @Override
        public String type() {
            return TYPE;
        }
    }

    /**
     * Runs one of the operator's plugins, a Java class from a jar.
     *
     * @param name that the class declares
     * @param config a JSON object that only the class interprets
     * @param concurrency maximum concurrent items, each on its own thread, 1 to {@link #MAX_CONCURRENCY}
     * @param timeout of one item
     */
    record Plugin(String name, String config, int concurrency, Duration timeout) implements ProcessorSpec {
        public static final String TYPE = "plugin";
        public static final int MAX_CONCURRENCY = 64;
        public static final int DEFAULT_CONCURRENCY = 1;
        public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
        public static final Duration MAX_TIMEOUT = Duration.ofHours(1);

        public Plugin {
            requireNonNull(name);
            requireNonNull(config);
            requireNonNull(timeout);
            check(concurrency >= 1 && concurrency <= MAX_CONCURRENCY, "concurrency " + concurrency);
        }

        @Override
        public String type() {
            return TYPE;
        }
    }

    private static void check(boolean right, String value) {
        if (!right) {
            throw new IllegalArgumentException(value);
        }
    }
}
