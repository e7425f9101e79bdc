package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Locale;

/** The bodies of requests. */
final class Bodies {
    private Bodies() {}

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
}
