package org.checkpointrecovery.api;

import io.javalin.http.Context;
import java.util.Optional;
import org.checkpointrecovery.engine.JobService;

/** Health, readiness and metrics. */
final class MonitoringRoutes {
    private final JobService service;
    private final Metrics metrics;
    private final Lanes lanes;
    private final Transfers transfers;

    MonitoringRoutes(JobService service, Metrics metrics, Lanes lanes, Transfers transfers) {
        this.service = service;
        this.metrics = metrics;
        this.lanes = lanes;
        this.transfers = transfers;
    }

    void live(Context ctx) {
        health(ctx, "live");
    }

    private static void health(Context ctx, String status) {
        ctx.contentType("application/json").result("{\"status\":\"" + status + "\"}");
    }

    void ready(Context ctx) {
        ctx.future(() -> lanes.run(lanes.readiness(), () -> {
            Optional<String> problem = service.unreadiness();
            if (problem.isPresent()) {
                throw Problem.of(Problem.Kind.UNAVAILABLE, problem.get()).exception();
            }
            health(ctx, "ready");
        }));
    }

    void metrics(Context ctx) {
        ctx.future(() -> lanes.run(lanes.metrics(), () -> {
            ctx.contentType(Metrics.MEDIA_TYPE);
            transfers.text(ctx, metrics.text());
        }));
    }
}
