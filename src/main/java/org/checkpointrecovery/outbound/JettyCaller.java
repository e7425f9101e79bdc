package org.checkpointrecovery.outbound;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Consumer;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.transport.HttpClientConnectionFactory;
import org.eclipse.jetty.client.transport.HttpClientTransportDynamic;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.ClientConnectionFactoryOverHTTP2;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.BlockingArrayQueue;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls endpoints with Jetty's client: HTTP/2 if a TLS endpoint offers it, HTTP/1.1 otherwise. Follows no redirects,
 * answers no challenges, keeps no cookies, and neither requests nor decodes content codings.
 */
public final class JettyCaller implements Caller {
    private static final Logger log = LoggerFactory.getLogger(JettyCaller.class);

    /** Enough for I/O, which never blocks, and for some name lookups, which do. */
    private static final int MAX_THREADS = 8;

    private static final int IDLE_THREAD_MILLIS = 60_000;

    private static final int MAX_REQUEST_HEADERS_BYTES = 2 * 1024 * 1024;
    private static final int MAX_RESPONSE_HEADERS_BYTES = 64 * 1024;

    /** A connection that was idle for longer than a call may take is useless. */
    private static final Duration IDLE_BEYOND_TIMEOUT = Duration.ofSeconds(1);

    private final HttpClient client;
    private final Limits limits;
    private final OwnThreads threads = new OwnThreads("http");
    private final OwnThreads timerThreads = new OwnThreads("http-timers");
    private final ScheduledThreadPoolExecutor timers;
    private final KeptConnections kept = new KeptConnections();

    /**
     * @param connections at once, at least 1
     * @param timeout of a call, from its start to the end of the response
     * @param maxBodyBytes maximum size of a response body
     */
    public record Limits(int connections, Duration connectTimeout, Duration timeout, int maxBodyBytes) {}

    /** @param tls the trusted certificates; not shared, because it is stopped with this caller */
    public JettyCaller(Limits limits, NameLookup names, AddressRules rules, SslContextFactory.Client tls) {
        this.limits = limits;
        QueuedThreadPool pool =
                new QueuedThreadPool(MAX_THREADS, 1, IDLE_THREAD_MILLIS, 0, new BlockingArrayQueue<>(), null, threads);
        // Our own threads, because Jetty does not wait for the end of its own.
        timers = new ScheduledThreadPoolExecutor(1, timerThreads);
        timers.setRemoveOnCancelPolicy(true);
        ClientConnector connector = new ClientConnector();
        connector.setSelectors(1);
        connector.setSslContextFactory(tls);
        HTTP2Client http2 = new HTTP2Client(connector);
        client = new HttpClient(new HttpClientTransportDynamic(
                connector, new ClientConnectionFactoryOverHTTP2.HTTP2(http2), HttpClientConnectionFactory.HTTP11));
        client.setExecutor(pool);
        // A connection that is closed from outside returns its buffer while a response may still be read into it
        // (jetty.project issue 12934). With a pool, another connection could have that buffer by then, and its response
        // would be damaged.
        client.setByteBufferPool(new ByteBufferPool.NonPooling());
        client.setUseInputDirectByteBuffers(false); // garbage-collected, so cheap to create
        client.setUseOutputDirectByteBuffers(false);
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
            throw new IllegalStateException("cannot start the HTTP client", e);
        }
        client.getContentDecoderFactories().clear();
        for (String handler : new String[] {"redirect", "www-authenticate", "proxy-authenticate", "upgrade"}) {
            client.getProtocolHandlers().remove(handler);
        }
        client.getProtocolHandlers().put(new InterimAnswers());
    }

    @Override
    public void call(Call call, Consumer<Reply> replied) {
        new Exchange(client, timers, kept, limits, call, replied).begin();
    }

    /** On return all its threads have stopped. */
    @Override
    public void close() {
        try {
            client.stop();
        } catch (Exception e) {
            log.warn("Cannot stop the HTTP client cleanly. Its threads may remain until the service stops.", e);
        }
        timers.shutdownNow();
        threads.join();
        timerThreads.join();
    }
}
