package org.checkpointrecovery.processor.http;

import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.checkpointrecovery.job.DescriptorShortage;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;

/** Decides what a reply means for its item. Immutable. */
final class Judge {
    /** Timeout, conflict, too early, and too many requests: a later attempt may succeed. */
    private static final Set<Integer> RETRYABLE = Set.of(408, 409, 425, 429);

    /** A retry cannot make the endpoint support the method or the version. */
    private static final Set<Integer> PERMANENT = Set.of(501, 505);

    private static final Set<Integer> OVERLOADED = Set.of(429, 503);

    private final String target;
    private final int maxAttempts;
    private final Redaction secrets;
    private final ResultJson results;
    private final Clock clock;

    /** @param target host and port, for messages */
    Judge(String target, int maxAttempts, Redaction secrets, Clock clock) {
        this.target = target;
        this.maxAttempts = maxAttempts;
        this.secrets = secrets;
        this.results = new ResultJson(secrets);
        this.clock = clock;
    }

    Verdict of(Reply reply, long index, int attempt) {
        if (reply instanceof Reply.Answered answered) {
            return of(answered, index, attempt);
        }
        if (reply instanceof Reply.NotSent) {
            return new Verdict.Postponed(DescriptorShortage.reason());
        }
        Reply.Broken broken = (Reply.Broken) reply;
        ItemFailure failure = new ItemFailure(broken.code(), secrets.of(broken.what()) + at(attempt));
        return broken.retryable() ? new Verdict.Retry(failure, null, false) : new Verdict.Failed(failure);
    }

    private Verdict of(Reply.Answered answered, long index, int attempt) {
        int status = answered.status();
        String text = AnswerText.of(answered.body(), answered.contentType());
        if (status >= 200 && status < 300) {
            return new Verdict.Succeeded(results.of(index, status, attempt, text));
        }
        // Masked before it is cut, so that no half of a secret remains.
        String excerpt = AnswerText.excerpt(secrets.ofBeginning(text));
        String said = excerpt.isEmpty() ? "" : ": \"" + excerpt + "\"";
        ItemFailure failure = new ItemFailure(
                ItemErrorCode.HTTP_STATUS, target + " answered " + status + said + "." + at(attempt), status);
        if (!isRetryable(status)) {
            return new Verdict.Failed(failure);
        }
        Duration retryAfter = answered.retryAfter() == null
                ? null
                : RetryAfter.parse(answered.retryAfter(), answered.date(), clock.instant())
                        .orElse(null);
        return new Verdict.Retry(failure, retryAfter, OVERLOADED.contains(status));
    }

    static boolean isRetryable(int status) {
        return RETRYABLE.contains(status) || (status >= 500 && status < 600 && !PERMANENT.contains(status));
    }

    private String at(int attempt) {
        return " This was attempt " + attempt + " of " + maxAttempts + ".";
    }
}
