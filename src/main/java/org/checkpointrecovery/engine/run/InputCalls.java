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
import org.checkpointrecovery.engine.RunControl;
import org.checkpointrecovery.storage.Input;
import org.jspecify.annotations.Nullable;

/**
 * Makes calls that read an input. A read may never return: the file may be on a dead server, or be replaced by a named
 * pipe just after it was checked, and Java cannot end a blocked open. So each call runs on its own thread. If the run
 * must end and the call does not return, the thread is abandoned. An input to which only the service may write is read
 * on the caller's thread: it is where the results are, too.
 */
public final class InputCalls {
    /** How long a run that must end waits for a read. */
    public static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final long LOOK_MILLIS = 100;

    private InputCalls() {}

    /**
     * Makes a call that only reads the input, so that it can be abandoned. If an abandoned call returns something
     * closeable, that is closed.
     *
     * @throws InputStuckException if the run must end and the call does not return
     */
    public static <T> T call(RunControl control, Input input, String threadName, Callable<T> read)
            throws IOException, InterruptedException {
        return call(input, threadName, () -> control.asked() != null || control.mustEndNow(), read);
    }

    /**
     * Does the same.
     *
     * @param toEnd whether the run must end
     */
    static <T> T call(Input input, String threadName, BooleanSupplier toEnd, Callable<T> read)
            throws IOException, InterruptedException {
        if (input.foreign()) {
            return onItsOwnThread(threadName, toEnd, read);
        }
        try {
            return read.call();
        } catch (Exception e) {
            throw rethrown(e);
        }
    }

    private static <T> T onItsOwnThread(String threadName, BooleanSupplier toEnd, Callable<T> read)
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

    /** Waits for a thread that has finished its work, so that no thread outlives its run. */
    private static void awaitEnd(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // the result must reach the caller, who closes it
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

    /** Tells when a run that must end has waited long enough. Polled by one thread. */
    static final class Patience {
        private final BooleanSupplier toEnd;
        private long since = -1;

        /** @param toEnd whether the run must end */
        Patience(BooleanSupplier toEnd) {
            this.toEnd = toEnd;
        }

        /** Whether the run must end and has waited long enough. */
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
