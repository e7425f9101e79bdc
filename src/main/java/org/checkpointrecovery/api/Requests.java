package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.checkpointrecovery.api.Problem.FieldError;
import org.checkpointrecovery.job.IdempotencyKey;
import org.checkpointrecovery.job.JobId;
import org.jspecify.annotations.Nullable;

/** What requests have beside their fields: body, parameters, headers. */
final class Requests {
    static final int DEFAULT_PAGE_SIZE = 50;
    static final int MAX_PAGE_SIZE = 500;

    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    private Requests() {}

    /** The JSON body of a request that needs one. */
    static JsonNode json(Context ctx) throws IOException {
        requireJson(ctx);
        return Json.read(body(ctx));
    }

    /** The JSON body of a request that can do without; {@code {}} then. */
    static JsonNode jsonOrNothing(Context ctx) throws IOException {
        byte[] body = body(ctx);
        if (body.length == 0) {
            return Json.object();
        }
        requireJson(ctx);
        return Json.read(body);
    }

    private static byte[] body(Context ctx) throws IOException {
        String coding = ctx.header("Content-Encoding");
        if (coding != null && !coding.strip().equalsIgnoreCase("identity")) {
            throw Problem.of(
                            Problem.Kind.UNSUPPORTED_MEDIA_TYPE,
                            "The Content-Encoding \"" + coding + "\" is not taken here. Send the JSON as it is.")
                    .exception();
        }
        byte[] body = new BodyStream(ctx.req().getInputStream()).readNBytes(Json.MAX_BODY_BYTES + 1);
        if (body.length > Json.MAX_BODY_BYTES) {
            throw Problem.of(
                            Problem.Kind.TOO_LARGE,
                            "The body has more than " + Json.MAX_BODY_BYTES
                                    + " bytes. Nothing was changed. Upload the items with POST /v1/files and refer to the"
                                    + " file with {\"input\":{\"fileId\":…}}.")
                    .exception();
        }
        return body;
    }

    private static void requireJson(Context ctx) {
        String header = ctx.header("Content-Type");
        String type = header == null ? "" : header.toLowerCase(Locale.ROOT).replace(" ", "");
        if (!type.equals("application/json")
                && !type.equals("application/json;charset=utf-8")
                && !type.equals("application/json;charset=\"utf-8\"")) {
            throw Problem.of(
                            Problem.Kind.UNSUPPORTED_MEDIA_TYPE,
                            (header == null ? "There is no Content-Type" : "The Content-Type is \"" + header + "\"")
                                    + ". Send the header Content-Type: application/json.")
                    .exception();
        }
    }

    /** Refuses all query parameters. */
    static void noParameters(Context ctx) {
        parameters(ctx);
    }

    /** The query parameters. Refuses those that are not known here, and those that are given twice. */
    static Map<String, String> parameters(Context ctx, String... known) {
        Map<String, String> parameters = new LinkedHashMap<>();
        List<FieldError> errors = new ArrayList<>();
        String query = ctx.req().getQueryString();
        for (String pair : query == null || query.isEmpty() ? new String[0] : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            String value = decoded(equals < 0 ? "" : pair.substring(equals + 1));
            if (name == null || value == null) {
                errors.add(new FieldError(name == null ? pair : name, "is not percent-encoded UTF-8"));
            } else if (!List.of(known).contains(name)) {
                errors.add(new FieldError(
                        name,
                        "is not known here; "
                                + (known.length == 0 ? "none is" : "known are " + String.join(", ", known))));
            } else if (parameters.put(name, value) != null) {
                errors.add(new FieldError(name, "is given more than once"));
            }
        }
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors).exception();
        }
        return parameters;
    }

    /** Null if it is not what it should be. */
    private static @Nullable String decoded(String text) {
        try {
            byte[] bytes = URLDecoder.decode(text, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return null;
        }
    }

    static int pageSize(Map<String, String> parameters) {
        String text = parameters.get("pageSize");
        if (text == null) {
            return DEFAULT_PAGE_SIZE;
        }
        if (text.matches("[0-9]{1,9}")) {
            int size = Integer.parseInt(text);
            if (size >= 1 && size <= MAX_PAGE_SIZE) {
                return size;
            }
        }
        throw Problem.invalid(
                        "pageSize", "must be a whole number from 1 to " + MAX_PAGE_SIZE + ", but is \"" + text + "\"")
                .exception();
    }

    /** The id behind which a page begins; null for the first page. */
    static @Nullable String pageToken(Map<String, String> parameters) {
        String token = parameters.get("pageToken");
        if (token != null && !JobId.isValid(token)) {
            throw Problem.invalid(
                            "pageToken", "is not one that this service gives; take nextPageToken of the page before")
                    .exception();
        }
        return token;
    }

    /** The key of a submission, with or without quotation marks; null if it has none or a wrong one. */
    static @Nullable IdempotencyKey idempotencyKey(Context ctx, Fields fields) {
        List<String> headers = Collections.list(ctx.req().getHeaders(IDEMPOTENCY_KEY));
        if (headers.isEmpty()) {
            return null;
        }
        String key = headers.get(0).strip();
        if (key.length() >= 2 && key.startsWith("\"") && key.endsWith("\"")) {
            key = key.substring(1, key.length() - 1);
        }
        if (headers.size() > 1) {
            fields.errorOf(IDEMPOTENCY_KEY, "is given more than once");
        } else if (key.isEmpty() || key.length() > 255 || !key.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            fields.errorOf(IDEMPOTENCY_KEY, "must have 1 to 255 visible ASCII characters");
        } else {
            return new IdempotencyKey(key, fields.sha256());
        }
        return null;
    }
}
