package org.checkpointrecovery.api;

import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jetty.http.QuotedQualityCSV;
import org.jspecify.annotations.Nullable;

/** Compresses parts with gzip, fast rather than small. */
final class GzipParts implements Parts {
    /** What is shorter fits into one packet as it is. */
    static final int LEAST_BYTES = 1024;

    private final Parts parts;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(PART_BYTES);
    private final Gzip gzip;
    private boolean ended;

    private static final class Gzip extends GZIPOutputStream {
        Gzip(ByteArrayOutputStream out) throws IOException {
            super(out, PART_BYTES);
            def.setLevel(Deflater.BEST_SPEED);
        }

        /** Releases the memory outside of the heap, also where the rest is never compressed. */
        void release() {
            def.end();
        }
    }

    /** @param parts closed with this object */
    GzipParts(Parts parts) throws IOException {
        this.parts = parts;
        this.gzip = new Gzip(bytes);
    }

    /** Whether a client accepts gzip, and does not prefer the bytes as they are. */
    static boolean isAccepted(Context ctx) {
        QuotedQualityCSV codings = new QuotedQualityCSV();
        ctx.req().getHeaders("Accept-Encoding").asIterator().forEachRemaining(codings::addValue);
        for (String coding : codings.getValues()) { // the preferred one first, rejected ones not at all
            if (coding.equalsIgnoreCase("gzip") || coding.equalsIgnoreCase("x-gzip")) {
                return true;
            }
            if (coding.equalsIgnoreCase("identity")) {
                return false;
            }
        }
        return false;
    }

    @Override
    public byte @Nullable [] next() throws IOException {
        while (!ended) {
            byte[] part = parts.next();
            if (part == null) {
                ended = true;
                gzip.finish();
            } else {
                gzip.write(part);
            }
            if (bytes.size() >= PART_BYTES || (ended && bytes.size() > 0)) {
                byte[] compressed = bytes.toByteArray();
                bytes.reset();
                return compressed;
            }
        }
        return null;
    }

    @Override
    public boolean isAtEnd() {
        return ended;
    }

    @Override
    public boolean isNextLarge() {
        return parts.isNextLarge();
    }

    @Override
    public void close() {
        gzip.release();
        parts.close();
    }
}
