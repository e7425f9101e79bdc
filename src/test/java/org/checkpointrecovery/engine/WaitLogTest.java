package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WaitLogTest {
    private final SetClock clock = new SetClock();
    private final WaitLog waits = new WaitLog(clock);

    @Test
    void a_waiting_run_is_logged_at_once_and_then_once_a_minute() {
        assertThat(waits.isDue()).isTrue();
        for (int minute = 0; minute < 3; minute++) {
            for (int second = 1; second < 60; second++) {
                clock.advance(Duration.ofSeconds(1));
                assertThat(waits.isDue()).isFalse();
            }
            clock.advance(Duration.ofSeconds(1));
            assertThat(waits.isDue()).isTrue();
        }
    }

    @Test
    void a_clock_that_is_set_back_does_not_silence_the_log() {
        assertThat(waits.isDue()).isTrue();
        clock.advance(Duration.ofHours(-1));
        assertThat(waits.isDue()).isTrue();
        assertThat(waits.isDue()).isFalse();
    }
}
