package org.checkpointrecovery.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
    private static final Instant NOW = Instant.parse("1994-11-06T08:49:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0                              | 0",
                "120                            | 120",
                " 120                           | 120",
                "99999999999999999999999        | 3153600000",
                "Sun, 06 Nov 1994 08:49:37 GMT  | 37",
                "Sunday, 06-Nov-94 08:49:37 GMT | 37",
                "Sun Nov  6 08:49:37 1994       | 37",
                "Sun, 06 Nov 1994 08:48:59 GMT  | 0",
            })
    void seconds_and_the_three_forms_of_a_date_are_understood(String header, long seconds) {
        assertThat(RetryAfter.parse(header, null, NOW)).contains(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @CsvSource({"0.5,500", "1.5,1500", "0.0001,1", "299.999,299999", "1234567890123.5,3153600000000"})
    void a_fraction_of_a_second_counts(String header, long millis) {
        assertThat(RetryAfter.parse(header, null, NOW)).contains(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Sun, 06 Nov 1994 08:49:37 GMT | Sun, 06 Nov 1994 08:49:07 GMT  | 30",
                "Tue, 06 Nov 2035 08:49:37 GMT | Tue, 06 Nov 2035 08:49:07 GMT  | 30",
                "Sun, 06 Nov 1994 08:49:37 GMT | Tuesday, 06-Nov-35 08:49:07 GMT | 0",
                "Sun, 06 Nov 1994 08:49:37 GMT | no date                        | 37",
            })
    void a_date_counts_from_what_the_endpoints_own_clock_says(String header, String date, long seconds) {
        assertThat(RetryAfter.parse(header, date, NOW)).contains(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-1", "1.", ".5", "1,5", "1 s", "Sun, 06 Nov 1994", "06 November 1994", "٣"})
    void anything_else_is_as_if_it_were_not_there(String header) {
        assertThat(RetryAfter.parse(header, null, NOW)).isEmpty();
    }
}
