package org.checkpointrecovery.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Status;
import org.jspecify.annotations.Nullable;

/** Forwards events to all watchers, in the order in which they were added. */
final class JobWatchers implements JobWatcher {
    private final List<JobWatcher> all = new CopyOnWriteArrayList<>();

    void add(JobWatcher watcher) {
        all.add(watcher);
    }

    @Override
    public void changed(@Nullable Status before, JobView now) {
        all.forEach(watcher -> watcher.changed(before, now));
    }

    @Override
    public void committed(JobView now, Position before, Duration took) {
        all.forEach(watcher -> watcher.committed(now, before, took));
    }

    @Override
    public void processed(JobView job, long items, Duration took) {
        all.forEach(watcher -> watcher.processed(job, items, took));
    }

    @Override
    public void calledBack(boolean delivered) {
        all.forEach(watcher -> watcher.calledBack(delivered));
    }

    @Override
    public void deleted(JobId job) {
        all.forEach(watcher -> watcher.deleted(job));
    }
}
