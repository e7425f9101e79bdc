package org.checkpointrecovery.processor.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.Leftovers;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.outbound.Backoff;
import org.checkpointrecovery.outbound.CallClient;
import org.checkpointrecovery.outbound.NameLookup;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.Processors.UnavailableException;
import org.checkpointrecovery.processor.Work;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/** Real calls by a processor that waits only milliseconds between attempts. */
final class Calling implements AutoCloseable, Leftovers.Part {
    static final JobId JOB = new JobId("0197a3c1f2d8-5b7e90");

    private static final Backoff SHORT = new Backoff(Duration.ofMillis(1), Duration.ofMillis(4));

    private final ConcurrentProcessor processor;
    private final @Nullable CallClient client;

    private Calling(ConcurrentProcessor processor, @Nullable CallClient client) {
        this.processor = processor;
        this.client = client;
        Leftovers.started(this);
    }

    static Calling with(HttpSpec spec) {
        return with(spec, Map.of());
    }

    static Calling with(HttpSpec spec, Map<String, String> secrets) {
        CallClient client = new CallClient(AddressRules.any());
        return new Calling(build(spec.build(), kind(secrets, client)), client);
    }

    /** Makes calls with the client of that kind, which stays open. */
    static Calling with(HttpOptions options, HttpKind kind) {
        return new Calling(build(options, kind), null);
    }

    private static ConcurrentProcessor build(HttpOptions options, HttpKind kind) {
        try {
            return kind.build(options);
        } catch (UnavailableException e) {
            throw new AssertionError(e);
        }
    }

    /** A kind whose client is closed after the test. */
    static HttpKind kind(
            Map<String, String> secrets, AddressRules rules, NameLookup names, SslContextFactory.Client tls) {
        CallClient client = new CallClient(rules, names, tls);
        Leftovers.started(client::close);
        return kind(secrets, client);
    }

    private static HttpKind kind(Map<String, String> secrets, CallClient client) {
        return new HttpKind(new Secrets(secrets), "--secrets-file", client, Clock.systemUTC(), SHORT);
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
        if (client != null) {
            client.close();
        }
        Leftovers.closed(this);
    }
}
