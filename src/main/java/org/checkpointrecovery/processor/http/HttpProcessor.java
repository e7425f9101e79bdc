package org.checkpointrecovery.processor.http;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.outbound.Backoff;
import org.checkpointrecovery.outbound.Call;
import org.checkpointrecovery.outbound.Caller;
import org.checkpointrecovery.outbound.Loop;
import org.checkpointrecovery.outbound.RetryAfter;
import org.checkpointrecovery.outbound.Throttle;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.Work;

/**
 * Calls an endpoint for each item, with retries. The thread of the {@link Loop} owns all state: items and replies are
 * passed to it.
 */
final class HttpProcessor implements ConcurrentProcessor {
    /** Consecutive 401 or 403 answers that pause the job: a wrong password should not cost 100,000 calls. */
    private static final int UNAUTHORIZED = 5;

    private final Setup setup;
    private final HttpOptions options;
    private final Judge judge;
    private final Loop loop;

    // Owned by the loop's thread:
    private final Throttle throttle;
    private final Deque<PendingCall> ready = new ArrayDeque<>();
    private final Set<PendingCall> backingOff = new LinkedHashSet<>();
    private int underWay;
    private boolean stopped;
    private boolean woken;
    private long wakeAt;

    /**
     * The parts of the processor.
     *
     * @param chance a random number between 0 and 1 at each call
     */
    record Setup(RequestBody body, Calls calls, Caller caller, Loop loop, Backoff backoff, DoubleSupplier chance) {}

    /** Creates the request of an attempt. Thread-safe. */
    interface Calls {
        /** @param attempt its number, from 1 */
        Call of(Work work, RequestBody.Made.Ready body, int attempt);
    }

    /** An item in progress, with the number of started attempts. */
    private static final class PendingCall {
        private final Work work;
        private final RequestBody.Made.Ready body;
        private final Consumer<Answer> answered;
        private int attempts;

        PendingCall(Work work, RequestBody.Made.Ready body, Consumer<Answer> answered) {
            this.work = work;
            this.body = body;
            this.answered = answered;
        }

        void giveUp() {
            answered.accept(new Answer.GivenUp(null));
        }
    }

    HttpProcessor(HttpOptions options, Judge judge, Setup setup) {
        this.options = options;
        this.judge = judge;
        this.setup = setup;
        this.loop = setup.loop();
        this.throttle = new Throttle(options.concurrency(), options.requestsPerSecond(), loop.nanos());
    }

    @Override
    public int concurrency() {
        return options.concurrency();
    }

    @Override
    public Pauses pauses() {
        Integer failedItems = options.pauseAfterFailedItems();
        return new Pauses(failedItems == null ? Integer.MAX_VALUE : failedItems, UNAUTHORIZED);
    }

    @Override
    public void begin(Work work, Consumer<Answer> answered) {
        RequestBody.Made made = setup.body().of(work);
        if (made instanceof RequestBody.Made.Unfit unfit) {
            answered.accept(new Answer.Failed(unfit.failure(), 0));
            return;
        }
        PendingCall pending = new PendingCall(work, (RequestBody.Made.Ready) made, answered);
        loop.execute(() -> {
            if (stopped) {
                pending.giveUp();
            } else {
                ready.addLast(pending);
                startReadyAttempts();
            }
        });
    }

    private void startReadyAttempts() {
        while (!ready.isEmpty()) {
            long now = loop.nanos();
            long wait = throttle.untilNext(now, underWay);
            if (wait == Throttle.UNTIL_ONE_ENDS) {
                return; // called again when one ends
            }
            if (wait > 0) {
                wakeIn(wait, now);
                return;
            }
            attempt(ready.removeFirst(), now);
        }
    }

    /** Schedules another call, unless one is due soon enough. */
    private void wakeIn(long nanos, long now) {
        if (woken && wakeAt - (now + nanos) <= 0 && wakeAt - now > 0) {
            return;
        }
        woken = true;
        wakeAt = now + nanos;
        loop.later(Duration.ofNanos(nanos), this::startReadyAttempts);
    }

    private void attempt(PendingCall pending, long now) {
        int attempt = ++pending.attempts;
        underWay++;
        throttle.began(now);
        Call call = setup.calls().of(pending.work, pending.body, attempt);
        setup.caller().call(call, reply -> {
            Verdict verdict =
                    judge.of(reply, pending.work.index(), attempt); // outside the loop, because it may take a while
            loop.execute(() -> ended(pending, now, verdict));
        });
    }

    private void ended(PendingCall pending, long began, Verdict verdict) {
        underWay--;
        if (verdict instanceof Verdict.Succeeded succeeded) {
            throttle.succeeded();
            pending.answered.accept(new Answer.Succeeded(succeeded.result()));
        } else if (verdict instanceof Verdict.Failed failed) {
            pending.answered.accept(new Answer.Failed(failed.failure(), pending.attempts));
        } else if (verdict instanceof Verdict.Postponed postponed) {
            pending.answered.accept(new Answer.GivenUp(postponed.reason()));
        } else {
            retry(pending, began, (Verdict.Retry) verdict);
        }
        startReadyAttempts();
    }

    private void retry(PendingCall pending, long began, Verdict.Retry verdict) {
        Duration asked = verdict.retryAfter();
        Duration wait = setup.backoff()
                .after(pending.attempts, setup.chance().getAsDouble(), asked == null ? Duration.ZERO : asked);
        if (verdict.overloaded()) {
            throttle.slowDown(loop.nanos(), began, wait);
        }
        if (asked != null && asked.compareTo(RetryAfter.MAX) > 0) {
            pending.answered.accept(new Answer.GivenUp(tooLong(verdict, asked)));
        } else if (pending.attempts >= options.maxAttempts()) {
            pending.answered.accept(new Answer.Failed(verdict.failure(), pending.attempts));
        } else if (stopped) {
            pending.giveUp();
        } else {
            backingOff.add(pending);
            loop.later(wait, () -> {
                if (backingOff.remove(pending)) {
                    ready.addFirst(pending); // results of later items may be waiting for it
                    startReadyAttempts();
                }
            });
        }
    }

    private static Reason tooLong(Verdict.Retry verdict, Duration asked) {
        return new Reason(
                ErrorCode.RETRY_AFTER_TOO_LONG,
                verdict.failure().message() + " Its Retry-After is " + asked.toSeconds()
                        + " s, longer than the " + RetryAfter.MAX.toSeconds()
                        + " s that a job waits. The job was paused; the item was not failed. Resume after that time.");
    }

    @Override
    public void stopRetrying() {
        loop.execute(() -> {
            stopped = true;
            List<PendingCall> waiting = new ArrayList<>(ready);
            waiting.addAll(backingOff);
            ready.clear();
            backingOff.clear();
            waiting.forEach(PendingCall::giveUp);
        });
    }

    @Override
    public void close() {
        loop.close();
        setup.caller().close();
    }
}
