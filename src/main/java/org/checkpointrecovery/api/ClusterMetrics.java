package org.checkpointrecovery.api;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToIntFunction;
import org.checkpointrecovery.engine.ClusterOverview;
import org.checkpointrecovery.engine.JobService;
import org.jspecify.annotations.Nullable;

/** The metrics of a cluster. All of a scrape come from one answer. */
final class ClusterMetrics {
    private static final String PREFIX = Metrics.PREFIX + "cluster.";

    private final Probe<ClusterOverview> cluster;
    private volatile @Nullable ClusterOverview seen;

    ClusterMetrics(Probe<ClusterOverview> cluster, JobService service, MeterRegistry registry) {
        this.cluster = cluster;
        Gauge.builder(PREFIX + "reachable", this, metrics -> metrics.seen == null ? 0 : 1)
                .description("Whether the JobManager answers: 1 or 0")
                .register(registry);
        Gauge.builder(PREFIX + "taskmanagers", this, metrics -> metrics.count(ClusterOverview::taskManagers))
                .description("TaskManagers; NaN while the JobManager does not answer")
                .register(registry);
        slots("free", ClusterOverview::slotsFree, registry);
        slots("used", overview -> overview.slots() - overview.slotsFree(), registry);
        Gauge.builder(PREFIX + "waiting.jobs", service, ClusterMetrics::waitingJobs)
                .description("Jobs that make no progress because of the cluster")
                .register(registry);
    }

    private void slots(String state, ToIntFunction<ClusterOverview> slots, MeterRegistry registry) {
        Gauge.builder(PREFIX + "slots", this, metrics -> metrics.count(slots))
                .description("Slots by state; NaN while the JobManager does not answer")
                .tag("state", state)
                .register(registry);
    }

    private double count(ToIntFunction<ClusterOverview> what) {
        ClusterOverview overview = seen;
        return overview == null ? Double.NaN : what.applyAsInt(overview);
    }

    private static double waitingJobs(JobService service) {
        return service.jobs().unended().stream()
                .filter(view -> view.waitingFor() != null)
                .count();
    }

    /** Asks the cluster, for the next scrape. */
    void refresh() {
        seen = cluster.now();
    }
}
