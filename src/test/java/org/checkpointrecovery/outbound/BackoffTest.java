package org.checkpointrecovery.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
    @ParameterizedTest
    @CsvSource({
        "1, 0, 0",
        "1, 0.5, 250",
        "1, 1, 500",
        "2, 1, 1000",
        "3, 1, 2000",
        "4, 0.25, 1000",
        "6, 1, 16000",
        "7, 1, 30000",
        "7, 0.1, 3000",
        "100, 1, 30000",
        "2000, 1, 30000"
    })
    void the_limit_doubles_from_half_a_second_to_30_and_chance_takes_a_part_of_it(
            int attempt, double chance, long millis) {
        assertThat(Backoff.DEFAULT.after(attempt, chance)).isEqualTo(Duration.ofMillis(millis));
    }
}
