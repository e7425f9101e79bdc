package org.checkpointrecovery.processor.plugin;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.Work;
import org.jspecify.annotations.Nullable;

/**
 * Runs a plugin on threads, each with its own object. A thread whose item exceeds the time limit is interrupted and
 * replaced, because Java cannot end it. If too many of them hang, the job pauses.
 */
final class PluginProcessor implements ConcurrentProcessor {
    private static final int MAX_HANGING = 16;
    private static final long CLOSE_SECONDS = 5;

    private final PluginOptions options;
    private final Maker maker;
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(
            1,
            task -> daemon(new Thread(task, "plugin-time-out")),
            new ThreadPoolExecutor.DiscardPolicy()); // for items that start during close
    private final Queue<Item> waiting = new ArrayDeque<>(); // guarded by this, as all below
    private final Set<Worker> workers = new HashSet<>();
    private int idle;
    private int hanging;
    private boolean closed;

    /** Creates a plugin object. */
    interface Maker {
        OpenPlugin make() throws OpenPlugin.FailedException;
    }

    private record Item(Work work, Consumer<Answer> answered) {}

    PluginProcessor(PluginOptions options, Maker maker) {
        this.options = options;
        this.maker = maker;
        clock.setRemoveOnCancelPolicy(true);
    }

    private static Thread daemon(Thread thread) {
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public int concurrency() {
        return options.concurrency();
    }

    @Override
    public void begin(Work work, Consumer<Answer> answered) {
        synchronized (this) {
            if (closed) {
                return;
            }
            if (hanging < MAX_HANGING) {
                waiting.add(new Item(work, answered));
                if (idle < waiting.size() && workers.size() < options.concurrency()) {
                    Worker worker = new Worker();
                    workers.add(worker);
                    worker.thread.start();
                }
                notifyAll();
                return;
            }
        }
        answered.accept(new Answer.GivenUp(new Reason(
                ErrorCode.PROCESSOR_UNAVAILABLE,
                "The plugin \"" + options.name() + "\" took longer than "
                        + options.timeout().toMillis() + " ms for " + MAX_HANGING + " items and still hangs in them. "
                        + "The job was paused. Fix the plugin, restart the service and resume.")));
    }

    @Override
    public void stopRetrying() {
        // Each item has one attempt.
    }

    @Override
    public void close() {
        Set<Worker> all;
        synchronized (this) {
            closed = true;
            waiting.clear();
            all = Set.copyOf(workers);
            notifyAll();
        }
        clock.shutdownNow();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
        for (Worker worker : all) {
            worker.thread.interrupt();
        }
        try {
            for (Worker worker : all) {
                TimeUnit.NANOSECONDS.timedJoin(worker.thread, Math.max(1, deadline - System.nanoTime()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes the next item; null if there are no more. */
    private synchronized @Nullable Item take(Worker worker) throws InterruptedException {
        idle++;
        try {
            while (waiting.isEmpty() && !closed && workers.contains(worker)) {
                wait();
            }
        } finally {
            idle--;
        }
        return closed || !workers.contains(worker) ? null : waiting.remove();
    }

    /** Whether a worker's answer is still wanted: its item was not given up and the processor is open. */
    private synchronized boolean awaitsAnswerOf(Worker worker) {
        return !closed && workers.contains(worker);
    }

    /** Abandons a worker; false if it has just answered. */
    private synchronized boolean abandon(Worker worker) {
        if (!worker.busy || !workers.remove(worker)) {
            return false;
        }
        hanging++;
        worker.thread.interrupt();
        return !closed;
    }

    /** A thread and its plugin object. */
    private final class Worker {
        private final Thread thread = daemon(new Thread(this::work, "plugin-" + options.name()));
        private boolean busy; // guarded by the processor

        private void work() {
            OpenPlugin plugin = null;
            try {
                for (Item item = take(this); item != null; item = take(this)) {
                    plugin = process(plugin, item);
                }
            } catch (InterruptedException e) {
                // nobody waits for its answers
            } finally {
                synchronized (PluginProcessor.this) {
                    if (!workers.remove(this) && !closed) {
                        hanging--;
                    }
                }
                if (plugin != null) {
                    plugin.close();
                }
            }
        }

        /** Answers an item. Opening the plugin counts towards the time limit of its first item. */
        private @Nullable OpenPlugin process(@Nullable OpenPlugin openBefore, Item item) {
            synchronized (PluginProcessor.this) {
                busy = true;
            }
            Future<?> timeOut =
                    clock.schedule(() -> giveUp(item), options.timeout().toNanos(), TimeUnit.NANOSECONDS);
            OpenPlugin plugin = openBefore;
            Answer answer;
            try {
                plugin = plugin == null ? maker.make() : plugin;
                String text = text(item.work.item());
                answer = text == null ? notUtf8() : plugin.process(item.work, text);
            } catch (OpenPlugin.FailedException e) {
                answer = new Answer.GivenUp(new Reason(
                        ErrorCode.PROCESSOR_UNAVAILABLE,
                        "The plugin \"" + options.name() + "\" failed to open: " + e.getMessage()
                                + ". The job was paused. Fix the plugin or its config and resume."));
            }
            timeOut.cancel(false);
            boolean wanted;
            synchronized (PluginProcessor.this) {
                busy = false;
                wanted = awaitsAnswerOf(this);
            }
            if (wanted) {
                item.answered.accept(answer);
            }
            return plugin;
        }

        private void giveUp(Item item) {
            if (abandon(this)) {
                item.answered.accept(new Answer.Failed(
                        new ItemFailure(
                                ItemErrorCode.TIMED_OUT,
                                "The plugin \"" + options.name() + "\" took longer than "
                                        + options.timeout().toMillis() + " ms (timeoutMillis)."),
                        1));
            }
        }
    }

    private static @Nullable String text(byte[] item) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(item))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static Answer notUtf8() {
        return new Answer.Failed(
                new ItemFailure(
                        ItemErrorCode.NOT_UTF8,
                        "The item is not valid UTF-8. Convert the input to UTF-8 and submit it again."),
                0);
    }
}
