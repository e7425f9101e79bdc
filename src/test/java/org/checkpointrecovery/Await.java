package org.checkpointrecovery;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Waits for what happens elsewhere. Its limit only keeps a test that hangs from blocking the build. */
public final class Await {
    public static final Duration LIMIT = Duration.ofMinutes(5);

    private static final long FIRST_PAUSE_NANOS = 100_000;
    private static final long LONGEST_PAUSE_NANOS = 10_000_000;

    private Await() {}

    /** Whether what is waited for is there. */
    public interface Condition<E extends Exception> {
        boolean holds() throws E;
    }

    /** Sees what is waited for. */
    public interface Look<T, E extends Exception> {
        T see() throws E;
    }

    public static <E extends Exception> void until(String what, Condition<E> condition) throws E {
        boolean unused = until(what, condition::holds, holds -> holds);
    }

    /** Returns what it saw first that is as it should be. */
    public static <T, E extends Exception> T until(String what, Look<T, E> look, Predicate<? super T> isAsItShouldBe)
            throws E {
        long began = System.nanoTime();
        long pause = FIRST_PAUSE_NANOS;
        T seen = look.see();
        while (!isAsItShouldBe.test(seen)) {
            if (System.nanoTime() - began > LIMIT.toNanos()) {
                throw new AssertionError("Waited " + LIMIT.toSeconds() + " s for: " + what + "\nLast seen: " + seen);
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
            seen = look.see();
        }
        return seen;
    }

    /** Waits until the latch is open. */
    public static void open(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("Waited " + LIMIT.toSeconds() + " s for a latch");
        }
    }

    /** Waits for the end of a process. */
    public static int end(Process process) throws InterruptedException {
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("Waited " + LIMIT.toSeconds() + " s for " + process.info());
        }
        return process.exitValue();
    }

    public static <T> T result(Future<T> future) throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
}
