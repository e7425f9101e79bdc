package org.checkpointrecovery.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class ProgressTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    /** A job in its second run, which began at noon with item 20; the first took a minute. */
    private static Progress of(Status status, long nextItem, @Nullable Long total, @Nullable Instant savedAt) {
        Instant earlier = NOON.minusSeconds(100);
        List<Run> runs = List.of(
                new Run(
                        1,
                        earlier,
                        0,
                        20,
                        new Run.Ending(Run.End.PAUSED, null, earlier.plusSeconds(60), Duration.ofMinutes(1))),
                new Run(2, NOON, 20, 20, null));
        Job job = new Job(
                new Submission(new JobId("0mh3k2v9x-7fq2mzt4"), null, JobTest.spec(true), null, null, earlier),
                total,
                JobTest.state(status),
                NOON,
                runs,
                null,
                Ends.NONE);
        Position committed = new Position(nextItem, 0, 0, 0, nextItem - 1, 1);
        Duration toCheckpoint = savedAt == null || savedAt.isBefore(NOON) ? null : Duration.between(NOON, savedAt);
        return Progress.of(job, committed, savedAt, new Elapsed(Duration.ofSeconds(10), toCheckpoint));
    }

    @Test
    void the_percentage_is_rounded_down_to_a_tenth() {
        for (long total : new long[] {1, 3, 7, 10, 999, 1000, 1001, 12_345, 10_000_000_019L}) {
            for (long tenths = 0; tenths <= 1000; tenths++) {
                long near = total * tenths / 1000;
                for (long processed = Math.max(0, near - 1); processed < Math.min(total, near + 2); processed++) {
                    double exact = BigDecimal.valueOf(processed * 100)
                            .divide(BigDecimal.valueOf(total), 1, RoundingMode.DOWN)
                            .doubleValue();
                    assertThat(Progress.percent(Status.RUNNING, processed, total))
                            .as("%d of %d", processed, total)
                            .isEqualTo(exact);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "COMPLETED")
    void only_a_completed_job_shows_100_percent(Status status) {
        assertThat(Progress.percent(status, 10, 10L)).isEqualTo(99.9);
        assertThat(Progress.percent(status, 1_000_000_000_000_000L - 1, 1_000_000_000_000_000L))
                .isEqualTo(99.9);
        assertThat(Progress.percent(Status.COMPLETED, 10, 10L)).isEqualTo(100.0);
    }

    @Test
    void an_empty_job_is_at_zero_until_it_is_completed() {
        assertThat(Progress.percent(Status.RUNNING, 0, 0L)).isEqualTo(0.0);
        assertThat(Progress.percent(Status.COMPLETED, 0, 0L)).isEqualTo(100.0);
    }

    @Test
    void without_a_total_the_percentage_is_zero_and_nobody_knows_how_long_it_takes() {
        Progress progress = of(Status.RUNNING, 50, null, NOON.plusSeconds(5));
        assertThat(progress.totalItems()).isNull();
        assertThat(progress.percent()).isEqualTo(0.0);
        assertThat(progress.processedItems()).isEqualTo(50);
        assertThat(progress.itemsPerSecond()).isEqualTo(6.0);
        assertThat(progress.eta()).isNull();
    }

    @Test
    void the_rest_takes_as_long_as_the_rate_of_this_run_says() {
        Progress progress = of(Status.RUNNING, 40, 100L, NOON.plusSeconds(5));
        assertThat(progress.itemsPerSecond()).isEqualTo(4.0);
        assertThat(progress.eta()).isEqualTo(Duration.ofSeconds(15));
        assertThat(progress.percent()).isEqualTo(40.0);
        assertThat(progress.succeededItems()).isEqualTo(39);
        assertThat(progress.failedItems()).isEqualTo(1);
        assertThat(progress.elapsed()).isEqualTo(Duration.ofSeconds(70));
        assertThat(progress.lastCheckpointAt()).isEqualTo(NOON.plusSeconds(5));
    }

    @Test
    void before_the_first_checkpoint_of_a_run_there_is_no_rate() {
        assertThat(of(Status.RUNNING, 20, 100L, NOON.minusSeconds(50)).itemsPerSecond())
                .isNull();
        assertThat(of(Status.RUNNING, 20, 100L, NOON.minusSeconds(50)).eta()).isNull();
        assertThat(of(Status.RUNNING, 20, 100L, null).itemsPerSecond()).isNull();
        assertThat(of(Status.RUNNING, 30, 100L, NOON).itemsPerSecond()).isNull();
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "RUNNING")
    void only_a_running_job_tells_how_long_it_will_take(Status status) {
        assertThat(of(status, 40, 100L, NOON.plusSeconds(5)).eta()).isNull();
    }
}
