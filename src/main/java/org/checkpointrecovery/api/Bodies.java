package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.checkpointrecovery.engine.RefusedException;
import org.checkpointrecovery.storage.Spool;

/** Reads request bodies and then handles them, on a thread that suits their size. */
final class Bodies {
    private static final int LARGE_BYTES = 16 * 1024;
    private static final List<String> JSON = List.of("application/json");
    private static final List<String> MERGE_PATCH = List.of("application/merge-patch+json", "application/json");

    private final Transfers transfers;

    Bodies(Transfers transfers) {
        this.transfers = transfers;
    }

    /** Handles a request whose body is complete. */
    interface Handler {
        void handle(JsonNode body) throws IOException, RefusedException;
    }

    /** Handles a request that needs a JSON body. */
    void json(Context ctx, Handler handler) {
        json(ctx, transfers.lanes().shortWork(), handler);
    }

    /** @param lane the threads that handle the request, unless its body is large */
    void json(Context ctx, Executor lane, Handler handler) {
        requireType(ctx, JSON);
        read(ctx, lane, body -> handler.handle(Json.read(body.readAll())));
    }

    /** Handles a request with a JSON Merge Patch. A missing body counts as {@code {}}. */
    void patch(Context ctx, Handler handler) {
        orNothing(ctx, transfers.lanes().shortWork(), MERGE_PATCH, handler);
    }

    /** Handles a request with an optional body. A missing body counts as {@code {}}. */
    void jsonOrNothing(Context ctx, Handler handler) {
        jsonOrNothing(ctx, transfers.lanes().shortWork(), handler);
    }

    void jsonOrNothing(Context ctx, Executor lane, Handler handler) {
        orNothing(ctx, lane, JSON, handler);
    }

    private void orNothing(Context ctx, Executor lane, List<String> types, Handler handler) {
        read(ctx, lane, body -> {
            if (body.length() == 0) {
                handler.handle(Json.object());
                return;
            }
            requireType(ctx, types);
            handler.handle(Json.read(body.readAll()));
        });
    }

    /** Handles the bytes of a body. */
    private interface BytesHandler {
        void handle(Spool body) throws IOException, RefusedException;
    }

    private void read(Context ctx, Executor lane, BytesHandler handler) {
        refuseCoded(ctx);
        if (ctx.req().getContentLengthLong() > Json.MAX_BODY_BYTES) {
            throw tooLarge();
        }
        ctx.future(() -> {
            Spool body = transfers.spools().begin();
            CompletableFuture<Void> whole =
                    IncomingBody.read(ctx, transfers, (bytes, count) -> take(body, bytes, count));
            boolean isHere = whole.isDone() && lane == transfers.lanes().shortWork(); // this thread is one of that lane
            return whole.thenCompose(unused -> handle(body, isHere ? Runnable::run : lane, handler))
                    .whenComplete((unused, failure) -> body.close());
        });
    }

    private CompletableFuture<Void> handle(Spool body, Executor lane, BytesHandler handler) {
        Lanes lanes = transfers.lanes();
        return lanes.run(body.length() > LARGE_BYTES ? lanes.largeWork() : lane, () -> handler.handle(body));
    }

    private static void take(Spool body, byte[] bytes, int count) throws IOException {
        if (body.length() + count > Json.MAX_BODY_BYTES) {
            throw tooLarge();
        }
        body.write(bytes, 0, count);
    }

    private static void refuseCoded(Context ctx) {
        String coding = ctx.header("Content-Encoding");
        if (coding != null && !coding.strip().equalsIgnoreCase("identity")) {
            throw Problem.of(
                            Problem.Kind.UNSUPPORTED_MEDIA_TYPE,
                            "The Content-Encoding \"" + coding
                                    + "\" is not supported. Nothing was changed. Send the JSON uncompressed.")
                    .exception();
        }
    }

    private static ProblemException tooLarge() {
        return Problem.of(
                        Problem.Kind.TOO_LARGE,
                        "The body has more than " + Json.MAX_BODY_BYTES
                                + " bytes. Nothing was changed. Upload the items with POST /v1/files and refer to the"
                                + " file with {\"input\":{\"fileId\":…}}.")
                .exception();
    }

    private static void requireType(Context ctx, List<String> types) {
        String header = ctx.header("Content-Type");
        String given = header == null ? "" : header.toLowerCase(Locale.ROOT).replace(" ", "");
        if (types.stream().noneMatch(type -> isType(given, type))) {
            throw Problem.of(
                            Problem.Kind.UNSUPPORTED_MEDIA_TYPE,
                            (header == null ? "The Content-Type is missing" : "The Content-Type is \"" + header + "\"")
                                    + ". Nothing was changed. Send the header Content-Type: "
                                    + String.join(" or ", types) + ".")
                    .exception();
        }
    }

    private static boolean isType(String given, String type) {
        return given.equals(type) || given.equals(type + ";charset=utf-8") || given.equals(type + ";charset=\"utf-8\"");
    }
}
