package org.checkpointrecovery.engine;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for what another thread does. */
public final class Await {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final long LOOK_AGAIN_NANOS = 100_000;

    private Await() {}

    /** Waits until the condition holds; fails the test when that takes too long. */
    public static void until(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + LIMIT.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    public interface Condition {
        boolean holds() throws Exception;
    }
}
