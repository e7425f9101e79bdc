package org.checkpointrecovery.callback;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.outbound.Backoff;
import org.checkpointrecovery.outbound.Call;
import org.checkpointrecovery.outbound.CallClient;
import org.checkpointrecovery.outbound.CallLimits;
import org.checkpointrecovery.outbound.Caller;
import org.checkpointrecovery.outbound.Hosts;
import org.checkpointrecovery.outbound.Loop;
import org.checkpointrecovery.outbound.Reply;
import org.checkpointrecovery.outbound.RetryAfter;

/**
 * Posts JSON to endpoints, a few at once, with retries by the same rules as the processor. The thread of its
 * {@link Loop} owns all state; {@link #post} is thread-safe.
 */
public final class Poster implements AutoCloseable {
    public static final int MAX_ATTEMPTS = 8;
    public static final Duration FIRST_WAIT = Backoff.DEFAULT.first();

    private static final int AT_ONCE = 8;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int MAX_ANSWER_BYTES = 64 * 1024;

    private final Clock clock;
    private final Backoff backoff;
    private final DoubleSupplier chance;
    private final Caller caller;
    private final Loop loop;

    // Owned by the loop's thread:
    private final Deque<PendingCall> ready = new ArrayDeque<>();
    private int underWay;

    /**
     * A message to post.
     *
     * @param headers created again for each attempt
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Message(URI url, byte[] body, Supplier<Map<String, String>> headers) {}

    private static final class PendingCall {
        private final Message message;
        private final Consumer<Optional<String>> ended;
        private int attempts;

        PendingCall(Message message, Consumer<Optional<String>> ended) {
            this.message = message;
            this.ended = ended;
        }
    }

    /**
     * @param client closed by its owner
     * @param firstWait the longest wait after the first attempt; {@link #FIRST_WAIT} except in tests
     */
    public Poster(CallClient client, Clock clock, Duration firstWait) {
        this(
                clock,
                new Backoff(firstWait, Backoff.DEFAULT.max()),
                () -> ThreadLocalRandom.current().nextDouble(),
                client.caller(new CallLimits(AT_ONCE, CONNECT_TIMEOUT, TIMEOUT, MAX_ANSWER_BYTES)),
                client.loop());
    }

    /** @param chance a random number between 0 and 1 for each wait */
    Poster(Clock clock, Backoff backoff, DoubleSupplier chance, Caller caller, Loop loop) {
        this.clock = clock;
        this.backoff = backoff;
        this.chance = chance;
        this.caller = caller;
        this.loop = loop;
    }

    /**
     * Posts a message. Returns at once.
     *
     * @param ended called on the poster's thread: empty if the message was delivered, otherwise why it was given up;
     *     never called if the poster is closed first
     */
    public void post(Message message, Consumer<Optional<String>> ended) {
        PendingCall pending = new PendingCall(message, ended);
        loop.execute(() -> begin(pending));
    }

    private void begin(PendingCall pending) {
        ready.addLast(pending);
        startReadyAttempts();
    }

    private void startReadyAttempts() {
        while (underWay < AT_ONCE && !ready.isEmpty()) {
            PendingCall pending = ready.removeFirst();
            pending.attempts++;
            underWay++;
            caller.call(
                    call(pending.message),
                    reply -> loop.execute(() -> {
                        underWay--;
                        replied(pending, reply);
                        startReadyAttempts();
                    }));
        }
    }

    private static Call call(Message message) {
        List<Call.Header> headers = new ArrayList<>();
        headers.add(new Call.Header("Content-Type", "application/json"));
        message.headers().get().forEach((name, value) -> headers.add(new Call.Header(name, value)));
        return new Call(message.url(), "POST", headers, message.body());
    }

    private void replied(PendingCall pending, Reply reply) {
        boolean retryable;
        String what;
        Duration asked = Duration.ZERO;
        if (reply instanceof Reply.Answered answered) {
            if (answered.isSuccess()) {
                pending.ended.accept(Optional.empty());
                return;
            }
            retryable = answered.isRetryable();
            what = Hosts.named(pending.message.url()) + " answered " + answered.status() + ".";
            asked = asked(answered);
        } else if (reply instanceof Reply.NotSent) {
            retryable = true;
            what = "The service ran out of file descriptors.";
        } else {
            Reply.Broken broken = (Reply.Broken) reply;
            if (broken.code() == ItemErrorCode.ANSWER_TOO_LARGE) { // the status was 2xx: the message was accepted
                pending.ended.accept(Optional.empty());
                return;
            }
            retryable = broken.retryable();
            what = broken.what();
        }
        if (!retryable || pending.attempts >= MAX_ATTEMPTS) {
            pending.ended.accept(
                    Optional.of(what + " This was attempt " + pending.attempts + " of " + MAX_ATTEMPTS + "."));
            return;
        }
        loop.later(backoff.after(pending.attempts, chance.getAsDouble(), asked), () -> begin(pending));
    }

    private Duration asked(Reply.Answered answered) {
        Duration asked = answered.requestedWait(clock.instant()).orElse(Duration.ZERO);
        return asked.compareTo(RetryAfter.MAX) > 0 ? RetryAfter.MAX : asked;
    }

    /** Cancels the posts in progress. */
    @Override
    public void close() {
        loop.close();
        caller.close();
    }
}
