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
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.Work;

/**
 * Calls an endpoint for each item, and again where that may help. All state is owned by the thread of the {@link Loop}: items
 * come to it, and so do replies; nothing else changes it.
 */
final class HttpProcessor implements ConcurrentProcessor {
    private final Setup setup;
    private final ProcessorSpec.Http spec;
    private final Judge judge;
    private final Loop loop;

    // Of the loop's thread:
    private final Throttle throttle;
    private final Deque<Trial> ready = new ArrayDeque<>();
    private final Set<Trial> backingOff = new LinkedHashSet<>();
    private int underWay;
    private boolean stopped;
    private boolean woken;
    private long wakeAt;

    /**
     * What it works with.
     *
     * @param chance from 0 to 1, another one at each call
     */
    record Setup(RequestBody body, Calls calls, Caller caller, Loop loop, Backoff backoff, DoubleSupplier chance) {}

    /** Makes the request of an attempt. Thread-safe. */
    interface Calls {
        /** @param attempt its number, from 1 */
        Call of(Work work, RequestBody.Made.Ready body, int attempt);
    }

    /** An item on its way, with the number of attempts that were begun. */
    private static final class Trial {
        private final Work work;
        private final RequestBody.Made.Ready body;
        private final Consumer<Answer> answered;
        private int attempts;

        Trial(Work work, RequestBody.Made.Ready body, Consumer<Answer> answered) {
            this.work = work;
            this.body = body;
            this.answered = answered;
        }

        void giveUp() {
            answered.accept(new Answer.GivenUp(null));
        }
    }

    HttpProcessor(ProcessorSpec.Http spec, Judge judge, Setup setup) {
        this.spec = spec;
        this.judge = judge;
        this.setup = setup;
        this.loop = setup.loop();
        this.throttle = new Throttle(spec.concurrency(), spec.requestsPerSecond(), loop.nanos());
    }

    @Override
    public int concurrency() {
        return spec.concurrency();
    }

    @Override
    public void begin(Work work, Consumer<Answer> answered) {
        RequestBody.Made made = setup.body().of(work);
        if (made instanceof RequestBody.Made.Unfit unfit) {
            answered.accept(new Answer.Failed(unfit.failure(), 0));
            return;
        }
        Trial trial = new Trial(work, (RequestBody.Made.Ready) made, answered);
        loop.execute(() -> {
            if (stopped) {
                trial.giveUp();
            } else {
                ready.addLast(trial);
                attemptWhatMayBegin();
            }
        });
    }

    private void attemptWhatMayBegin() {
        while (!ready.isEmpty()) {
            long now = loop.nanos();
            long wait = throttle.untilNext(now, underWay);
            if (wait == Throttle.UNTIL_ONE_ENDS) {
                return; // its end comes here again
            }
            if (wait > 0) {
                wakeIn(wait, now);
                return;
            }
            attempt(ready.removeFirst(), now);
        }
    }

    /** Comes here again later, unless that is to happen soon enough anyway. */
    private void wakeIn(long nanos, long now) {
        if (woken && wakeAt - (now + nanos) <= 0 && wakeAt - now > 0) {
            return;
        }
        woken = true;
        wakeAt = now + nanos;
        loop.later(Duration.ofNanos(nanos), this::attemptWhatMayBegin);
    }

    private void attempt(Trial trial, long now) {
        int attempt = ++trial.attempts;
        underWay++;
        throttle.began(now);
        Call call = setup.calls().of(trial.work, trial.body, attempt);
        setup.caller().call(call, reply -> {
            Verdict verdict = judge.of(reply, trial.work.index(), attempt); // outside of the loop: it may take a while
            loop.execute(() -> ended(trial, now, verdict));
        });
    }

    private void ended(Trial trial, long began, Verdict verdict) {
        underWay--;
        if (verdict instanceof Verdict.Succeeded succeeded) {
            throttle.succeeded();
            trial.answered.accept(new Answer.Succeeded(succeeded.result()));
        } else if (verdict instanceof Verdict.Failed failed) {
            trial.answered.accept(new Answer.Failed(failed.failure(), trial.attempts));
        } else if (verdict instanceof Verdict.Postponed postponed) {
            trial.answered.accept(new Answer.GivenUp(postponed.reason()));
        } else {
            tryAgain(trial, began, (Verdict.TryAgain) verdict);
        }
        attemptWhatMayBegin();
    }

    private void tryAgain(Trial trial, long began, Verdict.TryAgain verdict) {
        Duration backoff = setup.backoff().after(trial.attempts, setup.chance().getAsDouble());
        Duration asked = verdict.retryAfter();
        Duration wait = asked == null || asked.compareTo(backoff) < 0 ? backoff : asked;
        if (verdict.overloaded()) {
            throttle.slowDown(loop.nanos(), began, wait);
        }
        if (asked != null && asked.compareTo(RetryAfter.MOST) > 0) {
            trial.answered.accept(new Answer.GivenUp(tooLong(verdict, asked)));
        } else if (trial.attempts >= spec.maxAttempts()) {
            trial.answered.accept(new Answer.Failed(verdict.failure(), trial.attempts));
        } else if (stopped) {
            trial.giveUp();
        } else {
            backingOff.add(trial);
            loop.later(wait, () -> {
                if (backingOff.remove(trial)) {
                    ready.addFirst(trial); // those that came after it may have results that wait for it
                    attemptWhatMayBegin();
                }
            });
        }
    }

    private static Reason tooLong(Verdict.TryAgain verdict, Duration asked) {
        return new Reason(
                ErrorCode.RETRY_AFTER_TOO_LONG,
                verdict.failure().message() + " Its Retry-After is " + asked.toSeconds()
                + " s, longer than the " + RetryAfter.MOST.toSeconds()
                + " s that a job waits. The job was paused; the item was not failed. Resume after that time.");
    }

    @Override
    public void stopTrying() {
        loop.execute(() -> {
            stopped = true;
            List<Trial> waiting = new ArrayList<>(ready);
            waiting.addAll(backingOff);
            ready.clear();
            backingOff.clear();
            waiting.forEach(Trial::giveUp);
        });
    }

    @Override
    public void close() {
        loop.close();
        setup.caller().close();
    }
}
