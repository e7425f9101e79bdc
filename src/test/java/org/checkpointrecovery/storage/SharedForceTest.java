package org.checkpointrecovery.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.checkpointrecovery.Await;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SharedForceTest {
    private static final int THREADS = 10;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final SlowDisk disk = new SlowDisk();
    private final SharedForce names = new SharedForce(() -> disk.forceDirectory(Path.of("/jobs")));

    @AfterEach
    void stop() {
        disk.goOn.countDown();
        threads.shutdownNow();
    }

    @Test
    void threads_that_ask_while_a_force_is_under_way_share_the_next_one() throws Exception {
        Future<?> first = threads.submit(this::force);
        Await.open(disk.begun);
        List<Future<?>> others = askFromAllThreads();
        assertThat(disk.forces)
                .as("none shares the one that began before it asked")
                .hasValue(1);
        disk.goOn.countDown();
        Await.result(first);
        for (Future<?> other : others) {
            Await.result(other);
        }
        assertThat(disk.forces).hasValue(2);
    }

    @Test
    void a_force_that_fails_fails_for_all_who_share_it() throws Exception {
        Future<?> first = threads.submit(this::force);
        Await.open(disk.begun);
        List<Future<?>> others = askFromAllThreads();
        disk.failure = new DiskFullException("no room", new IOException("no room"));
        disk.goOn.countDown();
        assertThatThrownBy(() -> Await.result(first)).hasCauseInstanceOf(DiskFullException.class);
        for (Future<?> other : others) {
            assertThatThrownBy(() -> Await.result(other))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(DiskFullException.class);
        }
        disk.failure = null;
        names.force();
    }

    private List<Future<?>> askFromAllThreads() throws InterruptedException {
        List<Future<?>> others = new ArrayList<>();
        List<Thread> waiting = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            CountDownLatch begun = new CountDownLatch(1);
            others.add(threads.submit(() -> {
                synchronized (waiting) {
                    waiting.add(Thread.currentThread());
                }
                begun.countDown();
                return force();
            }));
            Await.open(begun);
        }
        Await.until("all wait", () -> waiting.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING));
        return others;
    }

    private @Nullable Void force() throws IOException {
        names.force();
        return null;
    }

    /** Counts the forces of a directory, and lets none end before it may. */
    private static final class SlowDisk extends ForwardingDisk {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);
        private final AtomicInteger forces = new AtomicInteger();
        private volatile @Nullable IOException failure;

        SlowDisk() {
            super(new CrashingDisk(0));
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            forces.incrementAndGet();
            begun.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            IOException now = failure;
            if (now != null) {
                throw now;
            }
        }
    }
}
