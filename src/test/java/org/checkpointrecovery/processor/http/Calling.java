package org.checkpointrecovery.processor.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.Leftovers;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.outbound.Backoff;
import org.checkpointrecovery.outbound.NameLookup;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.Processors.UnavailableException;
import org.checkpointrecovery.processor.Work;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Real calls by a processor that waits only milliseconds between attempts. */
final class Calling implements AutoCloseable, Leftovers.Part {
    static final JobId JOB = new JobId("0197a3c1f2d8-5b7e90");

    private static final Backoff SHORT = new Backoff(Duration.ofMillis(1), Duration.ofMillis(4));

    private final ConcurrentProcessor processor;

    private Calling(ConcurrentProcessor processor) {
        this.processor = processor;
        Leftovers.started(this);
    }

    static Calling with(HttpSpec spec) {
        return with(
                spec.build(), kind(Map.of(), AddressRules.any(), NameLookup.SYSTEM, new SslContextFactory.Client()));
    }

    static Calling with(HttpSpec spec, Map<String, String> secrets) {
        return with(spec.build(), kind(secrets, AddressRules.any(), NameLookup.SYSTEM, new SslContextFactory.Client()));
    }

    static Calling with(HttpOptions options, HttpKind kind) {
        try {
            return new Calling(kind.build(options));
        } catch (UnavailableException e) {
            throw new AssertionError(e);
        }
    }

    static HttpKind kind(
            Map<String, String> secrets, AddressRules rules, NameLookup names, SslContextFactory.Client tls) {
        return kind(secrets, rules, names, () -> tls);
    }

    static HttpKind kind(
            Map<String, String> secrets, AddressRules rules, NameLookup names, Supplier<SslContextFactory.Client> tls) {
        return new HttpKind(new Secrets(secrets), rules, Clock.systemUTC(), names, tls, SHORT);
    }

    CompletableFuture<Answer> begin(long index, byte[] item, boolean json) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        processor.begin(new Work(JOB, index, item, json), answered -> {
            if (!answer.complete(answered)) {
                throw new AssertionError("answered twice: " + answered);
            }
        });
        return answer;
    }

    CompletableFuture<Answer> begin(long index, String item) {
        return begin(index, item.getBytes(UTF_8), false);
    }

    /** The answer to one item. */
    Answer answer(String item) {
        return await(begin(7, item));
    }

    Answer answerToJson(String item) {
        return await(begin(7, item.getBytes(UTF_8), true));
    }

    static Answer await(CompletableFuture<Answer> answer) {
        try {
            return Await.result(answer);
        } catch (Exception e) {
            throw new AssertionError("no answer", e);
        }
    }

    static String result(Answer answer) {
        if (answer instanceof Answer.Succeeded succeeded) {
            return new String(succeeded.result(), UTF_8);
        }
        throw new AssertionError("no success, but " + answer);
    }

    static Answer.Failed failed(Answer answer) {
        if (answer instanceof Answer.Failed failed) {
            return failed;
        }
        throw new AssertionError("no failure, but " + (answer instanceof Answer.Succeeded ? result(answer) : answer));
    }

    ConcurrentProcessor processor() {
        return processor;
    }

    @Override
    public void close() {
        processor.close();
        Leftovers.closed(this);
    }
}
