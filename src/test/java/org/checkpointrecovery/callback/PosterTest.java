package org.checkpointrecovery.callback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.outbound.Backoff;
import org.checkpointrecovery.outbound.Call;
import org.checkpointrecovery.outbound.Caller;
import org.checkpointrecovery.outbound.ManualLoop;
import org.checkpointrecovery.outbound.Reply;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When attempts are made, on a clock of the test's. Chance is 1: every wait is as long as it can be. */
class PosterTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-23T10:00:00Z"), ZoneOffset.UTC);
    private static final Duration EVER = Duration.ofHours(1);

    private final ManualLoop loop = new ManualLoop();
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<Optional<String>> ends = new ArrayList<>();
    private final AtomicInteger made = new AtomicInteger();

    private record Attempt(Duration at, Call call, Consumer<Reply> replied) {}

    private final Caller caller = new Caller() {
        @Override
        public void call(Call call, Consumer<Reply> replied) {
            attempts.add(new Attempt(loop.elapsed(), call, replied));
        }

        @Override
        public void close() {}
    };

    private final Poster poster = new Poster(CLOCK, Backoff.DEFAULT, () -> 1.0, caller, loop);

    private void post() {
        poster.post(
                new Poster.Message(
                        URI.create("http://there/"),
                        "{}".getBytes(UTF_8),
                        () -> Map.of("Made", String.valueOf(made.incrementAndGet()))),
                ends::add);
    }

    private void reply(int status, @Nullable String retryAfter) {
        attempts.get(attempts.size() - 1)
                .replied
                .accept(new Reply.Answered(status, null, retryAfter, null, new byte[0]));
    }

    private List<Long> millis() {
        return attempts.stream().map(attempt -> attempt.at.toMillis()).toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "503 | 7                             | 7000",
                "429 | Mon, 23 Nov 2026 10:02:00 GMT | 120000",
                "500 | 301                           | 300000",
                "503 | 999999999999                  | 300000",
                "503 | 0                             | 500",
                "503 | soon                          | 500",
                "503 | none                          | 500",
            })
    void what_retry_after_asks_is_obeyed_up_to_five_minutes(int status, @Nullable String retryAfter, long millis) {
        post();
        reply(status, retryAfter);
        loop.pass(Duration.ofMillis(millis - 1));
        assertThat(attempts).hasSize(1);
        loop.pass(Duration.ofMillis(1));
        assertThat(attempts).hasSize(2);
        reply(204, null);
        assertThat(ends).containsExactly(Optional.empty());
    }

    @Test
    void each_of_eight_attempts_has_headers_of_its_own_and_then_it_is_given_up() {
        post();
        for (int attempt = 1; attempt <= Poster.MAX_ATTEMPTS; attempt++) {
            assertThat(ends).isEmpty();
            reply(500, null);
            loop.pass(EVER);
        }
        assertThat(attempts).hasSize(8);
        assertThat(attempts.stream()
                        .map(attempt -> attempt.call.headers().get(1).value()))
                .containsExactly("1", "2", "3", "4", "5", "6", "7", "8");
        assertThat(ends).containsExactly(Optional.of("there:80 answered 500. This was attempt 8 of 8."));
    }

    @Test
    void what_will_not_pass_is_given_up_at_once() {
        post();
        reply(404, "1");
        loop.pass(EVER);
        assertThat(attempts).hasSize(1);
        assertThat(ends).containsExactly(Optional.of("there:80 answered 404. This was attempt 1 of 8."));
    }

    @Test
    void a_receiver_that_breaks_off_is_tried_again_and_one_that_answers_too_much_has_taken_it() {
        post();
        attempts.get(0).replied.accept(new Reply.Broken(ItemErrorCode.CONNECTION_FAILED, "It broke.", true));
        loop.pass(EVER);
        attempts.get(1).replied.accept(new Reply.Broken(ItemErrorCode.ANSWER_TOO_LARGE, "Too much.", false));
        assertThat(ends).containsExactly(Optional.empty());
    }

    @Test
    void no_more_than_eight_are_sent_at_once_and_one_that_waits_holds_up_no_other() {
        for (int message = 0; message < 10; message++) {
            post();
        }
        assertThat(attempts).hasSize(8);
        attempts.get(0).replied.accept(new Reply.Answered(503, null, "100", null, new byte[0]));
        assertThat(attempts).hasSize(9);
        attempts.get(1).replied.accept(new Reply.Answered(204, null, null, null, new byte[0]));
        assertThat(attempts).hasSize(10);
        assertThat(millis()).containsOnly(0L);
    }
}
