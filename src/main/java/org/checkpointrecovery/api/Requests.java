package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.checkpointrecovery.job.IdempotencyKey;
import org.jspecify.annotations.Nullable;

/** What requests have beside their fields: the body itself, and headers. */
final class Requests {
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
        Parameters.of(ctx).throwIfWrong();
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
