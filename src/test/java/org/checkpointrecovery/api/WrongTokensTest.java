package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.checkpointrecovery.api.WrongTokens.Refusal;
import org.junit.jupiter.api.Test;

/** What becomes of those who guess tokens, by a clock of the test's. */
class WrongTokensTest {
    private final WrongTokens tokens = new WrongTokens();

    private void refuse(int times, Refusal expected) {
        for (int i = 0; i < times; i++) {
            assertThat(tokens.refuse("10.0.0.1", 0)).isEqualTo(expected);
        }
    }

    @Test
    void a_few_are_refused_at_once_and_further_ones_later() {
        refuse(WrongTokens.FREE, Refusal.NOW);
        refuse(1, Refusal.DELAYED);
        assertThat(tokens.refuse("10.0.0.2", 0)).isEqualTo(Refusal.NOW);
    }

    @Test
    void only_so_many_answers_of_a_source_wait() {
        refuse(WrongTokens.FREE, Refusal.NOW);
        refuse(WrongTokens.MOST_DELAYED, Refusal.DELAYED);
        refuse(3, Refusal.LAST);
        tokens.answered("10.0.0.1");
        refuse(1, Refusal.DELAYED);
        refuse(1, Refusal.LAST);
    }

    @Test
    void a_source_begins_anew_after_a_minute() {
        refuse(WrongTokens.FREE, Refusal.NOW);
        tokens.check(TimeUnit.SECONDS.toNanos(59));
        refuse(1, Refusal.DELAYED);
        tokens.check(TimeUnit.SECONDS.toNanos(60));
        refuse(1, Refusal.NOW);
    }

    @Test
    void the_oldest_source_is_forgotten_when_there_are_too_many() {
        refuse(WrongTokens.FREE, Refusal.NOW);
        for (int i = 0; i < WrongTokens.MOST_SOURCES; i++) {
            tokens.refuse("source " + i, 0);
        }
        refuse(1, Refusal.NOW);
    }

    @Test
    void an_ipv6_network_is_one_source() {
        assertThat(WrongTokens.source("2001:db8:1:2:3:4:5:6")).isEqualTo("2001:db8:1:2::/64");
        assertThat(WrongTokens.source("[0:0:0:0:0:0:0:1]")).isEqualTo("0:0:0:0::/64");
        assertThat(WrongTokens.source("127.0.0.1")).isEqualTo("127.0.0.1");
    }
}
