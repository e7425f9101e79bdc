package org.checkpointrecovery.api;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.util.JavalinBindException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.checkpointrecovery.access.Credentials;
import org.checkpointrecovery.access.Identity;
import org.checkpointrecovery.access.Reloaded;
import org.checkpointrecovery.access.Tokens;
import org.checkpointrecovery.engine.JobService;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.rehearsal.Crashes;
import org.checkpointrecovery.storage.Spools;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server: how it listens, and whom it lets in. */
public final class ApiServer {
    private static final Logger log = LoggerFactory.getLogger(ApiServer.class);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);
    /** Shorter than the 10 s after which Prometheus gives up a scrape. */
    private static final Duration PATIENCE_OF_A_SCRAPE = Duration.ofSeconds(1);
    /** The number of Jetty's own threads. They never block. */
    private static final int JETTY_THREADS = 32;

    private final JobService service;
    private final Settings settings;
    private final Spools spools;
    private final Lanes lanes;
    private final Pace pace;
    private final @Nullable TlsListener tls;
    private final @Nullable Admission admission;
    /** Two threads, because reading credentials waits for a disk. */
    private final ScheduledExecutorService ticks = Executors.newScheduledThreadPool(2, task -> {
        Thread thread = new Thread(task, "ticks");
        thread.setDaemon(true);
        return thread;
    });

    private final EventStreams events;
    private final JobWaits waits;
    private final Metrics metrics;
    private final List<Page> pages;
    private final Routes routes;
    private final Javalin javalin;

    /**
     * The settings of the server.
     *
     * @param port 0 for any free port
     * @param faultsAllowed whether clients may simulate failures
     * @param proxies between the clients and the service
     */
    public record Settings(
            String host,
            int port,
            Credentials credentials,
            long maxUploadBytes,
            boolean faultsAllowed,
            Proxies proxies,
            Patience patience) {}

    /**
     * Limits for slow and idle clients.
     *
     * @param minBytesPerSecond the minimum rate of bodies and responses; 0 for none
     * @param idle the time after which an idle connection is closed; event streams and requests that wait are exempt
     * @param maxConnectionsPerSource 0 for no limit
     */
    public record Patience(long minBytesPerSecond, Duration idle, int maxConnectionsPerSource) {}

    /**
     * @param spools opened when the server starts
     * @param outOfMemory ends the process; called when a request runs out of memory
     */
    public ApiServer(JobService service, Crashes crashes, Spools spools, Settings settings, Runnable outOfMemory) {
        this.service = service;
        this.settings = settings;
        this.spools = spools;
        this.lanes = new Lanes(outOfMemory);
        this.pace = new Pace(settings.patience().minBytesPerSecond());
        Reloaded<Tokens> tokens = settings.credentials().tokens();
        this.admission = tokens == null ? null : new Admission(tokens, settings.proxies(), lanes, ticks);
        Reloaded<Identity> identity = settings.credentials().identity();
        this.tls = identity == null ? null : new TlsListener(identity);
        Transfers transfers = new Transfers(lanes, pace, spools, new Conversions());
        JobJson jobJson = new JobJson(service.outputs()::inlineItems, service.retention(), settings.faultsAllowed());
        this.events = new EventStreams(service, jobJson, Clock.systemUTC());
        this.waits = new JobWaits(service);
        this.metrics = new Metrics(
                service,
                probe(service::freeBytes),
                service.cluster().map(this::probe).orElse(null),
                ticks);
        this.pages = List.of(Page.dashboard(transfers), Page.reference(transfers));
        this.routes = new Routes(
                pages,
                new MonitoringRoutes(service, metrics, lanes, transfers),
                new ApiDocument(settings.proxies(), transfers),
                new FileRoutes(service, settings.maxUploadBytes(), transfers),
                new JobRoutes(service, crashes, settings.faultsAllowed(), jobJson, waits, transfers),
                new DescriptionRoutes(service.intake()),
                new EventRoutes(service, events, transfers));
        this.javalin = Javalin.create(this::configure);
    }

    private <T> Probe<T> probe(Callable<T> read) {
        return new Probe<>(read, lanes.readiness(), PATIENCE_OF_A_SCRAPE);
    }

    /** Makes the first response with a job as fast as others. */
    public static void prepare(Job job) {
        JobJson.prepare(job);
    }

    /** Returns each route in the form {@code GET /v1/jobs/{id}}. */
    public Set<String> routeNames() {
        return routes.names();
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
        QueuedThreadPool threads = new QueuedThreadPool(JETTY_THREADS, 4);
        threads.setName("http");
        config.jetty.threadPool = threads;
        config.jetty.modifyServer(server -> {
            server.setStopTimeout(STOP_TIMEOUT.toMillis());
            server.setErrorHandler(new ServerErrorHandler());
            server.insertHandler(new Reception(lanes));
            if (tls != null) {
                server.insertHandler(tls.guard());
            }
            server.insertHandler(new UnreadBody());
            int mostPerSource = settings.patience().maxConnectionsPerSource();
            if (mostPerSource > 0) {
                server.addEventListener(
                        new SourceLimit(mostPerSource, settings.proxies())); // Javalin creates the connectors later
            }
        });
        config.jetty.modifyHttpConfiguration(http -> {
            http.setUriCompliance(UriCompliance.DEFAULT);
            http.setSendServerVersion(false);
            // Responses that fit are sent without blocking a thread; larger ones are sent by a Pump.
            http.setOutputBufferSize(Parts.PART_BYTES);
            http.setOutputAggregationSize(Parts.PART_BYTES);
            http.setIdleTimeout(settings.patience().idle().toMillis());
            // Otherwise Jetty replaces a header by an earlier one that differs only in case, even a token.
            http.setHeaderCacheCaseSensitive(true);
        });
        if (tls != null) {
            config.jetty.addConnector((server, http) -> {
                ServerConnector connector = tls.connector(server, http);
                connector.setHost(settings.host());
                connector.setPort(settings.port());
                connector.setIdleTimeout(settings.patience().idle().toMillis()); // of a handshake too
                return connector;
            });
        }
        config.requestLogger.http(this::measure);
        config.routes.before(this::beforeEach);
        routes.addTo(config.routes);
        config.routes.after(this::link);
        new Failures(routes, settings.faultsAllowed()).addTo(config.routes);
        config.router.javaLangErrorHandler((response, error) -> {
            log.error("A request failed with an error of the JVM", error);
            lanes.check(error);
            response.setStatus(500);
        });
    }

    private void beforeEach(Context ctx) {
        ctx.header("X-Content-Type-Options", "nosniff");
        boolean isPage = pages.stream().anyMatch(page -> page.isAt(ctx.path()));
        if (admission == null) {
            new OriginCheck(settings.proxies(), tls != null).check(ctx.req(), isPage);
        } else if (!isPage && !isProbe(ctx.path()) && !admission.admits(ctx)) {
            return;
        }
        if (service.isStarting() && ctx.path().startsWith("/v1/")) {
            throw Problem.of(
                            Problem.Kind.UNAVAILABLE,
                            "The service is starting: it is loading its jobs. Retry in a few seconds.")
                    .exception();
        }
        if (ctx.req().getHeader("X-HTTP-Method-Override") != null) {
            throw Problem.of(
                            Problem.Kind.BAD_REQUEST,
                            "X-HTTP-Method-Override is not supported. Nothing was changed. Send the request with its real method.")
                    .exception();
        }
        Set<String> methods = routes.methodsAt(ctx.path());
        if (methods.size() > 1 && !methods.contains(ctx.req().getMethod())) {
            throw new MethodNotAllowedResponse(); // else /v1/jobs/{id} would answer GET /v1/jobs/validate
        }
        // Jetty decodes chunks and would pass any other transfer coding on undecoded.
        List<String> codings = Collections.list(ctx.req().getHeaders("Transfer-Encoding"));
        if (!codings.isEmpty() && (codings.size() > 1 || !codings.get(0).strip().equalsIgnoreCase("chunked"))) {
            throw Problem.of(
                            Problem.Kind.BAD_REQUEST,
                            "The Transfer-Encoding " + String.join(", ", codings)
                                    + " is not supported. Nothing was changed. Send the body with Content-Length, or chunked.")
                    .exception();
        }
    }

    /** Names what was created as the client can call it. */
    private void link(Context ctx) {
        String location = ctx.res().getHeader("Location");
        if (location != null) {
            ctx.header("Location", settings.proxies().link(location));
        }
    }

    /** Whether an orchestrator asks for it, which has no token. */
    private static boolean isProbe(String path) {
        return path.equals("/livez") || path.equals("/readyz");
    }

    private void measure(Context ctx, float millis) {
        String path = routes.pathOf(ctx.path()).orElse("none"); // else unknown paths would create unlimited series
        if (!path.endsWith("/events")) {
            Duration took = Duration.ofNanos((long) (millis * 1_000_000)).minus(JobWaits.waited(ctx));
            metrics.answered(Metrics.known(ctx.req().getMethod()), path, ctx.statusCode(), took);
        }
    }

    /**
     * Starts to listen.
     *
     * @throws PortTakenException if another process uses the port
     */
    public void start() throws PortTakenException {
        service.watch(metrics);
        service.watch(waits);
        spools.open();
        events.start();
        var unused = ticks.scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
        var unusedCheck = ticks.scheduleWithFixedDelay(this::checkCredentials, 1, 1, TimeUnit.SECONDS);
        try {
            javalin.start();
        } catch (JavalinBindException e) {
            events.close();
            throw new PortTakenException(settings.host(), settings.port(), e);
        }
    }

    /** Returns the port in use. */
    public int port() {
        return javalin.port();
    }

    /** Returns the number of requests that wait for jobs. */
    int waitingForJobs() {
        return waits.waiting();
    }

    /** Finishes the requests in progress and accepts no others. */
    public void stop() {
        events.close(); // else the server would wait for its readers
        waits.close();
        try {
            javalin.stop();
        } finally {
            ticks.shutdown();
            lanes.close();
            if (admission != null) {
                admission.close();
            }
            metrics.close();
        }
    }

    private void tick() {
        long now = System.nanoTime();
        try {
            pace.check(now);
            if (admission != null) {
                admission.tick(now);
            }
        } catch (RuntimeException e) { // else the ticks would stop
            log.error("Checking for slow clients failed", e);
        }
    }

    private void checkCredentials() {
        try {
            if (admission != null) {
                admission.check();
            }
            if (tls != null) {
                tls.check();
            }
        } catch (RuntimeException e) { // else the checks would stop
            log.error("Checking the files of credentials failed", e);
        }
    }

    /** Another process uses the port. */
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
