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

class FreeSpaceTest {
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
        FreeSpace free = new FreeSpace(() -> (long) bytes.incrementAndGet(), this::onItsOwnThread, LONG);
        assertThat(free.bytes()).isEqualTo(101);
        assertThat(free.bytes()).isEqualTo(102);
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void a_disk_that_hangs_holds_up_no_look_and_takes_one_thread_until_it_answers() {
        CountDownLatch dead = new CountDownLatch(1);
        FreeSpace free = new FreeSpace(
                () -> {
                    dead.await();
                    return 7L;
                },
                this::onItsOwnThread,
                SHORT);
        for (int i = 0; i < 3; i++) {
            assertThat(free.bytes()).isNaN();
        }
        assertThat(threads).hasValue(1);
        dead.countDown();
        Await.until("the disk answers", free::bytes, bytes -> bytes == 7);
    }

    @Test
    void a_disk_that_cannot_be_read_or_has_no_thread_left_has_no_number() {
        FreeSpace failing = new FreeSpace(
                () -> {
                    throw new IOException("input/output error");
                },
                this::onItsOwnThread,
                LONG);
        assertThat(failing.bytes()).isNaN();
        FreeSpace rejected = new FreeSpace(
                () -> 7L,
                read -> {
                    throw new RejectedExecutionException();
                },
                LONG);
        assertThat(rejected.bytes()).isNaN();
    }
}
