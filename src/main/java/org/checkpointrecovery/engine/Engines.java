package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.Finished;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobState;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.storage.JobFiles;
import org.checkpointrecovery.storage.JobStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engines of a service, one per kind. */
public final class Engines {
    private static final Logger log = LoggerFactory.getLogger(Engines.class);

    private final Map<EngineKind, JobEngine> engines;

    /** @param engines one for each kind */
    public Engines(Map<EngineKind, JobEngine> engines) {
        this.engines = new EnumMap<>(engines);
        for (EngineKind kind : EngineKind.values()) {
            of(kind);
        }
    }

    JobEngine of(EngineKind kind) {
        return requireNonNull(engines.get(kind), kind.text());
    }

    /** Returns the engine of a job with a valid spec. */
    JobEngine of(Job job) {
        return of(job.validSpec().engine());
    }

    /** Returns the call that {@link JobEngine#cluster} describes; empty if the service has no cluster. */
    Optional<Callable<ClusterOverview>> cluster() {
        return engines.values().stream()
                .flatMap(engine -> engine.cluster().stream())
                .findFirst();
    }

    /** Counts what {@link JobEngine#finished} counts; empty if it cannot be read. */
    Optional<Finished> finished(Job job, JobFiles files, Position committed) {
        try {
            return of(job).finished(files, committed);
        } catch (IOException e) {
            log.warn(
                    "Job {}: cannot read the items finished beyond its checkpoint: {}. Progress shows committed items only.",
                    job.id(),
                    e.toString());
            return Optional.empty();
        }
    }

    /** Does what {@link JobEngine#release} does, as far as the disk lets it. */
    void release(Job job, Position committed, JobFiles files) {
        try {
            of(job).release(job.status(), committed, files);
        } catch (IOException e) {
            log.warn(
                    "Job {}: cannot delete what its runs left: {}. The next start deletes it.", job.id(), e.toString());
        }
    }

    /**
     * Deletes the checkpoint of a COMPLETED job, and the other files that only its runs needed. Forces nothing: the next
     * start calls this again if a power cut brings them back.
     */
    void removeCheckpoint(Job job, JobStore jobs) throws IOException {
        of(job).release(job.status(), ((JobState.Completed) job.state()).end(), jobs.files(job.id()));
        jobs.checkpoints(job.id()).discard();
    }

    /** Shuts down all engines at the same time, so that each has the full grace: the first one on this thread. */
    void shutDown(Duration grace) {
        EngineKind first = engines.keySet().iterator().next();
        List<Thread> others = engines.keySet().stream()
                .filter(kind -> kind != first)
                .map(kind -> new Thread(() -> of(kind).shutDown(grace), "stop-" + kind.text()))
                .toList();
        others.forEach(Thread::start);
        of(first).shutDown(grace);
        try {
            for (Thread other : others) {
                other.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
