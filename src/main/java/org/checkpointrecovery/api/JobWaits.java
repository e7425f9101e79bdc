package org.checkpointrecovery.api;

import io.javalin.http.Context;
import java.io.Closeable;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.checkpointrecovery.engine.JobService;
import org.checkpointrecovery.engine.JobView;
import org.checkpointrecovery.engine.JobWatcher;
import org.checkpointrecovery.engine.RefusedException;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.jspecify.annotations.Nullable;

/** Requests that wait while a job is queued or under way. They hold a connection each, but no thread. Thread-safe. */
final class JobWaits implements JobWatcher, Closeable {
    static final Duration LONGEST = Duration.ofSeconds(60);
    static final int MOST_WAITING = 1000;
    private static final String WAITED = "waited";

    private final JobService service;
    private final Map<JobId, Set<Runnable>> waiting = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean closed;

    JobWaits(JobService service) {
        this.service = service;
    }

    /** Call before a request changes anything. */
    void refuseIfFull() {
        if (count.get() >= MOST_WAITING) {
            throw Problem.of(
                            Problem.Kind.UNAVAILABLE,
                            MOST_WAITING
                                    + " requests are already waiting for jobs. Nothing was changed. Retry later, or"
                                    + " omit wait.")
                    .exception();
        }
    }

    /** Returns the number of waiting requests. */
    int waiting() {
        return count.get();
    }

    /**
     * Waits while a job is queued or under way. Completes early if the job is deleted, the client disconnects or the
     * service stops. The thread that completes it must not be blocked.
     */
    CompletableFuture<Void> await(Context ctx, JobId job, Duration atMost) {
        long began = System.nanoTime();
        CompletableFuture<Void> over = new CompletableFuture<>();
        Runnable end = () -> over.complete(null);
        add(job, end);
        if (!isPending(job)) { // asked after adding, so that no change is missed
            end.run();
        }
        Departure departure = Departure.of(ctx, end);
        return over.completeOnTimeout(null, atMost.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((unused, failure) -> {
                    remove(job, end);
                    departure.end();
                    ctx.attribute(WAITED, Duration.ofNanos(System.nanoTime() - began));
                });
    }

    /** Returns how long a request has waited for a job. */
    static Duration waited(Context ctx) {
        Duration waited = ctx.attribute(WAITED);
        return waited == null ? Duration.ZERO : waited;
    }

    private boolean isPending(JobId job) {
        try {
            return !closed && service.jobs().status(job).isPending();
        } catch (RefusedException e) {
            return false; // just deleted
        }
    }

    private void add(JobId job, Runnable end) {
        count.incrementAndGet();
        waiting.compute(job, (unused, others) -> {
            Set<Runnable> all = others == null ? ConcurrentHashMap.newKeySet() : others;
            all.add(end);
            return all;
        });
    }

    private void remove(JobId job, Runnable end) {
        count.decrementAndGet();
        waiting.computeIfPresent(job, (unused, all) -> {
            all.remove(end);
            return all.isEmpty() ? null : all;
        });
    }

    @Override
    public void changed(@Nullable Status before, JobView now) {
        if (!now.job().status().isPending()) {
            end(now.job().id());
        }
    }

    @Override
    public void deleted(JobId job) {
        end(job);
    }

    private void end(JobId job) {
        Set<Runnable> all = waiting.get(job);
        if (all != null) {
            all.forEach(Runnable::run);
        }
    }

    /** Ends all waits, and the later ones at once. */
    @Override
    public void close() {
        closed = true;
        waiting.keySet().forEach(this::end);
    }
}
