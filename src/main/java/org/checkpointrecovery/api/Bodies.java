package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Executor;
import org.checkpointrecovery.engine.RefusedException;
import org.checkpointrecovery.storage.Spool;

/** Reads request bodies and then handles them, on a thread that suits their size. */
final class Bodies {
    private static final int LARGE_BYTES = 16 * 1024;

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
        requireJson(ctx);
        read(ctx, lane, true, handler);
    }

    /** Handles a request with an optional body. A missing body counts as {@code {}}. */
    void jsonOrNothing(Context ctx, Handler handler) {
        jsonOrNothing(ctx, transfers.lanes().shortWork(), handler);
    }

    void jsonOrNothing(Context ctx, Executor lane, Handler handler) {
        read(ctx, lane, false, handler);
    }

    private void read(Context ctx, Executor lane, boolean needed, Handler handler) {
        refuseCoded(ctx);
        if (ctx.req().getContentLengthLong() > Json.MAX_BODY_BYTES) {
            throw tooLarge();
        }
        ctx.future(() -> {
            Spool body = transfers.spools().begin();
            return IncomingBody.read(ctx, transfers, (bytes, count) -> take(body, bytes, count))
                    .thenCompose(unused -> transfers
                            .lanes()
                            .run(
                                    body.length() > LARGE_BYTES
                                            ? transfers.lanes().largeWork()
                                            : lane,
                                    () -> handle(ctx, body, needed, handler)))
                    .whenComplete((unused, failure) -> body.close());
        });
    }

    private static void take(Spool body, byte[] bytes, int count) throws IOException {
        if (body.length() + count > Json.MAX_BODY_BYTES) {
            throw tooLarge();
        }
        body.write(bytes, 0, count);
    }

    private static void handle(Context ctx, Spool body, boolean needed, Handler handler)
            throws IOException, RefusedException {
        if (body.length() == 0 && !needed) {
            handler.handle(Json.object());
            return;
        }
        requireJson(ctx);
        handler.handle(Json.read(body.readAll()));
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

    private static void requireJson(Context ctx) {
        String header = ctx.header("Content-Type");
        String type = header == null ? "" : header.toLowerCase(Locale.ROOT).replace(" ", "");
        if (!type.equals("application/json")
                && !type.equals("application/json;charset=utf-8")
                && !type.equals("application/json;charset=\"utf-8\"")) {
            throw Problem.of(
                            Problem.Kind.UNSUPPORTED_MEDIA_TYPE,
                            (header == null ? "The Content-Type is missing" : "The Content-Type is \"" + header + "\"")
                                    + ". Nothing was changed. Send the header Content-Type: application/json.")
                    .exception();
        }
    }
}
