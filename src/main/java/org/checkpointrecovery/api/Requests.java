package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.checkpointrecovery.api.Problem.FieldError;
import org.checkpointrecovery.job.JobId;
import org.jspecify.annotations.Nullable;

/** What requests have beside their fields: body, parameters, headers. */
final class Requests {
    static final int DEFAULT_PAGE_SIZE = 50;
    static final int MAX_PAGE_SIZE = 500;

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
        byte[] body = ctx.req().getInputStream().readNBytes(Json.MAX_BODY_BYTES + 1);
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

    /** Refuses query parameters that are not known here, and those that are given twice. */
    static void checkParameters(Context ctx, String... known) {
        Set<String> names = Set.of(known);
        List<FieldError> errors = new ArrayList<>();
        Map<String, List<String>> given;
        try {
            given = ctx.queryParamMap();
        } catch (RuntimeException e) {
            throw Problem.of(Problem.Kind.BAD_REQUEST, "The query of the address is not encoded as it should be.")
                    .exception();
        }
        given.forEach((name, values) -> {
            if (!names.contains(name)) {
                errors.add(new FieldError(
                        name,
                        "is not known here; "
                                + (known.length == 0 ? "none is" : "known are " + String.join(", ", known))));
            } else if (values.size() != 1) {
                errors.add(new FieldError(name, "is given " + values.size() + " times"));
            }
        });
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors).exception();
        }
    }

    static int pageSize(Context ctx) {
        String text = ctx.queryParam("pageSize");
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
    static @Nullable String pageToken(Context ctx) {
        String token = ctx.queryParam("pageToken");
        if (token != null && !JobId.isValid(token)) {
            throw Problem.invalid(
                            "pageToken", "is not one that this service gives; take nextPageToken of the page before")
                    .exception();
        }
        return token;
    }
}
