package org.checkpointrecovery.outbound;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.util.Promise;
import org.jspecify.annotations.Nullable;

/**
 * A call with its deadline. If the endpoint closes a kept connection before any byte of the response, the call is sent
 * once more at once, over a new connection. This does not count as an attempt, because the endpoint did nothing wrong.
 * The endpoint may already have processed the call, so the call must be repeatable; each of ours carries a key that
 * makes it so. (RFC 9110, section 9.2.2; Go's {@code net/http.Transport} has the same rule.)
 */
final class Exchange {
    /** The client enforces the timeout of a call itself. After this much longer, this class does. */
    private static final Duration CLIENT_GRACE = Duration.ofMillis(500);

    private final JettyCaller caller;
    private final HttpClient client;
    private final ScheduledExecutorService timers;
    private final CallLimits limits;
    private final Call call;
    private final AnswerCollector collector;
    private final long end;
    private boolean repeated;
    private volatile boolean started;
    private volatile boolean answered;
    private volatile long bytesBefore;
    private volatile @Nullable Request underWay;
    private volatile @Nullable Future<?> deadline;

    Exchange(
            JettyCaller caller,
            HttpClient client,
            ScheduledExecutorService timers,
            Call call,
            Consumer<Reply> replied) {
        this.caller = caller;
        this.client = client;
        this.timers = timers;
        this.limits = caller.limits();
        this.call = call;
        this.end = System.nanoTime() + limits.timeout().toNanos();
        this.collector = new AnswerCollector(call.url(), limits, this::isRepeated, replied);
    }

    void begin() {
        Request request = request(limits.timeout());
        deadline = timers.schedule(
                this::giveUp, limits.timeout().plus(CLIENT_GRACE).toNanos(), TimeUnit.NANOSECONDS);
        request.send(collector);
    }

    private Request request(Duration timeout) {
        Request request = client.newRequest(call.url())
                .method(call.method())
                .tag(caller)
                .timeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
                .idleTimeout(limits.idleTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .onRequestBegin(this::requestBegins)
                .onResponseBegin(this::answerBegins)
                .headers(headers -> {
                    headers.put(HttpHeader.ACCEPT_ENCODING, "identity");
                    call.headers().forEach(header -> headers.put(header.name(), header.value()));
                });
        if (!"https".equalsIgnoreCase(call.url().getScheme())) {
            request.version(HttpVersion.HTTP_1_1); // without TLS, the version cannot be negotiated
        }
        if (call.body() != null) {
            request.body(new BytesRequestContent((String) null, call.body()));
        }
        underWay = request;
        return request;
    }

    /** Whether the call was sent again over a new connection. Otherwise it has ended. */
    private boolean isRepeated(Result result) {
        Duration left = Duration.ofNanos(end - System.nanoTime());
        Optional<HttpVersion> spoken = caller.kept().spoken(result.getRequest());
        boolean closed = result.isFailed()
                && !CallFailures.has(result.getFailure(), TimeoutException.class)
                && (started ? spoken.isPresent() && isUnanswered(result) : hadConnection(result));
        if (closed && !repeated && !caller.isClosed() && left.compareTo(Duration.ZERO) > 0) {
            repeated = true;
            repeat(request(left), spoken.orElse(HttpVersion.HTTP_1_1));
            return true;
        }
        cancelDeadline();
        return false;
    }

    private void cancelDeadline() {
        Future<?> timer = deadline;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void requestBegins(Request request) {
        started = true;
        bytesBefore = KeptConnections.bytesIn(request.getConnection());
    }

    private void answerBegins(Response response) {
        answered = true;
        caller.kept().note(response);
    }

    /** Whether no byte of a response came. The status does not tell, because the client makes one up. */
    private boolean isUnanswered(Result result) {
        return !answered && KeptConnections.bytesIn(result.getRequest().getConnection()) == bytesBefore;
    }

    /** Whether the call was assigned to a connection that ended before a byte of the call was sent. */
    private static boolean hadConnection(Result result) {
        return result.getRequest().getConnection() != null;
    }

    /**
     * Of HTTP/2 the pool makes one new connection for all calls; of HTTP/1.1 its next one may be as old as this one
     * was.
     */
    private void repeat(Request request, HttpVersion version) {
        if (version.getVersion() >= HttpVersion.HTTP_2.getVersion()) {
            request.send(collector);
            return;
        }
        client.resolveDestination(request).newConnection(new Promise<>() {
            @Override
            public void succeeded(Connection connection) {
                if (System.nanoTime() - end >= 0) { // the call was abandoned in the meantime
                    connection.close();
                    return;
                }
                request.onComplete(result -> connection.close());
                connection.send(request, collector);
            }

            @Override
            public void failed(Throwable failure) {
                cancelDeadline();
                collector.fail(failure);
            }
        });
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the call is over for us
    private void giveUp() {
        collector.fail(new TimeoutException());
        Request request = underWay;
        if (request != null) {
            request.abort(new TimeoutException());
        }
    }
}
