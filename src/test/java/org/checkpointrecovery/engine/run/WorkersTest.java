package org.checkpointrecovery.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.checkpointrecovery.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkersTest {
    private final Workers workers = new Workers(1);
    private final List<Held> all = new ArrayList<>();
    private final List<Integer> started = new CopyOnWriteArrayList<>();

    /** A run that works until the test ends it. */
    private final class Held {
        private final Workers.OfRun place = workers.new OfRun();
        private final CountDownLatch end = new CountDownLatch(1);
        private final int number = all.size();

        Held() {
            all.add(this);
            workers.submit(place, () -> {
                started.add(number);
                try {
                    end.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
        }

        void end() {
            end.countDown();
        }
    }

    @AfterEach
    void endAll() throws Exception {
        workers.shutDown();
        all.forEach(Held::end);
        assertThat(workers.awaitEnd(Duration.ofSeconds(10))).isTrue();
    }

    private void awaitStarted(Integer... numbers) {
        Await.until("these have started", () -> List.copyOf(started), List.of(numbers)::equals);
    }

    @Test
    void runs_start_in_order_when_another_has_ended_or_has_left_its_place() {
        Held first = new Held();
        Held second = new Held();
        new Held();
        awaitStarted(0);
        first.end();
        awaitStarted(0, 1);
        second.place.leave();
        awaitStarted(0, 1, 2);
        assertThat(second.place.take()).isFalse();
    }

    @Test
    void a_free_place_goes_to_a_run_that_has_asked_for_it_before_a_queued_one() {
        Held first = new Held();
        awaitStarted(0);
        first.place.leave();
        Held second = new Held();
        new Held();
        awaitStarted(0, 1);
        assertThat(first.place.take()).isFalse();
        second.end();
        Await.until("the first has its place again", first.place::take);
        assertThat(first.place.take()).isTrue();
        assertThat(started).containsExactly(0, 1);
        first.end();
        awaitStarted(0, 1, 2);
    }

    @Test
    void a_run_that_has_asked_may_leave_again_or_end() {
        Held first = new Held();
        awaitStarted(0);
        first.place.leave();
        Held second = new Held();
        awaitStarted(0, 1);
        assertThat(first.place.take()).isFalse();
        first.place.leave();
        second.end();
        new Held();
        awaitStarted(0, 1, 2);
        assertThat(first.place.take()).isFalse();
        first.end();
        all.get(2).end();
        new Held();
        awaitStarted(0, 1, 2, 3);
    }

    @Test
    void a_place_that_was_left_twice_is_one_place() {
        Held first = new Held();
        awaitStarted(0);
        first.place.leave();
        first.place.leave();
        new Held();
        Held third = new Held();
        awaitStarted(0, 1);
        assertThat(workers.withdraw(third.place)).isTrue();
    }

    @Test
    void a_run_keeps_its_place_when_many_others_have_left_theirs() {
        for (int i = 0; i <= Workers.MOST_AWAY; i++) {
            Held run = new Held();
            Await.until("it has started", () -> started.size() == run.number + 1);
            run.place.leave();
        }
        assertThat(all.get(Workers.MOST_AWAY).place.take()).isTrue();
        Held queued = new Held();
        assertThat(workers.withdraw(queued.place)).isTrue();
    }

    @Test
    void a_queued_run_can_be_withdrawn_and_a_started_one_cannot() {
        Held first = new Held();
        Held second = new Held();
        new Held();
        awaitStarted(0);
        assertThat(workers.withdraw(first.place)).isFalse();
        assertThat(workers.withdraw(second.place)).isTrue();
        first.end();
        awaitStarted(0, 2);
    }

    @Test
    void nothing_starts_after_the_end() throws Exception {
        Held first = new Held();
        new Held();
        awaitStarted(0);
        workers.shutDown();
        assertThat(workers.submit(workers.new OfRun(), () -> started.add(-1))).isFalse();
        first.end();
        assertThat(workers.awaitEnd(Duration.ofSeconds(10))).isTrue();
        assertThat(started).containsExactly(0);
    }
}
