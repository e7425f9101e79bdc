package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.Job;
import org.jspecify.annotations.Nullable;

/** The engines of a service, one per kind. */
public final class Engines {
    private final Map<EngineKind, Provided> engines = new EnumMap<>(EngineKind.class);

    /**
     * An engine.
     *
     * @param problem why it accepts no new jobs, as the rest of a sentence about it; null if it does. It still gets
     *     jobs that were submitted earlier
     * @param processCrashProblem why a client may not kill a process that works on a job; null if it may
     */
    public record Provided(
            JobEngine engine,
            @Nullable String problem,
            @Nullable String processCrashProblem) {}

    public Engines(Provided local, Provided flink) {
        engines.put(EngineKind.LOCAL, local);
        engines.put(EngineKind.FLINK, flink);
    }

    /** Returns the engines of a service without a cluster. */
    public static Engines withoutCluster(Provided local) {
        return new Engines(
                local,
                new Provided(
                        new AbsentEngine("Start the service with --flink-url"),
                        "is \"" + EngineKind.FLINK.text()
                                + "\", but this service was started without --flink-url and has no cluster. Omit the "
                                + "field to run the job in the service itself",
                        null));
    }

    Optional<String> problem(EngineKind kind) {
        return Optional.ofNullable(provided(kind).problem);
    }

    Optional<String> processCrashProblem(EngineKind kind) {
        return Optional.ofNullable(provided(kind).processCrashProblem);
    }

    /** Returns the engine of a job with a valid spec. */
    JobEngine of(Job job) {
        return provided(job.validSpec().engine()).engine;
    }

    private Provided provided(EngineKind kind) {
        return requireNonNull(engines.get(kind));
    }

    /** Shuts down all engines at the same time, so that each has the full grace. */
    void shutDown(Duration grace) {
        Thread[] others = Arrays.stream(EngineKind.values())
                .filter(kind -> kind != EngineKind.LOCAL)
                .map(kind -> new Thread(() -> provided(kind).engine.shutDown(grace), "stop-" + kind.text()))
                .toArray(Thread[]::new);
        for (Thread other : others) {
            other.start();
        }
        provided(EngineKind.LOCAL).engine.shutDown(grace);
        try {
            for (Thread other : others) {
                other.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
