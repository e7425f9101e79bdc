package org.checkpointrecovery.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.checkpointrecovery.engine.RefusedException;

/** Sends JSON. */
final class Answers {
    private Answers() {}

    /** Writes a value. */
    interface Writer {
        void write(JsonGenerator json) throws IOException, RefusedException;
    }

    static void json(Context ctx, int status, Writer writer) throws IOException, RefusedException {
        byte[] body = bytes(writer);
        ctx.status(status).contentType("application/json").result(body);
    }

    static byte[] bytes(Writer writer) throws IOException, RefusedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.mapper().createGenerator(bytes)) {
            writer.write(json);
        }
        return bytes.toByteArray();
    }

    /** Sends the headers alone. An answer that ends with nothing sent would say that its length is 0. */
    static void beginWithoutLength(Context ctx) throws IOException {
        ctx.res().flushBuffer();
    }

    /** Sends a value that may be too large to be held in memory. */
    static void stream(Context ctx, Writer writer) throws IOException, RefusedException {
        ctx.status(200).contentType("application/json");
        if (ctx.method().name().equals("HEAD")) {
            beginWithoutLength(ctx);
            return;
        }
        try (JsonGenerator json = Json.mapper().createGenerator(ctx.res().getOutputStream())) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            // What breaks off must not look as if it were whole.
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
            writer.write(json);
        }
    }
}
