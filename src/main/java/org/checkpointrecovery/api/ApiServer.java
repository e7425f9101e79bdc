package org.checkpointrecovery.api;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinBindException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.checkpointrecovery.engine.JobService;
import org.checkpointrecovery.engine.JobView;
import org.checkpointrecovery.engine.RefusedException;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.EofException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server with its routes. What is refused or goes wrong becomes a {@link Problem} here, and nowhere else. */
public final class ApiServer {
    private static final Logger log = LoggerFactory.getLogger(ApiServer.class);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);
    private static final String RETRY_AFTER_SECONDS = "5";

    private final JobService service;
    private final Settings settings;
    private final JobJson jobJson;
    private final EventStreams events;
    private final Metrics metrics;
    private final List<Route> routes;
    private final Javalin javalin;

    /**
     * How the server is set up.
     *
     * @param port 0 for any free one
     * @param token that every request must carry, or null
     * @param faultsAllowed whether clients may rehearse failures
     */
    public record Settings(String host, int port, @Nullable String token, long maxUploadBytes, boolean faultsAllowed) {}

    private record Route(HandlerType method, String path, Handler handler) {}

    public ApiServer(JobService service, Settings settings) {
        this.service = service;
        this.settings = settings;
        this.jobJson = new JobJson(service::inlineItems, settings.faultsAllowed());
        this.events = new EventStreams(service, jobJson, Clock.systemUTC());
        this.metrics = new Metrics(service);
        this.routes = routes();
        this.javalin = Javalin.create(this::configure);
    }

    private List<Route> routes() {
        JobRoutes jobs = new JobRoutes(service, settings.faultsAllowed(), jobJson);
        EventRoutes eventRoutes = new EventRoutes(service, events);
        FileRoutes files = new FileRoutes(service, settings.maxUploadBytes());
        List<Route> all = new ArrayList<>();
        Dashboard dashboard = new Dashboard();
        all.add(new Route(HandlerType.GET, "/", dashboard::page));
        all.add(new Route(HandlerType.GET, Dashboard.ASSETS + "{file}", dashboard::asset));
        all.add(new Route(HandlerType.GET, "/livez", ctx -> health(ctx, "live")));
        all.add(new Route(HandlerType.GET, "/readyz", this::ready));
        all.add(new Route(HandlerType.GET, "/openapi.yaml", ApiServer::contract));
        all.add(new Route(HandlerType.GET, "/metrics", this::metrics));
        all.add(new Route(HandlerType.POST, "/v1/files", files::upload));
        all.add(new Route(HandlerType.GET, "/v1/files", files::list));
        all.add(new Route(HandlerType.GET, "/v1/files/{id}", files::get));
        all.add(new Route(HandlerType.DELETE, "/v1/files/{id}", files::delete));
        all.add(new Route(HandlerType.POST, "/v1/jobs", jobs::submit));
        all.add(new Route(HandlerType.GET, "/v1/jobs", jobs::list));
        all.add(new Route(HandlerType.GET, "/v1/jobs/{id}", jobs::get));
        all.add(new Route(HandlerType.DELETE, "/v1/jobs/{id}", jobs::delete));
        all.add(new Route(HandlerType.POST, "/v1/jobs/{id}/start", jobs::start));
        all.add(new Route(HandlerType.POST, "/v1/jobs/{id}/pause", jobs::pause));
        all.add(new Route(HandlerType.POST, "/v1/jobs/{id}/resume", jobs::resume));
        all.add(new Route(HandlerType.POST, "/v1/jobs/{id}/cancel", jobs::cancel));
        all.add(new Route(HandlerType.POST, "/v1/jobs/{id}/crash", jobs::crash));
        all.add(new Route(HandlerType.POST, "/v1/jobs/{id}/retry-failed", jobs::retryFailed));
        all.add(new Route(HandlerType.GET, "/v1/jobs/{id}/progress", jobs::progress));
        all.add(new Route(HandlerType.GET, "/v1/jobs/{id}/checkpoint", jobs::checkpoint));
        all.add(new Route(HandlerType.GET, "/v1/jobs/{id}/results", jobs::results));
        all.add(new Route(HandlerType.GET, "/v1/jobs/{id}/errors", jobs::errors));
        all.add(new Route(HandlerType.GET, "/v1/jobs/{id}/errors/summary", jobs::errorSummary));
        all.add(new Route(HandlerType.GET, "/v1/jobs/{id}/events", eventRoutes::ofJob));
        all.add(new Route(HandlerType.GET, "/v1/events", eventRoutes::ofAll));
        return List.copyOf(all);
    }

    /** Each route as {@code GET /v1/jobs/{id}}. */
    public Set<String> routeNames() {
        Set<String> names = new TreeSet<>();
        routes.forEach(route -> names.add(route.method().name() + " " + route.path()));
        return names;
    }

    private void configure(JavalinConfig config) {
        config.jetty.host = settings.host();
        config.jetty.port = settings.port();
        config.startup.showJavalinBanner = false;
        config.startup.startupWatcherEnabled = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.http.prefer405over404 = true;
        config.router.ignoreTrailingSlashes = false;
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.http.maxRequestSize = Json.MAX_BODY_BYTES;
        config.jetty.modifyServer(server -> {
            server.setStopTimeout(STOP_TIMEOUT.toMillis());
            server.setErrorHandler(new ServerErrorHandler());
            server.insertHandler(new UnreadBody());
        });
        config.jetty.modifyHttpConfiguration(http -> {
            http.setUriCompliance(UriCompliance.DEFAULT);
            http.setSendServerVersion(false);
            // Otherwise a header is taken for one that came before on the connection and differs in case, a token too.
            http.setHeaderCacheCaseSensitive(true);
        });
        config.requestLogger.http(this::measure);
        RoutesConfig javalinRoutes = config.routes;
        javalinRoutes.before(this::beforeEach);
        for (Route route : routes) {
            javalinRoutes.addHttpHandler(route.method(), route.path(), route.handler());
            if (route.method().equals(HandlerType.GET)) {
                javalinRoutes.addHttpHandler(HandlerType.HEAD, route.path(), route.handler());
            }
        }
        javalinRoutes.exception(ProblemException.class, (e, ctx) -> send(ctx, e.problem()));
        javalinRoutes.exception(ByteRange.RangeProblem.class, (e, ctx) -> {
            ctx.header("Content-Range", "bytes */" + e.length());
            send(ctx, e.problem());
        });
        javalinRoutes.exception(RefusedException.class, this::refused);
        javalinRoutes.exception(EofException.class, (e, ctx) -> brokenOff(ctx));
        javalinRoutes.exception(BodyStream.BrokenException.class, (e, ctx) -> brokenOff(ctx));
        javalinRoutes.exception(IOException.class, ApiServer::diskFailed);
        javalinRoutes.exception(HttpResponseException.class, this::javalinRefused);
        javalinRoutes.exception(Exception.class, ApiServer::failed);
        config.router.javaLangErrorHandler((response, error) -> {
            log.error("A request met an error of the JVM", error);
            response.setStatus(500);
        });
    }

    private void beforeEach(Context ctx) {
        ctx.header("X-Content-Type-Options", "nosniff");
        new OriginCheck(settings.token() != null).check(ctx);
        if (settings.token() != null) {
            new BearerToken(settings.token()).check(ctx);
        }
        if (service.isStarting() && ctx.path().startsWith("/v1/")) {
            throw Problem.of(Problem.Kind.UNAVAILABLE, "The service is starting: it reads what is on disk. Try again.")
                    .exception();
        }
        if (ctx.req().getHeader("X-HTTP-Method-Override") != null) {
            throw Problem.of(
                            Problem.Kind.BAD_REQUEST,
                            "X-HTTP-Method-Override is not obeyed here. Send the request with its real method.")
                    .exception();
        }
        // Jetty takes the chunks apart and would leave what else was done to the body as it is.
        List<String> codings = Collections.list(ctx.req().getHeaders("Transfer-Encoding"));
        if (!codings.isEmpty() && (codings.size() > 1 || !codings.get(0).strip().equalsIgnoreCase("chunked"))) {
            throw Problem.of(
                            Problem.Kind.BAD_REQUEST,
                            "The Transfer-Encoding " + String.join(", ", codings)
                                    + " is not supported. Send the body as it is, or chunked.")
                    .exception();
        }
    }

    private void measure(Context ctx, float millis) {
        String path = routes.stream()
                .map(Route::path)
                .filter(route -> ctx.path().matches(route.replaceAll("\\{[a-z]+}", "[^/]+")))
                .findFirst()
                .orElse("none"); // else whoever asks for what is not there makes series without end
        if (!path.endsWith("/events")) {
            metrics.answered(Metrics.known(ctx.req().getMethod()), path, ctx.statusCode(), Duration.ofNanos((long)
                    (millis * 1_000_000)));
        }
    }

    private static void health(Context ctx, String status) {
        ctx.contentType("application/json").result("{\"status\":\"" + status + "\"}");
    }

    private void ready(Context ctx) {
        Optional<String> problem = service.unreadiness();
        if (problem.isPresent()) {
            throw Problem.of(Problem.Kind.UNAVAILABLE, problem.get()).exception();
        }
        health(ctx, "ready");
    }

    private void metrics(Context ctx) {
        ctx.contentType(Metrics.MEDIA_TYPE).result(metrics.text());
    }

    private static void contract(Context ctx) throws IOException {
        try (InputStream file = ApiServer.class.getResourceAsStream("/openapi.yaml")) {
            if (file == null) {
                throw new IllegalStateException("openapi.yaml is not in the jar");
            }
            ctx.contentType("application/yaml").result(file.readAllBytes());
        }
    }

    private static void send(Context ctx, Problem problem) {
        switch (problem.kind()) {
            case QUEUE_FULL, UNAVAILABLE -> ctx.header("Retry-After", RETRY_AFTER_SECONDS);
            default -> {}
        }
        ctx.status(problem.kind().status()).contentType(Problem.MEDIA_TYPE).result(problem.toJson());
    }

    private void refused(RefusedException e, Context ctx) {
        String message = String.valueOf(e.getMessage());
        Problem problem = switch (e.why()) {
            case NOT_FOUND -> Problem.of(Problem.Kind.NOT_FOUND, message);
            case CONFLICT -> {
                Problem.Stand stand = e.job().map(this::standOf).orElse(null);
                yield new Problem(Problem.Kind.CONFLICT, message, List.of(), stand);
            }
            case INVALID -> Problem.invalid(e.field().orElse(""), message);
            case QUEUE_FULL -> Problem.of(Problem.Kind.QUEUE_FULL, message);
            case STOPPING -> Problem.of(Problem.Kind.UNAVAILABLE, message);
        };
        send(ctx, problem);
    }

    private Problem.Stand standOf(JobView view) {
        return new Problem.Stand(view.job().status().name(), JobJson.allowedActions(view, settings.faultsAllowed()));
    }

    private static void brokenOff(Context ctx) {
        send(ctx, Problem.of(Problem.Kind.BAD_REQUEST, "The request broke off. Nothing of it was kept."));
    }

    private static void diskFailed(IOException e, Context ctx) {
        if (ctx.res().isCommitted()) {
            log.warn("An answer broke off: {}", e.toString());
            return;
        }
        log.error("{} {} failed for the disk: {}", ctx.method(), ctx.path(), e.toString());
        send(ctx, DiskProblem.of(e, ctx.method().name()));
    }

    private void javalinRefused(HttpResponseException e, Context ctx) {
        switch (e.getStatus()) {
            case 404 -> send(ctx, Problem.of(Problem.Kind.NOT_FOUND, "There is nothing at " + ctx.path() + "."));
            case 405 -> methodNotAllowed(ctx);
            case 413 -> send(ctx, Problem.of(Problem.Kind.TOO_LARGE, "The body is too large."));
            default -> send(ctx, Problem.of(Problem.Kind.BAD_REQUEST, "The request is not valid."));
        }
    }

    private void methodNotAllowed(Context ctx) {
        String allow = String.join(", ", methodsAt(ctx.path()));
        ctx.header("Allow", allow);
        if (ctx.req().getMethod().equals("OPTIONS")) {
            ctx.status(204);
            return;
        }
        send(
                ctx,
                Problem.of(
                        Problem.Kind.METHOD_NOT_ALLOWED,
                        ctx.req().getMethod() + " is not for " + ctx.path() + "; that takes " + allow + "."));
    }

    private Set<String> methodsAt(String path) {
        Set<String> methods = new TreeSet<>(Set.of("OPTIONS"));
        for (Route route : routes) {
            if (path.matches(route.path().replaceAll("\\{[a-z]+}", "[^/]+"))) {
                methods.add(route.method().name());
                if (route.method().equals(HandlerType.GET)) {
                    methods.add("HEAD");
                }
            }
        }
        return methods;
    }

    private static void failed(Exception e, Context ctx) {
        log.error("{} {} met a defect of the service", ctx.method(), ctx.path(), e);
        send(
                ctx,
                Problem.of(
                        Problem.Kind.INTERNAL_ERROR,
                        "The service met a defect of its own; its log has more. Please report it."));
    }

    /**
     * Begins to listen.
     *
     * @throws PortTakenException if another process listens there
     */
    public void start() throws PortTakenException {
        service.watch(metrics);
        events.start();
        try {
            javalin.start();
        } catch (JavalinBindException e) {
            events.close();
            throw new PortTakenException(settings.host(), settings.port(), e);
        }
    }

    /** The port that it listens on. */
    public int port() {
        return javalin.port();
    }

    /** Lets the requests under way end, and takes no others. */
    public void stop() {
        events.close(); // else the server would wait for its readers
        javalin.stop();
        metrics.close();
    }

    /** Another process listens on the port. */
    public static final class PortTakenException extends Exception {
        PortTakenException(String host, int port, Exception cause) {
            super(
                    "Cannot listen on " + host + ":" + port + ": " + firstSentence(cause)
                            + " Nothing was changed. Stop the other process, or choose another port with --port.",
                    cause);
        }

        private static String firstSentence(Exception cause) {
            String message = String.valueOf(cause.getMessage());
            int end = message.indexOf(". ");
            return end < 0 ? message : message.substring(0, end + 1);
        }
    }
}
