package org.checkpointrecovery.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    private static final long START = -5;
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static int atOnce(Throttle throttle, long now) {
        int underWay = 0;
        while (throttle.untilNext(now, underWay) == 0) {
            underWay++;
        }
        return underWay;
    }

    @Test
    void lets_as_many_begin_as_it_may() {
        assertThat(atOnce(new Throttle(64, null, START), START)).isEqualTo(64);
    }

    @Test
    void is_closed_for_as_long_as_it_is_told() {
        Throttle throttle = new Throttle(4, null, START);
        throttle.slowDown(START, START, SECOND);
        assertThat(throttle.untilNext(START, 0)).isEqualTo(SECOND.toNanos());
        throttle.slowDown(START, START, SECOND.dividedBy(2));
        assertThat(throttle.untilNext(START + 10, 0)).isEqualTo(SECOND.toNanos() - 10);
        assertThat(throttle.untilNext(START + SECOND.toNanos(), 0)).isZero();
    }

    @Test
    void is_halved_once_by_those_that_were_under_way_together_and_never_to_nothing() {
        Throttle throttle = new Throttle(8, null, START);
        throttle.slowDown(100, 50, Duration.ZERO);
        throttle.slowDown(101, 60, Duration.ZERO);
        assertThat(atOnce(throttle, 101)).isEqualTo(4);
        throttle.slowDown(200, 150, Duration.ZERO);
        assertThat(atOnce(throttle, 200)).isEqualTo(2);
        throttle.slowDown(300, 250, Duration.ZERO);
        throttle.slowDown(400, 350, Duration.ZERO);
        assertThat(atOnce(throttle, 400)).isEqualTo(1);
    }

    @Test
    void grows_back_by_one_for_each_round_of_successes_and_no_further_than_it_was() {
        Throttle throttle = new Throttle(4, null, START);
        throttle.slowDown(100, 50, Duration.ZERO);
        assertThat(atOnce(throttle, 100)).isEqualTo(2);
        throttle.succeeded();
        assertThat(atOnce(throttle, 100)).isEqualTo(2);
        throttle.succeeded();
        throttle.succeeded();
        assertThat(atOnce(throttle, 100)).isEqualTo(3);
        for (int i = 0; i < 100; i++) {
            throttle.succeeded();
        }
        assertThat(atOnce(throttle, 100)).isEqualTo(4);
    }

    @Test
    void paces_without_saving_up() {
        Throttle throttle = new Throttle(4, 2.0, START);
        throttle.began(START);
        assertThat(throttle.untilNext(START, 1)).isEqualTo(500_000_000);
        long late = START + 10 * SECOND.toNanos();
        assertThat(throttle.untilNext(late, 1)).isZero();
        throttle.began(late);
        assertThat(throttle.untilNext(late, 2)).isEqualTo(500_000_000);
    }
}
