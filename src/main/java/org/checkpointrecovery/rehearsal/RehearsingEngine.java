package org.checkpointrecovery.rehearsal;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.checkpointrecovery.engine.ClusterOverview;
import org.checkpointrecovery.engine.JobEngine;
import org.checkpointrecovery.engine.RunListener;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.JobFiles;
import org.jspecify.annotations.Nullable;

/** An engine whose runs rehearse failures: those of the spec, and crashes that are ordered from outside. */
public final class RehearsingEngine implements JobEngine {
    private final JobEngine engine;
    private final @Nullable Tasks tasks;
    private final Runnable halt;
    private final Map<JobId, Rehearsal> live = new ConcurrentHashMap<>();

    /** Processes outside this one that work on the items of a job. */
    public interface Tasks {
        /** Passes an order to a process that works on the job. Ignored if the job has no run. */
        void crash(JobId job, CrashOrder order);
    }

    private RehearsingEngine(JobEngine engine, @Nullable Tasks tasks, Runnable halt) {
        this.engine = engine;
        this.tasks = tasks;
        this.halt = halt;
    }

    /**
     * An engine that processes items in this process.
     *
     * @param halt ends the process at once
     */
    public static RehearsingEngine local(JobEngine engine, Runnable halt) {
        return new RehearsingEngine(engine, null, halt);
    }

    /**
     * An engine that processes items elsewhere. Its tasks rehearse the failures of items, and all crashes but those of
     * the checkpoint.
     */
    public static RehearsingEngine remote(JobEngine engine, Tasks tasks) {
        return new RehearsingEngine(engine, tasks, () -> {});
    }

    @Override
    public void submit(RunOrder order, RunListener listener) {
        JobId id = order.job().id();
        RunOrder.Means means = order.means();
        Rehearsal rehearsal = new Rehearsal(
                order.job(), means.control(), tasks == null ? Rehearsal.Scope.RUN : Rehearsal.Scope.CHECKPOINT, halt);
        RehearsedDisk disk = RehearsedDisk.ofRun(means.disk(), order.target(), rehearsal);
        live.put(id, rehearsal);
        engine.submit(
                order.with(new RunOrder.Means(
                        disk,
                        tasks == null ? new RehearsedProcessors(means.processors(), rehearsal) : means.processors(),
                        means.control())),
                new RehearsedListener(listener, rehearsal, disk, () -> live.remove(id, rehearsal)));
    }

    /** Simulates a crash of a run. Ignored if the job has none, because it has just ended. */
    public void crash(JobId job, CrashOrder order) {
        Rehearsal rehearsal = live.get(job);
        boolean here = rehearsal != null && rehearsal.order(order);
        if (!here && tasks != null) {
            tasks.crash(job, order);
        }
    }

    @Override
    public void withdraw(JobId job) {
        live.remove(job);
        engine.withdraw(job);
    }

    @Override
    public Optional<String> problem() {
        return engine.problem();
    }

    @Override
    public Optional<Callable<ClusterOverview>> cluster() {
        return engine.cluster();
    }

    @Override
    public void pause(JobId job) {
        engine.pause(job);
    }

    @Override
    public void cancel(JobId job) {
        engine.cancel(job);
    }

    @Override
    public Optional<Finished> finished(JobFiles files, Position committed) throws IOException {
        return engine.finished(files, committed);
    }

    @Override
    public void release(Status status, Position committed, JobFiles files) throws IOException {
        engine.release(status, committed, files);
    }

    @Override
    public void shutDown(Duration grace) {
        engine.shutDown(grace);
    }
}
