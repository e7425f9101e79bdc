package org.checkpointrecovery.processor.http;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.transport.HttpClientConnectionFactory;
import org.eclipse.jetty.client.transport.HttpClientTransportDynamic;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.ClientConnectionFactoryOverHTTP2;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.BlockingArrayQueue;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls by Jetty's client: HTTP/2 where a TLS endpoint offers it, HTTP/1.1 otherwise. It does what it is told and no more: it
 * follows no redirect, answers no challenge, keeps no cookie, decodes no body and asks for none that is coded.
 */
final class JettyCaller implements Caller {
    private static final Logger log = LoggerFactory.getLogger(JettyCaller.class);

    /** Enough for reading and writing, which never wait, and for some look-ups of names, which do. */
    private static final int MAX_THREADS = 8;

    /** The client enforces the time-out of a call itself; after so long it is not relied on any more. */
    private static final Duration CLIENT_GRACE = Duration.ofMillis(500);

    private static final int IDLE_THREAD_MILLIS = 60_000;

    private static final int MAX_REQUEST_HEADERS_BYTES = 2 * 1024 * 1024;
    private static final int MAX_RESPONSE_HEADERS_BYTES = 64 * 1024;

    /** A connection that nothing has come over for longer than a call may take is of no use. */
    private static final Duration IDLE_BEYOND_TIMEOUT = Duration.ofSeconds(1);

    private final HttpClient client;
    private final Limits limits;
    private final OwnThreads threads = new OwnThreads("http");
    private final OwnThreads timerThreads = new OwnThreads("http-timers");
    private final ScheduledThreadPoolExecutor timers;

    /**
     * @param connections at once, at least 1
     * @param timeout of a call, from its beginning to the end of its answer
     * @param maxBodyBytes of an answer
     */
    record Limits(int connections, Duration connectTimeout, Duration timeout, int maxBodyBytes) {}

    /** @param tls which certificates are trusted */
    JettyCaller(Limits limits, NameLookup names, AddressRules rules, SslContextFactory.Client tls) {
        this.limits = limits;
        QueuedThreadPool pool =
                new QueuedThreadPool(MAX_THREADS, 1, IDLE_THREAD_MILLIS, 0, new BlockingArrayQueue<>(), null, threads);
        // Of our own, because Jetty does not wait for the end of its.
        timers = new ScheduledThreadPoolExecutor(1, timerThreads);
        timers.setRemoveOnCancelPolicy(true);
        ClientConnector connector = new ClientConnector();
        connector.setSelectors(1);
        connector.setSslContextFactory(tls);
        HTTP2Client http2 = new HTTP2Client(connector);
        client = new HttpClient(new HttpClientTransportDynamic(
                connector, new ClientConnectionFactoryOverHTTP2.HTTP2(http2), HttpClientConnectionFactory.HTTP11));
        client.setExecutor(pool);
        client.setScheduler(new ScheduledExecutorScheduler(timers));
        client.setSocketAddressResolver(new CheckedResolver(names, rules, pool));
        client.setConnectTimeout(limits.connectTimeout().toMillis());
        client.setIdleTimeout(limits.timeout().plus(IDLE_BEYOND_TIMEOUT).toMillis());
        client.setMaxConnectionsPerDestination(limits.connections());
        client.setMaxRequestHeadersSize(MAX_REQUEST_HEADERS_BYTES);
        client.setMaxResponseHeadersSize(MAX_RESPONSE_HEADERS_BYTES);
        client.setFollowRedirects(false);
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        client.setUserAgentField(new HttpField(HttpHeader.USER_AGENT, "checkpoint-recovery"));
        start();
    }

    private void start() {
        try {
            client.start();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP client does not start", e);
        }
        client.getContentDecoderFactories().clear();
        for (String handler : new String[] {"redirect", "www-authenticate", "proxy-authenticate", "upgrade"}) {
            client.getProtocolHandlers().remove(handler);
        }
        client.getProtocolHandlers().put(new InterimAnswers());
    }

    @Override
    public void call(Call call, Consumer<Reply> replied) {
        AnswerCollector collector = new AnswerCollector(call.url(), limits, replied);
        Request request = client.newRequest(call.url())
                .method(call.method())
                .timeout(limits.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .headers(headers -> {
                    headers.put(HttpHeader.ACCEPT_ENCODING, "identity");
                    call.headers().forEach(header -> headers.put(header.name(), header.value()));
                });
        if (!"https".equalsIgnoreCase(call.url().getScheme())) {
            request.version(HttpVersion.HTTP_1_1); // in clear text there is nothing to negotiate by
        }
        if (call.body() != null) {
            request.body(new BytesRequestContent((String) null, call.body()));
        }
        Future<?> deadline = timers.schedule(
                () -> giveUp(request, collector),
                limits.timeout().plus(CLIENT_GRACE).toMillis(),
                TimeUnit.MILLISECONDS);
        request.onComplete(result -> deadline.cancel(false));
        request.send(collector);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the call has ended for us
    private static void giveUp(Request request, AnswerCollector collector) {
        collector.timeOut();
        request.abort(new TimeoutException());
    }

    /** On return no thread of it works any more. */
    @Override
    public void close() {
        try {
            client.stop();
        } catch (Exception e) {
            log.warn("The HTTP client did not stop as it should", e);
        }
        timers.shutdownNow();
        threads.join();
        timerThreads.join();
    }
}
