package org.checkpointrecovery.api;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.checkpointrecovery.coding.Decoders;
import org.checkpointrecovery.coding.Transcoder;
import org.checkpointrecovery.coding.UndecodableException;
import org.checkpointrecovery.coding.WrongEncodingException;
import org.checkpointrecovery.engine.JobService;
import org.checkpointrecovery.engine.RefusedException;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.TextEncoding;
import org.checkpointrecovery.storage.FileStore;
import org.checkpointrecovery.storage.IncomingFile;
import org.checkpointrecovery.storage.Spool;
import org.checkpointrecovery.storage.UploadedFile;
import org.jspecify.annotations.Nullable;

/** Calls about uploaded files. */
final class FileRoutes {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final JobService service;
    private final long maxUploadBytes;
    private final Transfers transfers;
    private final Bodies bodies;

    FileRoutes(JobService service, long maxUploadBytes, Transfers transfers) {
        this.transfers = transfers;
        this.bodies = new Bodies(transfers);
        this.service = service;
        this.maxUploadBytes = maxUploadBytes;
    }

    void upload(Context ctx) {
        Parameters parameters = Parameters.of(ctx, "name", "encoding");
        String name = parameters.label("name");
        TextEncoding encoding = parameters.encoding();
        parameters.throwIfInvalid();
        refuseForm(ctx.header("Content-Type"));
        UploadCoding coding = UploadCoding.of(ctx.header("Content-Encoding"), ctx.header("Content-Type"), name);
        coding.requireDecoder();
        long mostBytes = coding.kind() == UploadCoding.Kind.NONE ? maxUploadBytes : maxCodedBytes();
        if (ctx.req().getContentLengthLong() > mostBytes) {
            throw unread(ctx, tooLarge());
        }
        ctx.future(() -> {
            try {
                IncomingFile file = service.uploads().begin(coding.name(), maxUploadBytes);
                CompletableFuture<Void> kept = coding.kind() == UploadCoding.Kind.NONE
                        ? plain(ctx, file, encoding)
                        : coded(ctx, file, coding, encoding);
                return kept.whenComplete((unused, failure) -> file.close())
                        .exceptionallyCompose(failure -> CompletableFuture.failedFuture(problem(ctx, coding, failure)));
            } catch (IOException | RefusedException e) {
                return CompletableFuture.failedFuture(e);
            }
        });
    }

    /** The most by which compression enlarges a file, unless intentionally. */
    private long maxCodedBytes() {
        return maxUploadBytes + maxUploadBytes / 64 + 1024 * 1024;
    }

    private CompletableFuture<Void> plain(Context ctx, IncomingFile file, TextEncoding encoding) {
        if (encoding == TextEncoding.UTF_8) {
            return IncomingBody.read(ctx, transfers, (bytes, count) -> file.append(bytes, 0, count))
                    .thenCompose(unused -> publish(ctx, file, () -> {}));
        }
        Transcoder text = new Transcoder(encoding, (utf8, count) -> file.append(utf8, 0, count));
        return IncomingBody.read(ctx, transfers, (bytes, count) -> text.feed(bytes, 0, count))
                .thenCompose(unused -> publish(ctx, file, text::end));
    }

    private CompletableFuture<Void> publish(Context ctx, IncomingFile file, Lanes.Task before) {
        return transfers.lanes().run(transfers.lanes().storing(), () -> {
            before.run();
            created(ctx, file.publish());
        });
    }

    /** Decodes the body once it is complete, because a decoder blocks a thread while it waits for input. */
    private CompletableFuture<Void> coded(Context ctx, IncomingFile file, UploadCoding coding, TextEncoding encoding) {
        Spool body = transfers.spools().begin();
        return IncomingBody.read(ctx, transfers, (bytes, count) -> {
                    if (body.length() + count > maxCodedBytes()) {
                        throw new FileStore.TooLargeException(maxUploadBytes);
                    }
                    body.write(bytes, 0, count);
                })
                .thenCompose(unused -> publish(ctx, file, () -> decode(body, coding, encoding, file)))
                .whenComplete((unused, failure) -> body.close());
    }

    private static void decode(Spool body, UploadCoding coding, TextEncoding encoding, IncomingFile file)
            throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream stored = body.input();
                InputStream decoded = Decoders.decode(coding.decode(stored), encoding)) {
            for (int count = decoded.read(buffer); count >= 0; count = decoded.read(buffer)) {
                file.append(buffer, 0, count);
            }
        }
    }

    private void created(Context ctx, UploadedFile file) throws IOException, RefusedException {
        ctx.header("Location", "/v1/files/" + file.id());
        Instant expiry = expiries(List.of(file)).get(file.id());
        Answers.json(ctx, 201, json -> JobJson.file(json, file, expiry));
    }

    private Throwable problem(Context ctx, UploadCoding coding, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof FileStore.TooLargeException) {
            return unread(ctx, tooLarge());
        }
        if (cause instanceof WrongEncodingException wrong) {
            return unread(
                    ctx,
                    Problem.invalid("encoding", "does not match the file: " + wrong.getMessage())
                            .exception());
        }
        return cause instanceof UndecodableException undecodable ? unread(ctx, coding.bad(undecodable)) : cause;
    }

    /** Closes the connection: the rest of the body could be mistaken for another request. */
    private static ProblemException unread(Context ctx, ProblemException problem) {
        ctx.header("Connection", "close");
        return problem;
    }

    /** Rejects forms as {@code curl -F} sends them: they contain more than the file. */
    private static void refuseForm(@Nullable String contentType) {
        if (contentType != null && contentType.toLowerCase(Locale.ROOT).startsWith("multipart/")) {
            throw Problem.of(
                            Problem.Kind.UNSUPPORTED_MEDIA_TYPE,
                            "The body is a form (" + contentType
                                    + "). Nothing was kept. Send only the bytes of the file, as curl does with --data-binary @FILE or -T FILE.")
                    .exception();
        }
    }

    private ProblemException tooLarge() {
        return Problem.of(
                        Problem.Kind.TOO_LARGE,
                        "The file has more than " + maxUploadBytes
                                + " bytes (--max-upload). Nothing was kept. Split it, or put it into the service's"
                                + " input directory and refer to it with {\"input\":{\"path\":…}}.")
                .exception();
    }

    void list(Context ctx) throws IOException, RefusedException {
        Parameters parameters = Parameters.of(ctx, "pageSize", "pageToken");
        int pageSize = parameters.pageSize();
        String token = parameters.pageToken();
        parameters.throwIfInvalid();
        List<UploadedFile> rest = service.uploads().list().stream()
                .filter(file -> token == null || file.id().compareTo(token) < 0)
                .limit(pageSize + 1L)
                .toList();
        boolean more = rest.size() > pageSize;
        List<UploadedFile> page = more ? rest.subList(0, pageSize) : rest;
        Map<String, Instant> expiries = expiries(page);
        transfers.json(ctx, 200, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("files");
            for (UploadedFile file : page) {
                JobJson.file(json, file, expiries.get(file.id()));
            }
            json.writeEndArray();
            json.writeStringField("nextPageToken", more ? page.get(pageSize - 1).id() : null);
            json.writeEndObject();
        });
    }

    private Map<String, Instant> expiries(List<UploadedFile> files) {
        return service.uploads().expiries(files);
    }

    void get(Context ctx) throws IOException, RefusedException {
        Parameters.none(ctx);
        UploadedFile file = service.uploads().file(id(ctx));
        Instant expiry = expiries(List.of(file)).get(file.id());
        Answers.json(ctx, 200, json -> JobJson.file(json, file, expiry));
    }

    void delete(Context ctx) {
        Parameters.none(ctx);
        bodies.jsonOrNothing(ctx, body -> {
            JobRequest.nothing(body);
            service.uploads().delete(id(ctx));
            ctx.status(204);
        });
    }

    private static String id(Context ctx) {
        String id = ctx.pathParam("id");
        if (!JobId.isValid(id)) {
            throw Problem.of(Problem.Kind.NOT_FOUND, "There is no such file: ids match [0-9a-z-]{10,40}.")
                    .exception();
        }
        return id;
    }
}
