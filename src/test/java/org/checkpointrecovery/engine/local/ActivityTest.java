package org.checkpointrecovery.engine.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.checkpointrecovery.Await;
import org.junit.jupiter.api.Test;

class ActivityTest {
    private static final int ROUNDS = 5_000;

    private final AtomicInteger passes = new AtomicInteger();

    @Test
    void a_thread_has_its_own_name_again_when_the_activity_is_idle() {
        AtomicReference<Thread> used = new AtomicReference<>();
        Activity activity = new Activity(
                task -> new Thread(task, "shared").start(), "working", () -> used.set(Thread.currentThread()));
        for (int round = 0; round < ROUNDS; round++) {
            activity.wake();
            activity.awaitIdle();
            assertThat(used.get())
                    .as("in round %d", round)
                    .extracting(Thread::getName)
                    .isEqualTo("shared");
        }
    }

    @Test
    void what_changes_during_a_pass_starts_another_one_on_the_same_thread() throws InterruptedException {
        CountDownLatch began = new CountDownLatch(1);
        CountDownLatch woken = new CountDownLatch(1);
        AtomicInteger threads = new AtomicInteger();
        Activity activity = new Activity(
                task -> {
                    threads.incrementAndGet();
                    new Thread(task).start();
                },
                "working",
                () -> {
                    passes.incrementAndGet();
                    began.countDown();
                    try {
                        Await.open(woken);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
        activity.wake();
        Await.open(began);
        activity.wake();
        activity.wake();
        woken.countDown();
        activity.awaitIdle();
        assertThat(passes).hasValue(2);
        assertThat(threads).hasValue(1);
    }
}
