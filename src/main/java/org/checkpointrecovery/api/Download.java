package org.checkpointrecovery.api;

import io.javalin.http.Context;
import java.io.Closeable;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.checkpointrecovery.engine.MergedResults;
import org.checkpointrecovery.engine.Outputs.Committed;
import org.checkpointrecovery.engine.RefusedException;
import org.checkpointrecovery.engine.Selection;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.sink.CsvTable;
import org.jspecify.annotations.Nullable;

/**
 * Sends committed results and failed items as lines, as one JSON array or as CSV. Holds at most one buffer of them in memory.
 * The files of a COMPLETED job never change and have an {@code ETag}. Every check that is possible in advance happens before
 * the first byte is sent.
 */
final class Download {
    private static final String LINES = "application/x-ndjson";
    private static final String ARRAY = "application/json";
    private static final String CSV = "text/csv";
    static final String VARY = "Accept, Accept-Encoding";
    /** The length of a response that is produced while it is sent. */
    private static final long UNKNOWN = Long.MAX_VALUE;

    private final Transfers transfers;

    Download(Transfers transfers) {
        this.transfers = transfers;
    }

    /** Names the file that a client may save a response in, after the job. */
    static void name(Context ctx, Job job, String what) {
        String accept = ctx.header("Accept");
        boolean csv = what.equals("results") && wantsCsv(accept);
        String ending = "-" + what + (csv ? ".csv" : wantsArray(accept) ? ".json" : ".jsonl");
        String name = job.spec() == null || job.spec().name() == null
                ? job.id().value()
                : job.spec().name();
        String ascii = name.replaceAll("[^A-Za-z0-9._-]+", "_").replaceAll("^[._-]+", "");
        String value = "attachment; filename=\"" + (ascii.isEmpty() ? job.id().value() : ascii) + ending + "\"";
        if (!name.equals(ascii)) { // RFC 8187
            String encoded = URLEncoder.encode(name.replace('/', '_') + ending, StandardCharsets.UTF_8);
            value += "; filename*=UTF-8''" + encoded.replace("+", "%20").replace("*", "%2A");
        }
        ctx.header("Content-Disposition", value);
    }

    /** @param file closed afterwards */
    void send(Context ctx, Committed file, Selection items) throws IOException {
        Parts parts = Answers.NOTHING;
        boolean sending = false;
        try {
            ctx.header("Vary", VARY);
            if (wantsArray(ctx.header("Accept"))) {
                ctx.contentType(ARRAY);
                ctx.header("Accept-Ranges", "none");
                ByteRange range = bytesOf(file, items);
                parts = coded(ctx, range.length(), new ElementParts(parts(file, range)));
            } else if (items.equals(Selection.ALL)) {
                parts = lines(ctx, file);
            } else {
                parts = selected(ctx, file, items);
            }
            sending = true;
        } finally {
            if (!sending || parts == Answers.NOTHING) {
                close(file.channel());
            }
        }
        transfers.send(ctx, parts);
    }

    private static ByteRange bytesOf(Committed file, Selection items) throws IOException {
        return new ByteRange(file.startOf(items.from()), file.startOf(items.end()));
    }

    private static Parts selected(Context ctx, Committed file, Selection items) throws IOException {
        ByteRange range = bytesOf(file, items);
        ctx.contentType(LINES);
        ctx.header("Accept-Ranges", "none");
        return sized(ctx, file, range);
    }

    /** Returns the bytes of a range, with their length unless they are compressed. */
    private static Parts sized(Context ctx, Committed file, ByteRange range) throws IOException {
        Parts plain = parts(file, range);
        Parts coded = coded(ctx, range.length(), plain);
        if (coded == plain) {
            ctx.res().setContentLengthLong(range.length());
            return isHead(ctx) ? Answers.NOTHING : plain;
        }
        return coded;
    }

    /** Compresses parts if the client accepts it and it is worth it. */
    private static Parts coded(Context ctx, long bytes, Parts parts) throws IOException {
        if (!isCoded(ctx, bytes)) {
            return parts;
        }
        ctx.header("Content-Encoding", "gzip");
        return new GzipParts(parts);
    }

    private static boolean isCoded(Context ctx, long bytes) {
        return bytes >= GzipParts.LEAST_BYTES && ctx.header("Range") == null && GzipParts.isAccepted(ctx);
    }

    private static Parts parts(Committed file, ByteRange range) {
        return file.channel() == null ? Answers.NOTHING : new FileParts(file.channel(), range);
    }

    private static void close(@Nullable SeekableByteChannel channel) throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    private static Parts lines(Context ctx, Committed file) throws IOException {
        ctx.contentType(LINES);
        ctx.header("Accept-Ranges", "bytes");
        // Ranges are of the lines as they are, so that a compressed response needs a tag of its own.
        String version = file.view().job().id() + "-" + file.bytes();
        String etag = file.settled() ? "\"" + version + "\"" : null;
        String own = file.settled() && isCoded(ctx, file.bytes()) ? "\"" + version + "-gzip\"" : etag;
        if (own != null) {
            ctx.header("ETag", own);
        }
        if (own != null && matches(ctx.header("If-None-Match"), own)) {
            ctx.status(304);
            return Answers.NOTHING;
        }
        String ifRange = ctx.header("If-Range");
        boolean rangeCounts = ifRange == null || ifRange.strip().equals(etag);
        ByteRange range = rangeCounts ? ByteRange.of(ctx.header("Range"), file.bytes()) : null;
        if (range != null) {
            ctx.status(206);
            ctx.header("Content-Range", "bytes " + range.start() + "-" + (range.end() - 1) + "/" + file.bytes());
        }
        return sized(ctx, file, range == null ? new ByteRange(0, file.bytes()) : range);
    }

    /** Opens results. */
    interface Opener {
        MergedResults open() throws IOException, RefusedException;
    }

    /** Sends merged results. They may change until every job of the family has ended. */
    void sendMerged(Context ctx, Opener opener) throws IOException, RefusedException {
        if (wantsCsv(ctx.header("Accept"))) {
            sendCsv(ctx, Conversions.MERGED, opener);
            return;
        }
        Parts lines = converted(Conversions.MERGED, opener, ResultParts::lines);
        boolean array = wantsArray(ctx.header("Accept"));
        ctx.header("Vary", VARY);
        ctx.header("Accept-Ranges", "none");
        ctx.contentType(array ? ARRAY : LINES);
        transfers.send(ctx, coded(ctx, UNKNOWN, array ? new ElementParts(lines) : lines));
    }

    void sendCsv(Context ctx, Opener opener) throws IOException, RefusedException {
        sendCsv(ctx, Conversions.SINGLE, opener);
    }

    private void sendCsv(Context ctx, int size, Opener opener) throws IOException, RefusedException {
        ctx.header("Vary", VARY);
        Parts csv = converted(size, opener, results -> new CsvTable(results::next)::next);
        ctx.contentType(CSV + "; charset=utf-8");
        ctx.header("Accept-Ranges", "none");
        transfers.send(ctx, coded(ctx, UNKNOWN, csv));
    }

    /** Starts a conversion. */
    private interface Conversion {
        ResultParts.Source of(MergedResults results) throws IOException;
    }

    private Parts converted(int size, Opener opener, Conversion conversion) throws IOException, RefusedException {
        Closeable room = transfers.conversions().begin(size);
        MergedResults results = null;
        Parts parts = null;
        try {
            results = opener.open();
            parts = new ResultParts(conversion.of(results), List.of(results, room));
            return parts;
        } finally {
            if (parts == null) {
                if (results != null) {
                    ResultParts.close(results);
                }
                ResultParts.close(room);
            }
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

    /** Whether the client prefers a JSON array to lines. */
    static boolean wantsArray(@Nullable String accept) {
        return accept != null && weight(accept, ARRAY) > Math.max(0, weight(accept, LINES));
    }

    /** Whether the client prefers CSV to lines and to a JSON array. */
    static boolean wantsCsv(@Nullable String accept) {
        return accept != null
                && weight(accept, CSV) > Math.max(0, Math.max(weight(accept, LINES), weight(accept, ARRAY)));
    }

    /** Whether the client accepts only CSV. */
    static boolean wantsOnlyCsv(@Nullable String accept) {
        return accept != null
                && weight(accept, CSV) > 0
                && Stream.of(LINES, ARRAY, "application/*", "*/*").noneMatch(type -> weight(accept, type) > 0);
    }

    /** Whether the {@code Accept} header, or its absence, allows a media type. */
    static boolean accepts(Context ctx, String mediaType) {
        String accept = ctx.header("Accept");
        String range = mediaType.substring(0, mediaType.indexOf('/') + 1) + "*";
        return accept == null || Stream.of(mediaType, range, "*/*").anyMatch(type -> weight(accept, type) > 0);
    }

    /** Returns the weight of a media type in an {@code Accept} header; -1 if the header does not name it. */
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
