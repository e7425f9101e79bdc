package org.checkpointrecovery.engine.local;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.engine.run.Slice;
import org.checkpointrecovery.engine.run.SliceQueue;
import org.checkpointrecovery.item.Items;

/** Processes slices of one run on several threads, in any order. */
final class ParallelProcessing implements AutoCloseable {
    private final ExecutorService threads;
    private final Queue<SliceProcessor> idle = new ConcurrentLinkedQueue<>();
    private final SliceQueue queue;
    private final RunControl control;

    /** @param processors one for each thread */
    ParallelProcessing(String name, List<SliceProcessor> processors, SliceQueue queue, RunControl control) {
        this.queue = queue;
        this.control = control;
        AtomicInteger number = new AtomicInteger();
        threads = Executors.newFixedThreadPool(
                processors.size(), task -> new Thread(task, name + "-processor-" + number.incrementAndGet()));
        idle.addAll(processors);
    }

    /** Queues the slice and has copies of the items processed into it. */
    void submit(Items items, Slice slice) {
        slice.copy.copyOf(items);
        queue.put(slice, false);
        threads.execute(() -> process(slice));
    }

    private void process(Slice slice) {
        try {
            // There is one per thread.
            SliceProcessor processor = idle.remove();
            processor.process(slice.copy, slice, control::mustEndNow);
            idle.add(processor);
            queue.processed(slice);
        } catch (Throwable e) { // report any failure to the committing thread
            queue.fail(e);
        }
    }

    /** Waits until all threads have stopped. The run's control has told them to end. */
    @Override
    public void close() {
        threads.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                if (threads.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
