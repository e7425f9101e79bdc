package org.checkpointrecovery.api;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A value of something that may hang, such as a disk. Another thread reads it, and at most one read is in progress, so a
 * dead disk takes one thread however often it is looked at. Thread-safe.
 */
final class Probe<T> {
    private final Callable<T> read;
    private final Executor reader;
    private final Duration patience;
    private @Nullable CompletableFuture<T> reading; // guarded by this

    /**
     * @param read returns the value
     * @param reader runs the reads
     * @param patience the longest wait for one
     */
    Probe(Callable<T> read, Executor reader, Duration patience) {
        this.read = read;
        this.reader = reader;
        this.patience = patience;
    }

    /** Returns the value now; null if it does not come in time or cannot be read. */
    @Nullable
    T now() {
        try {
            return reading().get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException | RejectedExecutionException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private synchronized CompletableFuture<T> reading() {
        CompletableFuture<T> current = reading;
        if (current == null || current.isDone()) {
            CompletableFuture<T> next = new CompletableFuture<>();
            reader.execute(() -> {
                try {
                    next.complete(read.call());
                } catch (Exception e) {
                    next.completeExceptionally(e);
                }
            });
            reading = next;
            return next;
        }
        return current;
    }
}
