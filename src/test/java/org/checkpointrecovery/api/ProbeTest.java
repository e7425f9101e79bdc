package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.checkpointrecovery.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ProbeTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofMinutes(5);

    private final AtomicInteger threads = new AtomicInteger();

    private void onItsOwnThread(Runnable read) {
        threads.incrementAndGet();
        Thread thread = new Thread(read, "reader");
        thread.setDaemon(true);
        thread.start();
    }

    @Test
    void each_look_reads_the_disk_again() {
        AtomicInteger bytes = new AtomicInteger(100);
        Probe<Long> free = new Probe<>(() -> (long) bytes.incrementAndGet(), this::onItsOwnThread, LONG);
        assertThat(free.now()).isEqualTo(101);
        assertThat(free.now()).isEqualTo(102);
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void a_disk_that_hangs_holds_up_no_look_and_takes_one_thread_until_it_answers() {
        CountDownLatch dead = new CountDownLatch(1);
        Probe<Long> free = new Probe<>(
                () -> {
                    dead.await();
                    return 7L;
                },
                this::onItsOwnThread,
                SHORT);
        for (int i = 0; i < 3; i++) {
            assertThat(free.now()).isNull();
        }
        assertThat(threads).hasValue(1);
        dead.countDown();
        Await.until("the disk answers", () -> Long.valueOf(7).equals(free.now()));
    }

    @Test
    void a_disk_that_cannot_be_read_or_has_no_thread_left_has_no_number() {
        Probe<Long> failing = new Probe<>(
                () -> {
                    throw new IOException("input/output error");
                },
                this::onItsOwnThread,
                LONG);
        assertThat(failing.now()).isNull();
        Probe<Long> rejected = new Probe<>(
                () -> 7L,
                read -> {
                    throw new RejectedExecutionException();
                },
                LONG);
        assertThat(rejected.now()).isNull();
    }
}
