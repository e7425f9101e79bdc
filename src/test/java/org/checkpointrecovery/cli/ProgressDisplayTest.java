package org.checkpointrecovery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.job.Progress;
import org.checkpointrecovery.job.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressDisplayTest {
    private static final long MILLI = 1_000_000;

    private long now = Long.MAX_VALUE - 5 * MILLI; // System.nanoTime may overflow

    private final class Lines extends ProgressDisplay {
        private final List<Long> items = new ArrayList<>();

        Lines() {
            super(10, System.out, () -> now);
        }

        @Override
        void show(SavedCheckpoint checkpoint) {
            items.add(checkpoint.progress().processedItems());
        }
    }

    private static SavedCheckpoint at(long items, @Nullable Long total, long bytes, long totalBytes) {
        Progress progress =
                new Progress(Status.RUNNING, total, items, items, 0, 12.3, 1234.5, Duration.ZERO, null, null);
        return new SavedCheckpoint(progress, bytes, totalBytes);
    }

    private static SavedCheckpoint at(long items) {
        return at(items, 1000L, items, 1000);
    }

    @Test
    void every_checkpoint_of_a_short_run_is_shown() {
        Lines lines = new Lines();
        for (int item = 3; item <= 12; item += 3) {
            lines.saved(at(item));
        }
        lines.end();
        assertThat(lines.items).containsExactly(3L, 6L, 9L, 12L);
    }

    @Test
    void at_most_ten_are_shown_in_any_second_and_the_last_one_always() {
        Lines lines = new Lines();
        for (int item = 1; item <= 200; item++) {
            lines.saved(at(item));
            now += 10 * MILLI;
        }
        lines.end();
        // The first ten fill the first second, and each makes room for another one a second later.
        assertThat(lines.items)
                .containsExactly(
                        1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 101L, 102L, 103L, 104L, 105L, 106L, 107L, 108L, 109L,
                        110L, 200L);
    }

    @Test
    void a_last_checkpoint_that_was_shown_is_not_shown_again() {
        Lines lines = new Lines();
        for (int item = 1; item <= 11; item++) {
            lines.saved(at(item));
        }
        now += 1000 * MILLI;
        lines.saved(at(12));
        lines.end();
        lines.end();
        assertThat(lines.items).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 12L);
    }

    @ParameterizedTest
    @CsvSource({
        "300, 1000, 1, 9, 300 of 1000 items (30.0 %)",
        "999, 1000, 9, 9, 999 of 1000 items (99.9 %)",
        "9999, 10000, 9, 9, 9999 of 10000 items (99.9 %)",
        "1000, 1000, 1, 9, 1000 of 1000 items (100.0 %)",
        "0, 0, 0, 0, 0 of 0 items (100.0 %)",
        "300, , 301, 1000, 300 items (30.1 % of the input)",
        "300, , 1000, 1000, 300 items (100.0 % of the input)"
    })
    void progress_is_a_percentage_of_the_items_or_of_the_input_until_they_are_counted(
            long items, @Nullable Long total, long bytes, long totalBytes, String text) {
        assertThat(at(items, total, bytes, totalBytes)).hasToString(text);
    }

    @Test
    void a_terminal_has_one_line_that_ends_full() {
        ByteArrayOutputStream terminal = new ByteArrayOutputStream();
        ProgressDisplay bar =
                new ProgressDisplay.Bar(new PrintStream(terminal, true, StandardCharsets.UTF_8), System.out, () -> now);
        bar.saved(at(500));
        bar.saved(at(600));
        bar.saved(at(1000));
        bar.end();
        String[] states = terminal.toString(StandardCharsets.UTF_8).split("\r", -1);
        assertThat(states).hasSize(3);
        assertThat(states[1]).contains("[####################                    ]", " 50.0 %", "item 500", "1,23");
        assertThat(states[2]).contains("#".repeat(40), "100.0 %", "item 1,000").endsWith(System.lineSeparator());
    }
}
