package org.checkpointrecovery.api;

import io.javalin.http.Context;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Locale;
import java.util.stream.Stream;
import org.checkpointrecovery.engine.JobService.Committed;
import org.checkpointrecovery.engine.MergedResults;
import org.jspecify.annotations.Nullable;

/**
 * Sends the committed lines of a file, as they are or as one JSON array, without ever holding more than a buffer of them. A
 * file whose job is COMPLETED never changes again, and has an {@code ETag}.
 */
final class Download {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final String LINES = "application/x-ndjson";
    private static final String ARRAY = "application/json";

    private Download() {}

    static void send(Context ctx, Committed file) throws IOException {
        try (SeekableByteChannel channel = file.channel()) {
            ctx.header("Vary", "Accept");
            if (wantsArray(ctx.header("Accept"))) {
                ctx.contentType(ARRAY);
                ctx.header("Accept-Ranges", "none");
                if (isHead(ctx)) {
                    Answers.beginWithoutLength(ctx);
                } else {
                    sendArray(ctx.res().getOutputStream(), channel, file.bytes());
                }
            } else {
                sendLines(ctx, channel, file);
            }
        }
    }

    private static void sendLines(Context ctx, @Nullable SeekableByteChannel channel, Committed file)
            throws IOException {
        String etag = file.settled() ? "\"" + file.view().job().id() + "-" + file.bytes() + "\"" : null;
        ctx.contentType(LINES);
        ctx.header("Accept-Ranges", "bytes");
        if (etag != null) {
            ctx.header("ETag", etag);
        }
        if (etag != null && matches(ctx.header("If-None-Match"), etag)) {
            ctx.status(304);
            return;
        }
        String ifRange = ctx.header("If-Range");
        boolean rangeCounts = ifRange == null || ifRange.strip().equals(etag);
        ByteRange range = rangeCounts ? ByteRange.of(ctx.header("Range"), file.bytes()) : null;
        ByteRange sent = range == null ? new ByteRange(0, file.bytes()) : range;
        if (range != null) {
            ctx.status(206);
            ctx.header("Content-Range", "bytes " + range.start() + "-" + (range.end() - 1) + "/" + file.bytes());
        }
        ctx.res().setContentLengthLong(sent.length());
        if (!isHead(ctx) && channel != null) {
            copy(channel, sent, ctx.res().getOutputStream());
        }
    }

    /** Sends results that are in no file in this order. They may change until all that they come from is settled. */
    static void sendMerged(Context ctx, MergedResults results) throws IOException {
        if (wantsCsv(ctx.header("Accept"))) {
            sendCsv(ctx, results);
            return;
        }
        boolean array = wantsArray(ctx.header("Accept"));
        ctx.header("Vary", "Accept");
        ctx.header("Accept-Ranges", "none");
        ctx.contentType(array ? ARRAY : LINES);
        if (isHead(ctx)) {
            Answers.beginWithoutLength(ctx);
            return;
        }
        OutputStream out = ctx.res().getOutputStream();
        if (array) {
            out.write('[');
        }
        byte[] line = results.next();
        while (line != null) {
            out.write(line);
            line = results.next();
            if (!array) {
                out.write('\n');
            } else if (line != null) {
                out.write(',');
                out.write('\n');
            }
        }
        if (array) {
            out.write(']');
        }
    }

    static void sendCsv(Context ctx, MergedResults results) throws IOException {
        ctx.header("Vary", "Accept");
        CsvResults csv = new CsvResults(results::next);
        ctx.contentType(CsvResults.MEDIA_TYPE + "; charset=utf-8");
        ctx.header("Accept-Ranges", "none");
        if (isHead(ctx)) {
            Answers.beginWithoutLength(ctx);
        } else {
            csv.write(ctx.res().getOutputStream());
        }
    }

    private static boolean isHead(Context ctx) {
        return ctx.method().name().equals("HEAD");
    }

    private static boolean matches(@Nullable String header, String etag) {
        if (header == null) {
            return false;
        }
        for (String candidate : header.split(",", -1)) {
            String tag = candidate.strip();
            if (tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag)) {
                return true;
            }
        }
        return false;
    }

    private static void copy(SeekableByteChannel channel, ByteRange range, OutputStream out) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        channel.position(range.start());
        for (long left = range.length(); left > 0; ) {
            int count = read(channel, buffer, left);
            out.write(buffer.array(), 0, count);
            left -= count;
        }
    }

    /** Each line is one JSON value and has no other line feed than the one at its end. */
    private static void sendArray(OutputStream out, @Nullable SeekableByteChannel channel, long bytes)
            throws IOException {
        out.write('[');
        if (channel != null) {
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            channel.position(0);
            for (long left = bytes; left > 0; ) {
                int count = read(channel, buffer, left);
                left -= count;
                writeElements(buffer.array(), count, left == 0, out);
            }
        }
        out.write(']');
    }

    private static void writeElements(byte[] lines, int count, boolean last, OutputStream out) throws IOException {
        int written = 0;
        for (int at = 0; at < count; at++) {
            if (lines[at] == '\n') {
                out.write(lines, written, at - written);
                written = at + 1;
                if (!last || at < count - 1) {
                    out.write(',');
                    out.write('\n');
                }
            }
        }
        out.write(lines, written, count - written);
    }

    private static int read(SeekableByteChannel channel, ByteBuffer buffer, long most) throws IOException {
        buffer.clear().limit((int) Math.min(most, buffer.capacity()));
        int count = channel.read(buffer);
        if (count < 0) {
            // The job started over after damage. The client sees the answer break off.
            throw new EOFException("the file was cut back while it was sent");
        }
        return count;
    }

    /** Whether a JSON array is asked for, and not lines as well or rather. */
    static boolean wantsArray(@Nullable String accept) {
        return accept != null && weight(accept, ARRAY) > Math.max(0, weight(accept, LINES));
    }

    /** Whether CSV is asked for, and neither lines nor an array as well or rather. */
    static boolean wantsCsv(@Nullable String accept) {
        return accept != null
                && weight(accept, CsvResults.MEDIA_TYPE)
                        > Math.max(0, Math.max(weight(accept, LINES), weight(accept, ARRAY)));
    }

    /** Whether CSV is asked for, and nothing else would do. */
    static boolean wantsOnlyCsv(@Nullable String accept) {
        return accept != null
                && weight(accept, CsvResults.MEDIA_TYPE) > 0
                && Stream.of(LINES, ARRAY, "application/*", "*/*").noneMatch(type -> weight(accept, type) > 0);
    }

    /** Whether an {@code Accept} header, or its lack, allows a media type. */
    static boolean accepts(Context ctx, String mediaType) {
        String accept = ctx.header("Accept");
        String range = mediaType.substring(0, mediaType.indexOf('/') + 1) + "*";
        return accept == null || Stream.of(mediaType, range, "*/*").anyMatch(type -> weight(accept, type) > 0);
    }

    /** The weight that an {@code Accept} header gives a media type by its name; -1 if it does not name it. */
    private static double weight(String accept, String mediaType) {
        for (String part : accept.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] pieces = part.split(";", -1);
            if (!pieces[0].strip().equals(mediaType)) {
                continue;
            }
            for (int i = 1; i < pieces.length; i++) {
                String parameter = pieces[i].strip();
                if (parameter.startsWith("q=")) {
                    return quality(parameter.substring(2));
                }
            }
            return 1;
        }
        return -1;
    }

    private static double quality(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
