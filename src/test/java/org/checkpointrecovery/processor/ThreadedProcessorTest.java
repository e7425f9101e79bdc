package org.checkpointrecovery.processor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.JobId;
import org.junit.jupiter.api.Test;

/** Handlers as a program or a plugin may behave. */
class ThreadedProcessorTest {
    private static final int MANY = 64; // more than may hang
    private static final Answer DONE = new Answer.Succeeded("{}".getBytes(StandardCharsets.UTF_8));

    private interface Behaviour {
        Answer process(Work work) throws InterruptedException;
    }

    private record Behaving(Behaviour behaviour) implements ThreadedProcessor.Handler {
        @Override
        public Answer process(Work work) throws InterruptedException {
            return behaviour.process(work);
        }

        @Override
        public void cancel() {}

        @Override
        public void close() {}
    }

    /** Items may take 50 ms. Their threads are never abandoned. */
    private static ConcurrentProcessor patient(int concurrency, Behaviour behaviour) {
        return new ThreadedProcessor(
                new ThreadedProcessor.Settings("plugin", "test", concurrency, Duration.ofMillis(50), ""),
                () -> new Behaving(behaviour),
                Duration.ofDays(1));
    }

    @Test
    void many_cancelled_items_that_are_about_to_return_do_not_pause_the_job() throws Exception {
        CountDownLatch cancelled = new CountDownLatch(MANY);
        CountDownLatch mayReturn = new CountDownLatch(1);
        Behaviour behaviour = work -> {
            if (work.index() < MANY) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    cancelled.countDown();
                    Await.open(mayReturn);
                }
            }
            return DONE;
        };
        try (ConcurrentProcessor processor = patient(MANY, behaviour)) {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int index = 0; index < MANY; index++) {
                answers.add(Asked.begin(processor, index, "x"));
            }
            Await.open(cancelled);
            CompletableFuture<Answer> next = Asked.begin(processor, MANY, "x");
            mayReturn.countDown();
            for (CompletableFuture<Answer> answer : answers) {
                assertThat(Asked.failure(Asked.await(answer))).startsWith("TIMED_OUT 1 ");
            }
            assertThat(Asked.await(next)).isEqualTo(DONE);
        }
    }

    @Test
    void the_interrupt_of_a_cancelled_item_does_not_reach_whoever_is_answered() throws Exception {
        Behaviour behaviour = work -> {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
            }
            return DONE;
        };
        try (ConcurrentProcessor processor = patient(1, behaviour)) {
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            processor.begin(
                    new Work(new JobId("0mh3k2v9x-7fq2mzt4"), 0, new byte[0], false),
                    answer -> interrupted.complete(Thread.currentThread().isInterrupted()));
            assertThat(Await.result(interrupted)).isFalse();
        }
    }
}
