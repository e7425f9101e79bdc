package org.checkpointrecovery.processor.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.checkpointrecovery.item.JsonBytes;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.processor.Work;
import org.jspecify.annotations.Nullable;

/** The body that is sent for an item, according to the spec's {@code method} and {@code body}. Immutable. */
sealed interface RequestBody {
    String JSON = "application/json";
    String TEXT = "text/plain; charset=utf-8";

    /** The result of creating a body. */
    sealed interface Made {
        /** @param bytes null for no body */
        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Ready(byte @Nullable [] bytes, @Nullable String contentType) implements Made {}

        record Unfit(ItemFailure failure) implements Made {}
    }

    Made of(Work work);

    static RequestBody of(HttpOptions options) {
        if (options.method().equals("GET") || options.method().equals("DELETE")) {
            return new None();
        }
        return switch (options.body()) {
            case HttpOptions.BODY_ITEM -> new ItemItself();
            case HttpOptions.BODY_JSON -> new ItemInJson();
            default -> new FilledTemplate(BodyTemplate.parse(options.body()));
        };
    }

    record None() implements RequestBody {
        @Override
        public Made of(Work work) {
            return new Made.Ready(null, null);
        }
    }

    /** The item's bytes unchanged, even if they are not UTF-8. */
    record ItemItself() implements RequestBody {
        @Override
        public Made of(Work work) {
            return new Made.Ready(work.item(), work.json() ? JSON : TEXT);
        }
    }

    /** {@code {"index":3,"item":"fourth"}}; a JSON item is embedded as a value, not as a string. */
    record ItemInJson() implements RequestBody {
        @Override
        public Made of(Work work) {
            String item = work.text();
            if (item == null) {
                return new Made.Unfit(notUtf8());
            }
            JsonBytes json = new JsonBytes(work.item().length + 64);
            json.raw("{\"index\":".getBytes(UTF_8)).number(work.index()).raw(",\"item\":".getBytes(UTF_8));
            if (work.json()) {
                json.raw(work.item());
            } else {
                json.raw(BodyTemplate.jsonString(item).getBytes(UTF_8));
            }
            json.raw("}".getBytes(UTF_8));
            return new Made.Ready(java.util.Arrays.copyOf(json.array(), json.length()), JSON);
        }
    }

    record FilledTemplate(BodyTemplate template) implements RequestBody {
        private static final JsonMapper MAPPER = JsonMapper.builder()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build();

        @Override
        public Made of(Work work) {
            String item = work.text();
            if (item == null) {
                return new Made.Unfit(notUtf8());
            }
            JsonNode value;
            try {
                value = work.json()
                        ? MAPPER.readTree(item)
                        : MAPPER.getNodeFactory().textNode(item);
            } catch (JsonProcessingException e) {
                return new Made.Unfit(new ItemFailure(
                        ItemErrorCode.NOT_JSON,
                        "The item is not a JSON value. Correct it and submit the input again."));
            }
            String missing = template.missingIn(value);
            if (missing != null) {
                return new Made.Unfit(new ItemFailure(
                        ItemErrorCode.FIELD_MISSING,
                        value.isObject()
                                ? "The item has no field \"" + missing + "\", which the template uses."
                                : "The item is not a JSON object, but the template uses its field \"" + missing
                                        + "\"."));
            }
            try {
                return new Made.Ready(
                        template.fill(work.index(), item, value).getBytes(UTF_8), template.isJson() ? JSON : TEXT);
            } catch (BodyTemplate.UnfitException e) {
                return new Made.Unfit(new ItemFailure(ItemErrorCode.BODY_NOT_JSON, String.valueOf(e.getMessage())));
            }
        }
    }

    private static ItemFailure notUtf8() {
        return new ItemFailure(
                ItemErrorCode.NOT_UTF8,
                "The item is not valid UTF-8, but the request body must be. "
                        + "Convert the input to UTF-8 and submit it again.");
    }
}
