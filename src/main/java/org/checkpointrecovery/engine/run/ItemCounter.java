package org.checkpointrecovery.engine.run;

import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.checkpointrecovery.engine.RunListener;
import org.checkpointrecovery.engine.RunOrder;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.job.InputIdentity;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.Position;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the items of inputs, for progress as a percentage: a small input at once, a large one on a separate thread
 * while the run proceeds.
 */
public final class ItemCounter implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ItemCounter.class);
    /** An input of this size is counted within milliseconds. */
    private static final long SMALL_BYTES = 4L * 1024 * 1024;

    private static final int AT_A_TIME = 4096;
    private static final long LONGEST_READ_SECONDS = 5;

    private final int maxItemBytes;
    private final ExecutorService thread;
    private volatile boolean closed;

    public ItemCounter(int maxItemBytes) {
        this.maxItemBytes = maxItemBytes;
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread daemon = new Thread(task, "item-counter");
            daemon.setDaemon(true);
            return daemon;
        });
    }

    /**
     * Counts the items of a job whose total is unknown, and reports it to the listener. Returns the total if it is known
     * at once; else null.
     */
    public @Nullable Long count(RunOrder order, RunListener listener) {
        Job job = order.job();
        InputIdentity identity = job.identity();
        if (job.totalItems() != null || identity == null) {
            return job.totalItems();
        }
        if (identity.bytes() <= SMALL_BYTES) {
            return count(order, identity.bytes(), listener);
        }
        thread.execute(() -> count(order, identity.bytes(), listener));
        return null;
    }

    private @Nullable Long count(RunOrder order, long bytes, RunListener listener) {
        long total = 0;
        try (ItemSource source = order.input()
                .items(order.means().disk(), order.job().validSpec().format(), bytes, maxItemBytes)
                .open(Position.START)) {
            for (Items items = source.read(AT_A_TIME); items.count() > 0; items = source.read(AT_A_TIME)) {
                if (closed) {
                    return null;
                }
                total += items.count();
            }
        } catch (IOException e) {
            // The run fails for the same reason; until then the total is unknown.
            log.warn(
                    "Job {}: cannot count its items: {}. The total stays unknown.",
                    order.job().id(),
                    e.toString());
            return null;
        }
        if (!closed) {
            listener.counted(order.job().id(), total);
        }
        return total;
    }

    /** Stops counting. On return no more totals are reported. */
    @Override
    public void close() {
        closed = true;
        thread.shutdown(); // and no interrupt: it may be writing a record
        try {
            if (!thread.awaitTermination(LONGEST_READ_SECONDS, TimeUnit.SECONDS)) {
                log.warn("Counting the items of an input did not stop: a read hangs. Check the file and its disk.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
