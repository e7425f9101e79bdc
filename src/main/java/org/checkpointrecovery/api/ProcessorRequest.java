package org.checkpointrecovery.api;

import static org.checkpointrecovery.job.ProcessorSpec.Http.BODY_ITEM;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.checkpointrecovery.job.CommandMode;
import org.checkpointrecovery.job.HeaderValue;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.job.ProcessorSpec.Command;
import org.checkpointrecovery.job.ProcessorSpec.Http;
import org.checkpointrecovery.job.ProcessorSpec.Plugin;
import org.jspecify.annotations.Nullable;

/** Reads the processor of a spec: checks it and fills in defaults. After an error, the value must not be used. */
final class ProcessorRequest {
    static final double LEAST_REQUESTS_PER_SECOND = 0.001;
    static final int MAX_HEADERS = 100;
    static final int MAX_HEADER_CHARACTERS = 8192;

    private static final List<String> TYPES =
            List.of(ProcessorSpec.TextStats.TYPE, Http.TYPE, Command.TYPE, Plugin.TYPE);
    private static final List<String> METHODS = List.of("POST", "PUT", "PATCH", "GET", "DELETE");
    private static final ProcessorSpec WRONG = new ProcessorSpec.TextStats();

    /** RFC 9110, section 5.6.2. */
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    /** The headers that the service sets or the connection needs, in lower case. */
    private static final Set<String> RESERVED = Set.of(
            "host",
            "content-length",
            "transfer-encoding",
            "connection",
            "keep-alive",
            "proxy-connection",
            "expect",
            "upgrade",
            "te",
            "trailer",
            "idempotency-key",
            "job-id",
            "item-index",
            "attempt");

    private ProcessorRequest() {}

    static ProcessorSpec read(Fields fields) {
        Fields processor = fields.object("processor");
        if (processor == null) {
            if (fields.has("processor")) {
                fields.refuseNull("processor");
            }
            return WRONG;
        }
        String type = processor.text("type");
        if (type == null) {
            if (!processor.hasError("type")) {
                processor.error("type", "is required: one of " + quoted(TYPES));
            }
            processor.refuseOthers();
            return WRONG;
        }
        ProcessorSpec spec = switch (type) {
            case ProcessorSpec.TextStats.TYPE -> new ProcessorSpec.TextStats();
            case Http.TYPE -> http(processor);
            case Command.TYPE -> command(processor);
            case Plugin.TYPE -> plugin(processor);
            default -> {
                processor.error("type", "must be one of: " + quoted(TYPES) + " (got \"" + Fields.cut(type) + "\")");
                yield WRONG;
            }
        };
        processor.refuseOthers();
        return spec;
    }

    private static ProcessorSpec http(Fields fields) {
        String url = needed(fields, "url");
        String wrongUrl = url.isEmpty() ? null : Urls.error(url);
        if (wrongUrl != null) {
            fields.error("url", wrongUrl);
        }
        String method = textOr(fields, "method", "POST");
        if (!METHODS.contains(method)) {
            fields.error("method", "must be one of: " + quoted(METHODS) + " (got \"" + Fields.cut(method) + "\")");
        }
        Map<String, HeaderValue> headers = headers(fields);
        String body = textOr(fields, "body", BODY_ITEM);
        if (Labels.hasLoneSurrogate(body)) {
            fields.error("body", "must not contain an unpaired surrogate");
        }
        int concurrency = (int) fields.number("concurrency", 1, Http.MAX_CONCURRENCY, Http.DEFAULT_CONCURRENCY);
        Double perSecond =
                fields.decimalOrNull("requestsPerSecond", LEAST_REQUESTS_PER_SECOND, Http.MAX_REQUESTS_PER_SECOND);
        Duration connectTimeout =
                millis(fields, "connectTimeoutMillis", Http.MAX_TIMEOUT, Http.DEFAULT_CONNECT_TIMEOUT);
        Duration timeout = millis(fields, "timeoutMillis", Http.MAX_TIMEOUT, Http.DEFAULT_TIMEOUT);
        int maxAttempts = (int) fields.number("maxAttempts", 1, Http.MAX_ATTEMPTS, Http.DEFAULT_MAX_ATTEMPTS);
        int maxResponseBytes =
                (int) fields.number("maxResponseBytes", 0, Http.MAX_RESPONSE_BYTES, Http.DEFAULT_MAX_RESPONSE_BYTES);
        Long pauseAfter = fields.has("pauseAfterFailedItems")
                ? fields.numberOrNull("pauseAfterFailedItems", 1, Http.MAX_PAUSE_AFTER_FAILED_ITEMS)
                : Long.valueOf(Http.DEFAULT_PAUSE_AFTER_FAILED_ITEMS);
        fields.know("pauseAfterFailedItems");
        return new Http(
                new Http.Request(url, method, headers, body),
                new Http.Limits(
                        concurrency,
                        perSecond,
                        connectTimeout,
                        timeout,
                        maxAttempts,
                        maxResponseBytes,
                        pauseAfter == null ? null : pauseAfter.intValue()));
    }

    private static Map<String, HeaderValue> headers(Fields fields) {
        Map<String, HeaderValue> values = new LinkedHashMap<>();
        Fields headers = fields.object("headers");
        if (headers == null) {
            fields.refuseNull("headers");
            return values;
        }
        List<String> names = headers.names();
        if (names.size() > MAX_HEADERS) {
            fields.error("headers", "must have at most " + MAX_HEADERS + " names (got " + names.size() + ")");
            return values;
        }
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!TOKEN.matcher(name).matches()) {
                headers.error(name, "is not a valid header name");
            } else if (RESERVED.contains(lower)) {
                headers.error(name, "is set by the service and cannot be changed");
            } else if (!seen.add(lower)) {
                headers.error(name, "must not be repeated; header names are case-insensitive");
            }
            HeaderValue value = header(headers, name);
            if (value != null) {
                values.put(name, value);
            }
        }
        return values;
    }

    private static @Nullable HeaderValue header(Fields headers, String name) {
        JsonNode value = headers.json(name);
        if (value != null && value.isTextual()) {
            String text = value.textValue();
            if (text.length() > MAX_HEADER_CHARACTERS
                    || !text.chars().allMatch(c -> (c >= 0x20 && c < 0x7f) || c == '\t')) {
                headers.error(
                        name,
                        "must have at most " + MAX_HEADER_CHARACTERS
                                + " characters, all visible ASCII, spaces or tabs");
            }
            return new HeaderValue.Text(text);
        }
        if (value == null || !value.isObject()) {
            headers.error(name, "must be a string or {\"secret\": NAME}, where NAME is a secret of the service");
            return null;
        }
        Fields secret = java.util.Objects.requireNonNull(headers.object(name));
        String secretName = needed(secret, "secret");
        secret.refuseOthers();
        return new HeaderValue.Secret(secretName);
    }

    private static ProcessorSpec command(Fields fields) {
        return new Command(
                name(fields),
                fields.constant("mode", CommandMode.class, CommandMode.PER_ITEM),
                (int) fields.number("concurrency", 1, Command.MAX_CONCURRENCY, Command.DEFAULT_CONCURRENCY),
                millis(fields, "timeoutMillis", Command.MAX_TIMEOUT, Command.DEFAULT_TIMEOUT));
    }

    private static ProcessorSpec plugin(Fields fields) {
        String name = name(fields);
        JsonNode config = fields.json("config");
        if (config == null) {
            fields.refuseNull("config");
        } else if (!config.isObject()) {
            fields.error("config", "must be an object (got " + Fields.kind(config) + ")");
        }
        return new Plugin(
                name,
                config == null ? "{}" : config.toString(),
                (int) fields.number("concurrency", 1, Plugin.MAX_CONCURRENCY, Plugin.DEFAULT_CONCURRENCY),
                millis(fields, "timeoutMillis", Plugin.MAX_TIMEOUT, Plugin.DEFAULT_TIMEOUT));
    }

    private static String name(Fields fields) {
        String name = needed(fields, "name");
        String wrong = name.isEmpty() ? null : Labels.error(name);
        if (wrong != null) {
            fields.error("name", wrong);
        }
        return name;
    }

    /** Returns a required, non-empty text; empty if it is invalid. */
    private static String needed(Fields fields, String name) {
        String text = fields.text(name);
        if (text != null && !text.isEmpty()) {
            return text;
        }
        if (!fields.hasError(name)) {
            fields.error(name, text == null ? "is required" : "must not be empty");
        }
        return "";
    }

    private static String textOr(Fields fields, String name, String missing) {
        String text = fields.text(name);
        if (text == null) {
            fields.refuseNull(name);
            return missing;
        }
        return text;
    }

    private static Duration millis(Fields fields, String name, Duration most, Duration missing) {
        return Duration.ofMillis(fields.number(name, 1, most.toMillis(), missing.toMillis()));
    }

    private static String quoted(List<String> names) {
        return "\"" + String.join("\", \"", names) + "\"";
    }
}
