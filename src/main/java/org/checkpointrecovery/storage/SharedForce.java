package org.checkpointrecovery.storage;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Forces something for many threads, such as a directory. Threads that call during a force share the next one: a force counts for a
 * thread only if it started after the thread's call. A failure is thrown in all threads that share it.
 */
final class SharedForce {
    private final Forcing forcing;
    private @Nullable Attempt waiting; // guarded by this, as below; the next force, which more threads may join
    private boolean underWay;

    /** One force. The thread that made it does it, when it is its turn. */
    private static final class Attempt {
        private final CountDownLatch turn = new CountDownLatch(1);
        private final CountDownLatch done = new CountDownLatch(1);
        private @Nullable IOException failure; // written before it is done
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
        boolean joined;
        synchronized (this) {
            joined = waiting != null;
            mine = joined ? requireNonNull(waiting) : new Attempt();
            waiting = mine;
            if (!underWay) {
                underWay = true;
                mine.turn.countDown();
            }
        }
        if (joined) {
            await(mine.done);
            if (mine.failure != null) {
                throw copyOf(mine.failure);
            }
        } else {
            await(mine.turn);
            force(mine);
        }
    }

    private void force(Attempt mine) throws IOException {
        synchronized (this) {
            waiting = null;
        }
        try {
            forcing.force();
        } catch (IOException e) {
            mine.failure = e;
            throw e;
        } finally {
            synchronized (this) {
                underWay = waiting != null;
                if (waiting != null) {
                    waiting.turn.countDown();
                }
            }
            mine.done.countDown();
        }
    }

    /** Waits for the disk, interrupted or not. */
    private static void await(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
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
