package org.checkpointrecovery.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.checkpointrecovery.engine.RefusedException;
import org.jspecify.annotations.Nullable;

/** Sends JSON. */
final class Answers {
    /** The body of a response without one. */
    static final Parts NOTHING = new Parts() {
        @Override
        public byte @Nullable [] next() {
            return null;
        }

        @Override
        public void close() {
            // nothing is open
        }
    };

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
}
