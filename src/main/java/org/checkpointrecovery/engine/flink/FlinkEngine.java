package org.checkpointrecovery.engine.flink;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.checkpointrecovery.engine.ClusterOverview;
import org.checkpointrecovery.engine.JobEngine;
import org.checkpointrecovery.engine.RunListener;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.engine.run.ItemCounter;
import org.checkpointrecovery.engine.run.RunPool;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.rehearsal.CrashOrder;
import org.checkpointrecovery.rehearsal.RehearsingEngine;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.JobFiles;

/** Runs jobs on an Apache Flink cluster. */
public final class FlinkEngine implements JobEngine, RehearsingEngine.Tasks {
    private final Disk disk;
    private final Cluster cluster;
    private final RunPool pool;
    private final ItemCounter counter;
    private final Map<JobId, FlinkFeed> feeds = new ConcurrentHashMap<>();

    /**
     * @param workers how many jobs run at once, at least 1
     * @param maxItemBytes maximum size of an item; longer items fail
     */
    public FlinkEngine(Disk disk, Clock clock, int workers, int maxItemBytes, FlinkSettings settings) {
        this(disk, clock, workers, maxItemBytes, settings, new RestCluster(settings.url()));
    }

    FlinkEngine(Disk disk, Clock clock, int workers, int maxItemBytes, FlinkSettings settings, Cluster cluster) {
        this.disk = disk;
        this.cluster = cluster;
        this.counter = new ItemCounter(maxItemBytes);
        this.pool = new RunPool(
                clock,
                workers,
                maxItemBytes,
                (parts, from) -> {
                    JobId id = parts.order().job().id();
                    FlinkFeed feed = FlinkFeed.open(parts, from, cluster, settings, counter, () -> feeds.remove(id));
                    feeds.put(id, feed);
                    return feed;
                },
                () -> {
                    throw new IllegalStateException("out of memory");
                });
    }

    @Override
    public Optional<Callable<ClusterOverview>> cluster() {
        return Optional.of(cluster::overview);
    }

    @Override
    public void submit(RunOrder order, RunListener listener) {
        pool.submit(order, listener);
    }

    @Override
    public void withdraw(JobId job) {
        pool.withdraw(job);
    }

    @Override
    public void pause(JobId job) {
        pool.pause(job);
    }

    @Override
    public void cancel(JobId job) {
        pool.cancel(job);
    }

    /** Mode {@code process} kills a TaskManager, not this process. */
    @Override
    public void crash(JobId job, CrashOrder order) {
        FlinkFeed feed = feeds.get(job);
        if (feed != null) {
            feed.crash(order);
        }
    }

    @Override
    public Optional<Finished> finished(JobFiles files, Position committed) throws IOException {
        return RangeStore.of(disk, files).finished(committed);
    }

    @Override
    public void release(Status status, Position committed, JobFiles files) throws IOException {
        RangeStore.of(disk, files).release(status, committed);
    }

    @Override
    public void shutDown(Duration grace) {
        pool.shutDown(grace);
        counter.close();
        cluster.close();
    }
}
