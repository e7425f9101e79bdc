package org.checkpointrecovery.processor.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.checkpointrecovery.description.OptionType;
import org.checkpointrecovery.description.Report;
import org.checkpointrecovery.description.Shown;
import org.jspecify.annotations.Nullable;

/** The headers of a request: {@link HeaderValue}s by name. */
record Headers() implements OptionType {
    static final String SECRET = "secret";

    private static final int MAX_HEADERS = 100;
    private static final int MAX_CHARACTERS = 8192;

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

    @Override
    public @Nullable JsonNode read(JsonNode value, Report report) {
        if (!value.isObject()) {
            report.error("", Shown.wrongType("an object", value));
            return null;
        }
        if (value.size() > MAX_HEADERS) {
            report.error("", "must have at most " + MAX_HEADERS + " names (got " + value.size() + ")");
            return null;
        }
        Set<String> seen = new HashSet<>();
        for (Map.Entry<String, JsonNode> header : value.properties()) {
            Report own = report.within(header.getKey());
            String lower = header.getKey().toLowerCase(Locale.ROOT);
            if (!TOKEN.matcher(lower).matches()) {
                own.error("", "is not a valid header name");
            } else if (RESERVED.contains(lower)) {
                own.error("", "is set by the service and cannot be changed");
            } else if (!seen.add(lower)) {
                own.error("", "must not be repeated; header names are case-insensitive");
            }
            check(header.getValue(), own);
        }
        return value;
    }

    private static void check(JsonNode value, Report report) {
        if (value.isTextual()) {
            String text = value.textValue();
            if (text.length() > MAX_CHARACTERS || !text.chars().allMatch(c -> (c >= 0x20 && c < 0x7f) || c == '\t')) {
                report.error(
                        "", "must have at most " + MAX_CHARACTERS + " characters, all visible ASCII, spaces or tabs");
            }
        } else if (value.isObject()) {
            checkSecret(value, report);
        } else {
            report.error("", "must be a string or {\"secret\": NAME}, where NAME is a secret of the service");
        }
    }

    private static void checkSecret(JsonNode value, Report report) {
        JsonNode name = value.path(SECRET);
        if (name.isMissingNode() || name.isNull()) {
            report.within(SECRET).error("", "is required");
        } else if (!name.isTextual()) {
            report.within(SECRET).error("", Shown.wrongType("a string", name));
        } else if (name.textValue().isEmpty()) {
            report.within(SECRET).error("", "must not be empty");
        }
        value.fieldNames().forEachRemaining(other -> {
            if (!other.equals(SECRET)) {
                report.within(other).error("", "unknown field; expected one of: " + SECRET);
            }
        });
    }

    @Override
    public ObjectNode schema() {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
        schema.put("maxProperties", MAX_HEADERS);
        ArrayNode kinds = schema.putObject("additionalProperties").putArray("oneOf");
        kinds.addObject().put("type", "string").put("maxLength", MAX_CHARACTERS).put("pattern", "^[\\t\\x20-\\x7e]*$");
        ObjectNode secret = kinds.addObject().put("type", "object");
        secret.putArray("required").add(SECRET);
        secret.putObject("properties").putObject(SECRET).put("type", "string").put("minLength", 1);
        secret.put("additionalProperties", false);
        return schema;
    }
}
