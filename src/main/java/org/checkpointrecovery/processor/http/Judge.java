package org.checkpointrecovery.processor.http;

import java.time.Clock;
import java.util.Set;
import org.checkpointrecovery.job.DescriptorShortage;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.outbound.AnswerText;
import org.checkpointrecovery.outbound.Reply;

/** Decides what a reply means for its item. Immutable. */
final class Judge {
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
        if (answered.isSuccess()) {
            return new Verdict.Succeeded(results.of(index, status, attempt, text));
        }
        // Masked before it is cut, so that no half of a secret remains.
        String excerpt = AnswerText.excerpt(secrets.ofBeginning(text));
        String said = excerpt.isEmpty() ? "" : ": \"" + excerpt + "\"";
        ItemFailure failure = new ItemFailure(
                ItemErrorCode.HTTP_STATUS, target + " answered " + status + said + "." + at(attempt), status);
        if (!answered.isRetryable()) {
            return new Verdict.Failed(failure);
        }
        return new Verdict.Retry(
                failure, answered.requestedWait(clock.instant()).orElse(null), OVERLOADED.contains(status));
    }

    private String at(int attempt) {
        return " This was attempt " + attempt + " of " + maxAttempts + ".";
    }
}
