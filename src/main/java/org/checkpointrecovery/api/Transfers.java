package org.checkpointrecovery.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.checkpointrecovery.engine.RefusedException;
import org.checkpointrecovery.storage.Spool;
import org.checkpointrecovery.storage.Spools;

/** The parts of transfers without a thread for each: threads for the work, the minimum pace, temporary files. */
record Transfers(Lanes lanes, Pace pace, Spools spools, Conversions conversions) {

    /** Responds with JSON of any size. Sends nothing if the writer fails. */
    void json(Context ctx, int status, Answers.Writer writer) throws IOException, RefusedException {
        Spool spool = spools.begin();
        boolean written = false;
        try {
            write(spool, writer);
            ctx.status(status).contentType("application/json");
            if (spool.isInMemory()) {
                ctx.result(spool.readAll());
                return;
            }
            ctx.res().setContentLengthLong(spool.length());
            written = true;
        } finally {
            if (!written) {
                spool.close();
            }
        }
        send(ctx, new SpoolParts(spool));
    }

    /** Responds with a text that is created for this request. */
    void text(Context ctx, String text) throws IOException {
        Spool spool = spools.begin();
        boolean written = false;
        try {
            spool.write(text.getBytes(StandardCharsets.UTF_8));
            written = true;
        } finally {
            if (!written) {
                spool.close();
            }
        }
        send(ctx, new SpoolParts(spool));
    }

    /** Responds with bytes that stay in memory. */
    void shared(Context ctx, byte[] bytes) throws IOException {
        if (bytes.length <= Parts.PART_BYTES) {
            ctx.result(bytes);
        } else {
            ctx.res().setContentLengthLong(bytes.length);
            send(ctx, new ArrayParts(bytes));
        }
    }

    /** Responds with parts, or without them for HEAD. The parts are closed in every case. */
    void send(Context ctx, Parts parts) throws IOException {
        if (parts == Answers.NOTHING) {
            return;
        }
        if (ctx.method().name().equals("HEAD")) {
            parts.close();
            Pump.head(ctx, this);
        } else {
            Pump.send(ctx, this, parts);
        }
    }

    static void write(Spool spool, Answers.Writer writer) throws IOException, RefusedException {
        try (JsonGenerator json = Json.mapper().createGenerator(spool)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
            writer.write(json);
        }
    }
}
