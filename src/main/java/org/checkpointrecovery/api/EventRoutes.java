package org.checkpointrecovery.api;

import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.checkpointrecovery.engine.JobService;
import org.checkpointrecovery.engine.RefusedException;
import org.checkpointrecovery.job.JobId;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;

/** Calls that return server-sent events. */
final class EventRoutes {
    private static final String MEDIA_TYPE = "text/event-stream";

    private final JobService service;
    private final EventStreams streams;
    private final Transfers transfers;

    EventRoutes(JobService service, EventStreams streams, Transfers transfers) {
        this.transfers = transfers;
        this.service = service;
        this.streams = streams;
    }

    void ofAll(Context ctx) throws IOException, RefusedException {
        Parameters.none(ctx);
        stream(ctx, null, false);
    }

    void ofJob(Context ctx) throws IOException, RefusedException {
        Parameters.none(ctx);
        JobId id = JobRoutes.id(ctx);
        stream(ctx, id, JobJson.isLarge(service.jobs().view(id)));
    }

    private void stream(Context ctx, @Nullable JobId job, boolean large) throws IOException, RefusedException {
        if (!Download.accepts(ctx, MEDIA_TYPE)) {
            throw Problem.of(
                            Problem.Kind.NOT_ACCEPTABLE,
                            "Events are only available as " + MEDIA_TYPE + ", which Accept excludes. Add it to Accept.")
                    .exception();
        }
        Long seen = seen(ctx);
        if (streams.isOver(job, seen)) {
            ctx.status(204);
            return;
        }
        if (streams.isFull()) {
            throw Problem.of(
                            Problem.Kind.UNAVAILABLE,
                            EventStreams.MOST_READERS + " clients are already reading events. Poll the progress of jobs"
                                    + " instead, or retry later.")
                    .exception();
        }
        ctx.status(200).contentType(MEDIA_TYPE);
        ctx.header("Cache-Control", "no-store");
        ctx.header("X-Accel-Buffering", "no"); // else nginx would hold events back
        if (ctx.method().name().equals("HEAD")) {
            Pump.head(ctx, transfers);
            return;
        }
        ServletOutputStream out = ctx.res().getOutputStream(); // Javalin's stream would buffer the writes
        if (large) {
            ctx.future(() -> transfers
                    .lanes()
                    .run(transfers.lanes().largeWork(), () -> ctx.future(() -> begin(ctx, out, job, seen))));
        } else {
            ctx.future(() -> begin(ctx, out, job, seen));
        }
    }

    /** Completes when the client has disconnected or there is nothing more to send. */
    private CompletableFuture<?> begin(Context ctx, ServletOutputStream out, @Nullable JobId job, @Nullable Long seen) {
        EndPoint connection = ServletContextRequest.getServletContextRequest(ctx.req())
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint();
        CompletableFuture<?> over = new CompletableFuture<>();
        EventReader reader = new EventReader(out, job, connection::close, ended -> {
            streams.remove(ended);
            over.complete(null);
        });
        streams.add(reader, job, seen);
        out.setWriteListener(reader);
        return over;
    }

    /** Returns the {@code Last-Event-ID}. Unknown ids count as missing. */
    private static @Nullable Long seen(Context ctx) {
        String header = ctx.header("Last-Event-ID");
        if (header == null || header.isEmpty()) {
            return null;
        }
        try {
            return Long.parseLong(header.strip());
        } catch (NumberFormatException e) {
            return -1L;
        }
    }
}
