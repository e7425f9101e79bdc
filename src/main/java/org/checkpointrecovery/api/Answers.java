package org.checkpointrecovery.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Sends JSON. */
final class Answers {
    private Answers() {}

    /** Writes a value. */
    interface Writer {
        void write(JsonGenerator json) throws IOException;
    }

    static void json(Context ctx, int status, Writer writer) throws IOException {
        ctx.status(status).contentType("application/json").result(bytes(writer));
    }

    static byte[] bytes(Writer writer) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.mapper().createGenerator(bytes)) {
            writer.write(json);
        }
        return bytes.toByteArray();
    }

    /** Sends a value that may be too large to be held in memory. */
    static void stream(Context ctx, Writer writer) throws IOException {
        ctx.status(200).contentType("application/json");
        if (ctx.method().name().equals("HEAD")) {
            return;
        }
        try (JsonGenerator json = Json.mapper().createGenerator(ctx.res().getOutputStream())) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            writer.write(json);
        }
    }
}
