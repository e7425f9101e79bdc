package org.checkpointrecovery.api;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import org.checkpointrecovery.engine.RefusedException;
import org.eclipse.jetty.io.EofException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what handlers throw into a {@link Problem}. The only place that does. */
final class Failures {
    private static final Logger log = LoggerFactory.getLogger(Failures.class);
    private static final String RETRY_AFTER_SECONDS = "5";

    private final Routes routes;
    private final boolean faultsAllowed;

    Failures(Routes routes, boolean faultsAllowed) {
        this.routes = routes;
        this.faultsAllowed = faultsAllowed;
    }

    void addTo(RoutesConfig javalin) {
        javalin.exception(ProblemException.class, (e, ctx) -> send(ctx, e.problem()));
        javalin.exception(ByteRange.RangeProblem.class, (e, ctx) -> {
            ctx.header("Content-Range", "bytes */" + e.length());
            send(ctx, e.problem());
        });
        javalin.exception(RefusedException.class, this::refused);
        javalin.exception(EofException.class, (e, ctx) -> brokenOff(ctx));
        javalin.exception(IncomingBody.BrokenException.class, (e, ctx) -> brokenOff(ctx));
        javalin.exception(IOException.class, Failures::diskFailed);
        javalin.exception(HttpResponseException.class, this::javalinRefused);
        javalin.exception(Exception.class, Failures::failed);
    }

    private static void send(Context ctx, Problem problem) {
        switch (problem.kind()) {
            case QUEUE_FULL, UNAVAILABLE -> ctx.header("Retry-After", RETRY_AFTER_SECONDS);
            default -> {}
        }
        ctx.res().setHeader("Content-Disposition", null); // a problem is no file to save
        ctx.status(problem.kind().status()).contentType(Problem.MEDIA_TYPE).result(problem.toJson());
    }

    private void refused(RefusedException e, Context ctx) {
        send(ctx, Refusals.problem(e.refusal(), faultsAllowed));
    }

    private static void brokenOff(Context ctx) {
        send(
                ctx,
                Problem.of(
                        Problem.Kind.BAD_REQUEST,
                        "The connection was closed before the request was complete. Nothing was kept. Send the request again."));
    }

    private static void diskFailed(IOException e, Context ctx) {
        if (ctx.res().isCommitted()) {
            log.warn("A response was aborted: {}", e.toString());
            return;
        }
        log.error("{} {}: disk error: {}", ctx.method(), ctx.path(), e.toString());
        send(ctx, DiskProblem.of(e, ctx.method().name()));
    }

    private void javalinRefused(HttpResponseException e, Context ctx) {
        switch (e.getStatus()) {
            case 404 -> send(ctx, Problem.of(Problem.Kind.NOT_FOUND, "The path " + ctx.path() + " does not exist."));
            case 405 -> methodNotAllowed(ctx);
            case 413 -> send(ctx, Problem.of(Problem.Kind.TOO_LARGE, "The body is too large. Nothing was kept."));
            default -> send(ctx, Problem.of(Problem.Kind.BAD_REQUEST, "The request is invalid. Nothing was changed."));
        }
    }

    private void methodNotAllowed(Context ctx) {
        String allow = String.join(", ", routes.methodsAt(ctx.path()));
        ctx.header("Allow", allow);
        if (ctx.req().getMethod().equals("OPTIONS")) {
            ctx.status(204);
            return;
        }
        send(
                ctx,
                Problem.of(
                        Problem.Kind.METHOD_NOT_ALLOWED,
                        ctx.path() + " does not support " + ctx.req().getMethod() + "; use one of: " + allow + "."));
    }

    private static void failed(Exception e, Context ctx) {
        log.error("{} {}: internal error", ctx.method(), ctx.path(), e);
        send(
                ctx,
                Problem.of(
                        Problem.Kind.INTERNAL_ERROR, "Internal error; see the log of the service. Please report it."));
    }
}
