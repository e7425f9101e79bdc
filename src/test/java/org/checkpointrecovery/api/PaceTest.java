package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Which clients are too slow, by a clock of the test's. */
class PaceTest {
    private static final int RATE = 100;

    private final AtomicInteger cut = new AtomicInteger();
    private final Pace pace = new Pace(RATE);
    private final Pace.Transfer transfer = pace.begin(cut::incrementAndGet);

    private static long seconds(long number) {
        return TimeUnit.SECONDS.toNanos(number);
    }

    @Test
    void a_client_that_moves_nothing_is_cut_once_after_a_window() {
        transfer.waits(seconds(100));
        pace.check(seconds(109));
        assertThat(cut).hasValue(0);
        pace.check(seconds(110));
        assertThat(cut).hasValue(1);
        pace.check(seconds(130));
        assertThat(cut).hasValue(1);
    }

    @Test
    void a_client_that_drips_below_the_rate_is_cut_and_one_at_the_rate_is_not() {
        Pace.Transfer patient = pace.begin(cut::incrementAndGet);
        for (int second = 0; second < 100; second++) {
            transfer.waits(seconds(second));
            patient.waits(seconds(second));
            transfer.moved(RATE - 1, seconds(second + 1));
            patient.moved(RATE, seconds(second + 1));
            pace.check(seconds(second + 1));
        }
        assertThat(cut).hasValue(1);
    }

    @Test
    void what_came_quickly_at_the_beginning_does_not_count_for_ever() {
        transfer.waits(0);
        transfer.moved(1_000_000, seconds(10));
        pace.check(seconds(10));
        transfer.waits(seconds(10));
        pace.check(seconds(19));
        assertThat(cut).hasValue(0);
        pace.check(seconds(20));
        assertThat(cut).hasValue(1);
    }

    @Test
    void time_in_which_the_service_is_the_slow_side_does_not_count() {
        transfer.waits(0);
        transfer.moved(1, seconds(1));
        pace.check(seconds(3600));
        assertThat(cut).hasValue(0);
    }

    @Test
    void who_is_done_is_not_looked_at_and_without_a_minimum_nobody_is() {
        transfer.waits(0);
        transfer.end();
        pace.check(seconds(100));
        Pace none = new Pace(0);
        none.begin(cut::incrementAndGet).waits(0);
        none.check(seconds(100));
        assertThat(cut).hasValue(0);
    }
}
