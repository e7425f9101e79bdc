package org.checkpointrecovery.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Forces something for many threads, such as a directory. Threads that call during a force share the next one: a force counts for a
 * thread only if it started after the thread's call. A failure is thrown in all threads that share it.
 */
final class SharedForce {
    private final Forcing forcing;
    private @Nullable Attempt waiting; // guarded by this, as all below
    private boolean underWay;

    private static final class Attempt {
        private boolean done;
        private @Nullable IOException failure;
    }

    /** Makes all changes so far survive a power cut. Called by one thread at a time. */
    interface Forcing {
        void force() throws IOException;
    }

    SharedForce(Forcing forcing) {
        this.forcing = forcing;
    }

    /** Makes the changes before this call survive a power cut. */
    void force() throws IOException {
        Attempt mine;
        synchronized (this) {
            if (waiting == null) {
                waiting = new Attempt();
            }
            mine = waiting;
            boolean interrupted = false;
            while (underWay && !mine.done) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true; // keep waiting for the disk
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (mine.done) {
                throwIfFailed(mine);
                return;
            }
            waiting = null;
            underWay = true;
        }
        try {
            forcing.force();
        } catch (IOException e) {
            mine.failure = e;
            throw e;
        } finally {
            synchronized (this) {
                mine.done = true;
                underWay = false;
                notifyAll();
            }
        }
    }

    private static void throwIfFailed(Attempt attempt) throws IOException {
        if (attempt.failure != null) {
            throw copyOf(attempt.failure);
        }
    }

    /** Copies a failure for each thread that it is thrown in, because a thread may add suppressed exceptions to it. */
    static IOException copyOf(IOException failure) {
        if (failure instanceof DiskFullException) {
            return new DiskFullException(String.valueOf(failure.getMessage()), failure);
        }
        if (failure instanceof DescriptorsExhaustedException) {
            return new DescriptorsExhaustedException(String.valueOf(failure.getMessage()), failure);
        }
        return new IOException(failure.getMessage(), failure);
    }
}
