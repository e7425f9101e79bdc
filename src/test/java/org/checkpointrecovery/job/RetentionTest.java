package org.checkpointrecovery.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionTest {
    private static final Instant END = Instant.parse("2026-11-23T10:15:30.123Z");
    private static final Retention MONTH = new Retention(Duration.ofDays(30), null);

    @ParameterizedTest
    @CsvSource({
        "1s, PT1S, 1s",
        "90s, PT90S, 90s",
        "120s, PT2M, 2m",
        "12h, PT12H, 12h",
        "24h, PT24H, 1d",
        "30d, PT720H, 30d",
        "36500d, PT876000H, 36500d"
    })
    void a_period_is_written_in_its_largest_whole_unit(String text, Duration period, String shown) {
        assertThat(Retention.parse(text)).contains(period);
        assertThat(Retention.text(period)).isEqualTo(shown);
        assertThat(Retention.parse(shown)).contains(period);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0s",
                "0d",
                "-1d",
                "30",
                "d",
                "1.5h",
                "30 d",
                "30D",
                "1w",
                "36501d",
                "9999999999d",
                "P30D",
                "\u0663d"
            })
    void anything_else_is_no_period(String text) {
        assertThat(Retention.parse(text)).isEmpty();
    }

    @Test
    void a_setting_out_of_range_is_refused() {
        assertThatThrownBy(() -> new Retention(Duration.ZERO, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Retention(null, Duration.ofMillis(1500)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_job_expires_some_time_after_its_end() {
        Ended ended = new Ended(END.toEpochMilli(), null);
        assertThat(MONTH.expiry(ended)).isEqualTo("2026-12-23T10:15:30.123Z");
        assertThat(MONTH.hasExpired(ended, Instant.parse("2026-12-23T10:15:30.122Z")))
                .isFalse();
        assertThat(MONTH.hasExpired(ended, Instant.parse("2026-12-23T10:15:30.123Z")))
                .isTrue();
    }

    @Test
    void the_time_in_the_spec_takes_precedence() {
        Ended ended = new Ended(END.toEpochMilli(), Duration.ofDays(40));
        assertThat(MONTH.expiry(ended)).isEqualTo("2027-01-02T10:15:30.123Z");
        assertThat(Retention.UNLIMITED.expiry(ended)).isEqualTo("2027-01-02T10:15:30.123Z");
    }

    @Test
    void nothing_expires_unless_that_was_asked_for() {
        assertThat(Retention.UNLIMITED.expiry(new Ended(END.toEpochMilli(), null)))
                .isNull();
        assertThat(MONTH.expiry(null)).isNull();
    }
}
