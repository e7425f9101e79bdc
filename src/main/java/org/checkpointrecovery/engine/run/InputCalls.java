package org.checkpointrecovery.engine.run;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls that read an input. A read may never return: the file may be on a server that is gone, or have been replaced by a named
 * pipe a moment after it was looked at, and nothing in Java ends a blocked open. So no thread that a run cannot do without
 * makes such a call: each call has a thread of its own, which is left behind when the run is asked to end and the call does
 * not return.
 */
public final class InputCalls {
    /** How long a run that was asked to end waits for a read. */
    public static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final long LOOK_MILLIS = 100;

    private InputCalls() {}

    /**
     * Makes a call that does nothing but read the input, so that it may be left behind. What it returns then is closed, if it
     * can be.
     *
     * @throws InputStuckException if the run is to end, and the call does not return
     */
    public static <T> T call(RunControl control, String threadName, Callable<T> read)
            throws IOException, InterruptedException {
        return call(threadName, () -> control.asked() != null || control.mustEndNow(), read);
    }

    /**
     * Does the same.
     *
     * @param toEnd whether the run is to end
     */
    static <T> T call(String threadName, BooleanSupplier toEnd, Callable<T> read)
            throws IOException, InterruptedException {
        AtomicBoolean leftBehind = new AtomicBoolean();
        FutureTask<T> task = new FutureTask<>(() -> {
            T result = read.call();
            if (leftBehind.get() && result instanceof AutoCloseable open) {
                open.close();
            }
            return result;
        });
        Thread thread = new Thread(task, threadName);
        thread.setDaemon(true);
        thread.start();
        Patience patience = new Patience(toEnd);
        while (true) {
            try {
                T result = task.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                awaitEnd(thread);
                return result;
            } catch (TimeoutException e) {
                if (patience.isOver()) {
                    leftBehind.set(true);
                    throw new InputStuckException();
                }
            } catch (ExecutionException e) {
                awaitEnd(thread);
                throw rethrown(e.getCause());
            }
        }
    }

    /** Waits for a thread that has nothing left to do, so that none of a run outlives it. */
    private static void awaitEnd(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // what was read must reach the caller, who closes it
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static IOException rethrown(@Nullable Throwable cause) throws IOException {
        if (cause instanceof IOException failure) {
            throw failure;
        }
        if (cause instanceof RuntimeException defect) {
            throw defect;
        }
        if (cause instanceof Error defect) {
            throw defect;
        }
        throw new IllegalStateException(cause);
    }

    /** Tells when a run that is to end has waited long enough. Used by one thread, which asks again and again. */
    static final class Patience {
        private final BooleanSupplier toEnd;
        private long since = -1;

        /** @param toEnd whether the run is to end */
        Patience(BooleanSupplier toEnd) {
            this.toEnd = toEnd;
        }

        /** Whether the run was asked to end, and has been waiting since. */
        boolean isOver() {
            if (!toEnd.getAsBoolean()) {
                return false;
            }
            long now = System.nanoTime();
            since = since < 0 ? now : since;
            return now - since >= PATIENCE.toNanos();
        }
    }
}
