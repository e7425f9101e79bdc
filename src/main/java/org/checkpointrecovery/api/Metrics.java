package org.checkpointrecovery.api;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.Closeable;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.checkpointrecovery.engine.ClusterOverview;
import org.checkpointrecovery.engine.JobService;
import org.checkpointrecovery.engine.JobView;
import org.checkpointrecovery.engine.JobWatcher;
import org.checkpointrecovery.engine.RetentionSweep;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.job.Status;
import org.jspecify.annotations.Nullable;

/** The metrics of the service, for Prometheus. No label names a job, because their number is unbounded. */
final class Metrics implements JobWatcher, Closeable {
    static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    static final String PREFIX = "checkpoint.recovery.";
    /** From the time of a line of text to the longest timeout of a call. */
    private static final Duration[] ITEM_BUCKETS = {
        Duration.ofNanos(1_000),
        Duration.ofNanos(10_000),
        Duration.ofNanos(100_000),
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(20),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10),
        Duration.ofSeconds(60)
    };
    /** From a force into a cache to an overloaded disk. */
    private static final Duration[] COMMIT_BUCKETS = {
        Duration.ofNanos(100_000),
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(200),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private static final Duration[] REQUEST_BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(20),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10)
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
    private final CompletableFuture<Void> ofTheJvm;
    private final Timer commits;
    private final Counter forcedBytes;
    private final @Nullable ClusterMetrics clusterMetrics;

    /**
     * @param disk its free bytes
     * @param cluster null if the service has none
     * @param background runs what need not be there before somebody looks
     */
    Metrics(JobService service, Probe<Long> disk, @Nullable Probe<ClusterOverview> cluster, Executor background) {
        Gauge.builder(PREFIX + "build.info", () -> 1)
                .description("The version of the service and of its Java; always 1")
                .tags("version", version(), "java", Runtime.version().toString())
                .register(registry);
        Gauge.builder(PREFIX + "data.free", disk, Metrics::bytes)
                .description("Free bytes of the disk of the data directory; NaN while it does not answer")
                .baseUnit("bytes")
                .strongReference(true) // nobody else keeps it
                .register(registry);
        for (Status status : Status.values()) {
            Gauge.builder(PREFIX + "jobs", service, all -> all.jobs().count(status))
                    .description("Jobs by state")
                    .tag("state", status.name())
                    .register(registry);
        }
        Gauge.builder(PREFIX + "queued.jobs", service, all -> all.jobs().count(Status.QUEUED))
                .description("Jobs waiting for a worker")
                .register(registry);
        Gauge.builder(PREFIX + "queued.age", service, all -> all.longestWait().toMillis() / 1000.0)
                .description("How long the job that was queued first has been waiting; 0 without one")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder(PREFIX + "checkpoint.age", service, Metrics::oldestCheckpointSeconds)
                .description("Age of the oldest of the running jobs' latest checkpoints, at most the age of its run; 0"
                        + " without one")
                .baseUnit("seconds")
                .register(registry);
        commits = Timer.builder(PREFIX + "commit")
                .description("Duration of commits: forcing results and errors, replacing the checkpoint")
                .serviceLevelObjectives(COMMIT_BUCKETS)
                .register(registry);
        forcedBytes = Counter.builder(PREFIX + "forced.bytes")
                .description("Bytes of results and errors forced to disk")
                .register(registry);
        FunctionCounter.builder(PREFIX + "expired.jobs", service.sweep(), RetentionSweep::jobs)
                .description("Jobs deleted because they had expired")
                .register(registry);
        FunctionCounter.builder(PREFIX + "expired.files", service.sweep(), RetentionSweep::files)
                .description("Files deleted because they had expired")
                .register(registry);
        for (Run.End end : Run.End.values()) {
            runs(end);
        }
        clusterMetrics = cluster == null ? null : new ClusterMetrics(cluster, service, registry);
        callbacks(true);
        callbacks(false);
        ofTheJvm = CompletableFuture.runAsync(this::bindToTheJvm, background);
    }

    private void bindToTheJvm() {
        List.of(
                        new ClassLoaderMetrics(),
                        new JvmMemoryMetrics(),
                        garbageCollection,
                        new JvmThreadMetrics(),
                        new ProcessorMetrics(),
                        new FileDescriptorMetrics(),
                        new UptimeMetrics())
                .forEach(binder -> binder.bindTo(registry));
    }

    /** Returns the version in the jar's manifest. */
    private static String version() {
        String version = Metrics.class.getPackage().getImplementationVersion();
        return version == null ? "not packed" : version;
    }

    private static double bytes(Probe<Long> disk) {
        Long bytes = disk.now();
        return bytes == null ? Double.NaN : bytes;
    }

    private static double oldestCheckpointSeconds(JobService service) {
        if (service.jobs().count(Status.RUNNING) == 0) {
            return 0;
        }
        return service.jobs().unended().stream()
                .filter(view -> view.job().status() == Status.RUNNING && view.lastCheckpointAt() != null)
                .mapToDouble(view -> view.elapsed().sinceCheckpoint().toMillis() / 1000.0)
                .max()
                .orElse(0);
    }

    private Counter runs(Run.End end) {
        return Counter.builder(PREFIX + "runs")
                .description("Runs by how they ended")
                .tag("end", end.name())
                .register(registry);
    }

    private Counter callbacks(boolean delivered) {
        return Counter.builder(PREFIX + "callbacks")
                .description("Callbacks that were delivered or given up")
                .tag("outcome", delivered ? "delivered" : "given-up")
                .register(registry);
    }

    @Override
    public void calledBack(boolean delivered) {
        callbacks(delivered).increment();
    }

    @Override
    public void changed(@Nullable Status before, JobView now) {
        List<Run> runs = now.job().runs();
        if (before == null || !before.isActive() || now.job().status().isActive() || runs.isEmpty()) {
            return;
        }
        Run.Ending ending = runs.get(runs.size() - 1).ending();
        if (ending != null) {
            runs(ending.end()).increment();
        }
    }

    @Override
    public void committed(JobView now, Position before, Duration took) {
        Position committed = now.committed();
        commits.record(took);
        long results = committed.resultsBytes() - before.resultsBytes();
        long errors = committed.errorsBytes() - before.errorsBytes();
        forcedBytes.increment((double) (results + errors));
        items(now, "succeeded", committed.succeeded() - before.succeeded());
        items(now, "failed", committed.failed() - before.failed());
    }

    private void items(JobView job, String outcome, long count) {
        if (count > 0) {
            Counter.builder(PREFIX + "items")
                    .description("Committed items by processor and outcome")
                    .tags("processor", processor(job), "outcome", outcome)
                    .register(registry)
                    .increment((double) count);
        }
    }

    /** Records processing time. Processors on the service's own threads count once per commit, with the mean of its items. */
    @Override
    public void processed(JobView job, long items, Duration took) {
        Timer.builder(PREFIX + "item")
                .description("Processing time of items; for text-stats the mean of each commit")
                .tag("processor", processor(job))
                .serviceLevelObjectives(ITEM_BUCKETS)
                .register(registry)
                .record(took.dividedBy(items));
    }

    private static String processor(JobView view) {
        JobSpec spec = view.job().spec();
        return spec == null ? "unknown" : spec.processor().type();
    }

    /** @param route the path with its parameters as {id}, or a placeholder for unknown paths */
    void answered(String method, String route, int status, Duration took) {
        Timer.builder("http.server.requests")
                .description("Duration of requests, except event streams and the time spent waiting for jobs")
                .tags(Tags.of("method", method, "route", route, "status", String.valueOf(status)))
                .serviceLevelObjectives(REQUEST_BUCKETS)
                .register(registry)
                .record(took);
    }

    String text() {
        ofTheJvm.join();
        if (clusterMetrics != null) {
            clusterMetrics.refresh();
        }
        return registry.scrape();
    }

    static String known(String method) {
        return List.of("GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS").contains(method.toUpperCase(Locale.ROOT))
                ? method
                : "other";
    }

    @Override
    public void close() {
        ofTheJvm.join();
        garbageCollection.close();
        registry.close();
    }
}
