package org.checkpointrecovery.api;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import org.checkpointrecovery.engine.JobService;
import org.checkpointrecovery.engine.RefusedException;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.storage.FileStore;
import org.checkpointrecovery.storage.UploadedFile;
import org.jspecify.annotations.Nullable;

/** Calls about uploaded files. */
final class FileRoutes {
    private final JobService service;
    private final long maxUploadBytes;

    FileRoutes(JobService service, long maxUploadBytes) {
        this.service = service;
        this.maxUploadBytes = maxUploadBytes;
    }

    void upload(Context ctx) throws IOException, RefusedException {
        Parameters parameters = Parameters.of(ctx, "name");
        String name = parameters.label("name");
        parameters.throwIfWrong();
        refuseForm(ctx.header("Content-Type"));
        UploadCoding coding = UploadCoding.of(ctx.header("Content-Encoding"), ctx.header("Content-Type"), name);
        if (coding.kind() == UploadCoding.Kind.NONE && ctx.req().getContentLengthLong() > maxUploadBytes) {
            throw unread(ctx, tooLarge());
        }
        try (InputStream body = coding.decode(new BodyStream(ctx.req().getInputStream()))) {
            UploadedFile file = service.receiveFile(coding.name(), body, maxUploadBytes);
            ctx.header("Location", "/v1/files/" + file.id());
            Answers.json(ctx, 201, json -> JobJson.file(json, file));
        } catch (FileStore.TooLargeException e) {
            throw unread(ctx, tooLarge());
        } catch (UndecodableException e) {
            throw unread(ctx, coding.bad(e));
        }
    }

    /** What is left of the body cannot be told from another request: the client must not go on with this connection. */
    private static ProblemException unread(Context ctx, ProblemException problem) {
        ctx.header("Connection", "close");
        return problem;
    }

    /** What {@code curl -F} sends has more in it than the file. */
    private static void refuseForm(@Nullable String contentType) {
        if (contentType != null && contentType.toLowerCase(Locale.ROOT).startsWith("multipart/")) {
            throw Problem.of(
                            Problem.Kind.UNSUPPORTED_MEDIA_TYPE,
                            "The body is a form (" + contentType
                                    + "). Send the bytes of the file alone, as curl does with --data-binary @FILE or -T FILE.")
                    .exception();
        }
    }

    private ProblemException tooLarge() {
        return Problem.of(
                        Problem.Kind.TOO_LARGE,
                        "The file has more than " + maxUploadBytes
                                + " bytes (--max-upload). Nothing of it was kept. Split it, or put it into the service's"
                                + " input directory and refer to it with {\"input\":{\"path\":…}}.")
                .exception();
    }

    void list(Context ctx) throws IOException, RefusedException {
        Parameters parameters = Parameters.of(ctx, "pageSize", "pageToken");
        int pageSize = parameters.pageSize();
        String token = parameters.pageToken();
        parameters.throwIfWrong();
        List<UploadedFile> rest = service.files().stream()
                .filter(file -> token == null || file.id().compareTo(token) < 0)
                .limit(pageSize + 1L)
                .toList();
        boolean more = rest.size() > pageSize;
        List<UploadedFile> page = more ? rest.subList(0, pageSize) : rest;
        Answers.json(ctx, 200, json -> {
            json.writeStartObject();
            json.writeArrayFieldStart("files");
            for (UploadedFile file : page) {
                JobJson.file(json, file);
            }
            json.writeEndArray();
            json.writeStringField("nextPageToken", more ? page.get(pageSize - 1).id() : null);
            json.writeEndObject();
        });
    }

    void get(Context ctx) throws IOException, RefusedException {
        Parameters.none(ctx);
        UploadedFile file = service.file(id(ctx));
        Answers.json(ctx, 200, json -> JobJson.file(json, file));
    }

    void delete(Context ctx) throws IOException, RefusedException {
        Parameters.none(ctx);
        JobRequest.nothing(Bodies.jsonOrNothing(ctx));
        service.deleteFile(id(ctx));
        ctx.status(204);
    }

    private static String id(Context ctx) {
        String id = ctx.pathParam("id");
        if (!JobId.isValid(id)) {
            throw Problem.of(Problem.Kind.NOT_FOUND, "There is no such file: an id matches [0-9a-z-]{10,40}.")
                    .exception();
        }
        return id;
    }
}
