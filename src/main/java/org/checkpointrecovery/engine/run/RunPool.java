package org.checkpointrecovery.engine.run;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.RunListener;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Run;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs jobs on a fixed number of {@link Workers}, in the order of submission. The thread of a run commits; its {@link
 * Feed} processes the items. The methods do what those of {@link org.checkpointrecovery.engine.JobEngine} do.
 */
public final class RunPool {
    private static final Logger log = LoggerFactory.getLogger(RunPool.class);
    private static final Duration LAST_GRACE = Duration.ofSeconds(5);

    private final Clock clock;
    private final int maxItemBytes;
    private final Feed.Factory feeds;
    private final Runnable halt;
    private final Workers workers;
    private final ConcurrentHashMap<JobId, Ordered> runs = new ConcurrentHashMap<>();

    /** @param over released when the run no longer touches anything */
    private record Ordered(RunTask run, Workers.OfRun place, CountDownLatch over) {}

    /**
     * @param workers how many jobs work at once, at least 1; those that have left their {@link Place} do not count
     * @param maxItemBytes the maximum size of an item; longer items fail
     * @param feeds opens the feed of each run
     * @param halt ends the process at once, if it is out of memory
     */
    public RunPool(Clock clock, int workers, int maxItemBytes, Feed.Factory feeds, Runnable halt) {
        this.clock = clock;
        this.maxItemBytes = maxItemBytes;
        this.feeds = feeds;
        this.halt = halt;
        this.workers = new Workers(workers);
    }

    public void submit(RunOrder order, RunListener listener) {
        if (order.job().validSpec().commit() == CommitMode.EACH) {
            order.means().control().commitEachBatch();
        }
        RunSettings settings = RunSettings.of(order, maxItemBytes);
        Workers.OfRun place = workers.new OfRun();
        RunTask run = new RunTask(new RunParts(order, settings, listener, clock, halt, place), feeds);
        JobId id = order.job().id();
        // A run that was withdrawn just as a worker took it ends at once, after reading the checkpoint.
        Ordered before = runs.get(id);
        CountDownLatch over = new CountDownLatch(1);
        Runnable task = () -> {
            try {
                if (before != null) {
                    before.over.await();
                }
                run.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // never happens; the job stays queued for the next start
            } finally {
                runs.computeIfPresent(id, (same, ordered) -> ordered.run == run ? null : ordered);
                over.countDown();
            }
        };
        runs.put(id, new Ordered(run, place, over));
        if (!workers.submit(place, task)) {
            // The engine is shutting down: the job stays queued for the next start.
            runs.remove(id);
        }
    }

    public void withdraw(JobId job) {
        Ordered ordered = runs.get(job);
        if (ordered != null && workers.withdraw(ordered.place)) {
            runs.remove(job, ordered);
        }
        // Otherwise a worker has just taken it. It asks the listener whether the run may start.
    }

    public void pause(JobId job) {
        signal(job, control -> control.endAtBatch(Run.End.PAUSED));
    }

    public void cancel(JobId job) {
        signal(job, control -> control.endNow(Run.End.CANCELLED));
    }

    private void signal(JobId job, Consumer<RunControl> request) {
        Ordered ordered = runs.get(job);
        if (ordered != null) {
            request.accept(ordered.run.control());
        }
    }

    public void shutDown(Duration grace) {
        workers.shutDown();
        runs.values().forEach(ordered -> ordered.run.control().endAtBatch(Run.End.STOPPED));
        try {
            if (!workers.awaitEnd(grace)) {
                log.warn(
                        "A batch did not finish within {} s. It was dropped and is reprocessed at the next start.",
                        grace.toSeconds());
                runs.values().forEach(ordered -> ordered.run.control().endNow(Run.End.STOPPED));
                if (!workers.awaitEnd(LAST_GRACE)) {
                    log.warn("A job did not stop in time. The next start continues it from its checkpoint.");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
