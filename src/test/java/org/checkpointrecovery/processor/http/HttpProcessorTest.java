package org.checkpointrecovery.processor.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.outbound.Backoff;
import org.checkpointrecovery.outbound.Call;
import org.checkpointrecovery.outbound.Caller;
import org.checkpointrecovery.outbound.ManualLoop;
import org.checkpointrecovery.outbound.Reply;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.Work;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When attempts begin, on a clock of the test's. Chance is 1: every wait is as long as it can be. */
class HttpProcessorTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-23T10:00:00Z"), ZoneOffset.UTC);

    private final ManualLoop loop = new ManualLoop();
    private final List<Begun> begun = new ArrayList<>();
    private final Map<Long, Answer> answers = new TreeMap<>();
    private final List<String> closed = new ArrayList<>();

    private record Begun(Duration at, Call call, Consumer<Reply> replied) {
        String header(String name) {
            return call.headers().stream()
                    .filter(header -> header.name().equals(name))
                    .map(Call.Header::value)
                    .findFirst()
                    .orElse("none");
        }
    }

    private final Caller caller = new Caller() {
        @Override
        public void call(Call call, Consumer<Reply> replied) {
            begun.add(new Begun(loop.elapsed(), call, replied));
        }

        @Override
        public void close() {
            closed.add("caller");
        }
    };

    private HttpProcessor processor(HttpSpec spec) {
        var built = spec.build();
        return new HttpProcessor(
                built,
                new Judge("there:80", built.maxAttempts(), new Redaction(List.of()), CLOCK),
                new HttpProcessor.Setup(
                        RequestBody.of(built),
                        new ItemCalls(URI.create(built.url()), built.method(), Map.of()),
                        caller,
                        loop,
                        Backoff.DEFAULT,
                        () -> 1.0));
    }

    private static HttpSpec spec() {
        return HttpSpec.to("http://there/").maxAttempts(5);
    }

    private void begin(HttpProcessor processor, long... indexes) {
        for (long index : indexes) {
            processor.begin(
                    new Work(Calling.JOB, index, "x".getBytes(UTF_8), false), answer -> answers.put(index, answer));
        }
    }

    private void reply(int number, int status) {
        reply(number, status, null);
    }

    private void reply(int number, int status, @Nullable String retryAfter) {
        begun.get(number).replied.accept(new Reply.Answered(status, null, retryAfter, null, new byte[0]));
    }

    private List<Long> beginsInMillis() {
        return begun.stream().map(call -> call.at.toMillis()).toList();
    }

    @Test
    void an_attempt_that_failed_is_made_again_after_a_wait_that_doubles() {
        HttpProcessor processor = processor(spec());
        begin(processor, 3);
        for (int attempt = 0; attempt < 5; attempt++) {
            assertThat(answers).isEmpty();
            reply(attempt, 500);
            loop.pass(Duration.ofSeconds(60));
        }
        assertThat(begun).hasSize(5);
        assertThat(beginsInMillis()).containsExactly(0L, 500L, 61_000L, 122_000L, 184_000L);
        assertThat(begun.stream().map(call -> call.header("Attempt"))).containsExactly("1", "2", "3", "4", "5");
        assertThat(begun.stream().map(call -> call.header("Idempotency-Key")))
                .containsOnly("\"0197a3c1f2d8-5b7e90-3\"");
        Answer.Failed failed = (Answer.Failed) requireNonNull(answers.get(3L));
        assertThat(failed.attempts()).isEqualTo(5);
        assertThat(failed.failure().code()).isEqualTo(ItemErrorCode.HTTP_STATUS);
        assertThat(failed.failure().status()).isEqualTo(500);
        assertThat(failed.failure().message()).isEqualTo("there:80 answered 500. This was attempt 5 of 5.");
    }

    @Test
    void one_item_that_waits_does_not_hold_the_others() {
        HttpProcessor processor = processor(spec().concurrency(1));
        begin(processor, 0, 1);
        reply(0, 500);
        assertThat(begun).hasSize(2);
        assertThat(begun.get(1).header("Item-Index")).isEqualTo("1");
    }

    @Test
    void no_more_calls_are_under_way_than_the_spec_says() {
        HttpProcessor processor = processor(spec().concurrency(2));
        begin(processor, 0, 1, 2, 3);
        assertThat(begun).hasSize(2);
        reply(1, 200);
        assertThat(begun).hasSize(3);
        assertThat(answers).containsOnlyKeys(1L);
    }

    @Test
    void retry_after_is_obeyed_when_it_is_longer_than_the_wait_would_be() {
        HttpProcessor processor = processor(spec());
        begin(processor, 0);
        reply(0, 500, "300");
        loop.pass(Duration.ofMillis(299_999));
        assertThat(begun).hasSize(1);
        loop.pass(Duration.ofMillis(1));
        assertThat(begun).hasSize(2);
        reply(1, 500, "Mon, 23 Nov 2026 10:00:10 GMT");
        loop.pass(Duration.ofMillis(9_999));
        assertThat(begun).hasSize(2);
        loop.pass(Duration.ofMillis(1));
        assertThat(begun).hasSize(3);
        reply(2, 500, "0");
        loop.pass(Duration.ofMillis(1999));
        assertThat(begun).hasSize(3);
        loop.pass(Duration.ofMillis(1));
        assertThat(begun).hasSize(4);
    }

    @Test
    void a_retry_after_that_is_too_long_gives_the_item_up_with_a_reason_to_pause() {
        HttpProcessor processor = processor(spec());
        begin(processor, 0, 1, 2, 3, 4);
        reply(0, 503, "301");
        Reason pause = requireNonNull(((Answer.GivenUp) requireNonNull(answers.get(0L))).pause());
        assertThat(pause.code()).isEqualTo(ErrorCode.RETRY_AFTER_TOO_LONG);
        assertThat(pause.message()).contains("there:80 answered 503", "301 s", "300 s", "Resume");
        assertThat(begun).as("the one that waits is not begun").hasSize(4);
        processor.stopRetrying();
        assertThat(answers.get(4L)).isEqualTo(new Answer.GivenUp(null));
    }

    @Test
    void a_429_holds_back_all_calls_and_halves_how_many_are_made_at_once() {
        HttpProcessor processor = processor(spec());
        begin(processor, 0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(begun).hasSize(4);
        reply(0, 429, "2");
        reply(1, 429, "2"); // the same complaint
        reply(2, 200);
        reply(3, 200);
        loop.pass(Duration.ofMillis(1999));
        assertThat(begun).hasSize(4);
        loop.pass(Duration.ofMillis(1));
        assertThat(begun).hasSize(6);
        assertThat(begun.get(4).header("Item-Index"))
                .as("the one that waited goes first")
                .isEqualTo("0");
    }

    @Test
    void a_500_holds_back_no_other_call() {
        HttpProcessor processor = processor(spec().concurrency(2));
        begin(processor, 0, 1, 2, 3);
        reply(0, 500, "100");
        reply(1, 200);
        assertThat(begun).hasSize(4);
    }

    @Test
    void requests_per_second_pace_all_attempts() {
        HttpProcessor processor = processor(spec().requestsPerSecond(4));
        begin(processor, 0, 1, 2);
        loop.pass(Duration.ofSeconds(1));
        reply(0, 500);
        loop.pass(Duration.ofMillis(100));
        begin(processor, 3);
        loop.pass(Duration.ofSeconds(10));
        assertThat(beginsInMillis()).containsExactly(0L, 250L, 500L, 1100L, 1500L);
    }

    @Test
    void stop_trying_lets_calls_end_and_gives_up_what_waits() {
        HttpProcessor processor = processor(spec().concurrency(3));
        begin(processor, 0, 1, 2, 3);
        reply(0, 500); // waits for another attempt, and 3 takes its place
        begin(processor, 4);
        processor.stopRetrying();
        assertThat(answers).isEqualTo(Map.of(0L, new Answer.GivenUp(null), 4L, new Answer.GivenUp(null)));
        begin(processor, 5);
        assertThat(answers.get(5L)).isEqualTo(new Answer.GivenUp(null));
        reply(1, 200);
        assertThat(answers.get(1L)).isInstanceOf(Answer.Succeeded.class);
        reply(2, 500);
        assertThat(answers.get(2L)).isEqualTo(new Answer.GivenUp(null));
        reply(3, 404);
        assertThat(answers.get(3L)).isInstanceOf(Answer.Failed.class);
        loop.pass(Duration.ofHours(1));
        assertThat(begun).hasSize(4);
    }

    @Test
    void an_item_that_cannot_be_sent_fails_with_no_attempt() {
        HttpProcessor processor = processor(spec().body("{city}"));
        begin(processor, 0);
        Answer.Failed failed = (Answer.Failed) requireNonNull(answers.get(0L));
        assertThat(failed.attempts()).isZero();
        assertThat(failed.failure().code()).isEqualTo(ItemErrorCode.FIELD_MISSING);
        assertThat(begun).isEmpty();
    }

    @Test
    void closing_answers_nothing_more() {
        HttpProcessor processor = processor(spec());
        begin(processor, 0);
        reply(0, 500);
        processor.close();
        loop.pass(Duration.ofHours(1));
        assertThat(answers).isEmpty();
        assertThat(begun).hasSize(1);
        assertThat(closed).containsExactly("caller");
    }
}
