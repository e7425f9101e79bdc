package org.checkpointrecovery.api;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for what happens elsewhere: looks again and again, and fails when that takes too long. */
public final class Await {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long PAUSE_NANOS = 2_000_000;

    private Await() {}

    /** Returns what it saw first that is as it should be. */
    public static <T> T until(String what, Supplier<T> look, Predicate<? super T> isAsItShouldBe) {
        long began = System.nanoTime();
        T seen = look.get();
        while (!isAsItShouldBe.test(seen)) {
            if (System.nanoTime() - began > LIMIT.toNanos()) {
                throw new AssertionError("Waited " + LIMIT.toSeconds() + " s for: " + what + "\nLast seen: " + seen);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            seen = look.get();
        }
        return seen;
    }
}
