package org.checkpointrecovery.api;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The free bytes of a disk that may hang. Another thread reads them, and at most one read is in progress, so a dead disk
 * takes one thread however often it is looked at. Thread-safe.
 */
final class FreeSpace {
    private final Callable<Long> read;
    private final Executor reader;
    private final Duration patience;
    private CompletableFuture<Long> reading = CompletableFuture.completedFuture(0L); // guarded by this

    /**
     * @param read returns the free bytes
     * @param reader runs the reads
     * @param patience the longest wait for one
     */
    FreeSpace(Callable<Long> read, Executor reader, Duration patience) {
        this.read = read;
        this.reader = reader;
        this.patience = patience;
    }

    /** Returns the free bytes now; NaN if the disk does not answer in time or cannot be read. */
    double bytes() {
        try {
            return (double) reading().get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException | RejectedExecutionException e) {
            return Double.NaN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Double.NaN;
        }
    }

    private synchronized CompletableFuture<Long> reading() {
        if (reading.isDone()) {
            CompletableFuture<Long> next = new CompletableFuture<>();
            reader.execute(() -> {
                try {
                    next.complete(read.call());
                } catch (Exception e) {
                    next.completeExceptionally(e);
                }
            });
            reading = next;
        }
        return reading;
    }
}
