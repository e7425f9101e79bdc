package org.checkpointrecovery.api;

import java.io.Closeable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Limits merged and CSV downloads, which hold buffers in memory while they wait for their client.
 * They may use an eighth of the heap; further ones are refused.
 */
final class Conversions {
    /** The cost of the results of one job, in {@link #UNIT_BYTES}. */
    static final int SINGLE = 1;
    /** The cost of the results of a family of jobs. */
    static final int MERGED = 10;

    private static final long UNIT_BYTES = 512 * 1024;
    private static final int LEAST_UNITS = 20;

    private final Semaphore units = new Semaphore((int) Math.min(
            Integer.MAX_VALUE, Math.max(LEAST_UNITS, Runtime.getRuntime().maxMemory() / 8 / UNIT_BYTES)));

    /** Reserves room for a download until it is closed. Throws a {@link ProblemException} if there is none. */
    Closeable begin(int size) {
        if (!units.tryAcquire(size)) {
            throw Problem.of(
                            Problem.Kind.UNAVAILABLE,
                            "Too many merged or CSV downloads are in progress. Retry later, or request"
                                    + " application/x-ndjson.")
                    .exception();
        }
        AtomicBoolean closed = new AtomicBoolean();
        return () -> {
            if (closed.compareAndSet(false, true)) {
                units.release(size);
            }
        };
    }
}
