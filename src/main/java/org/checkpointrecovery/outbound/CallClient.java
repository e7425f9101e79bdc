package org.checkpointrecovery.outbound;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.MultiplexConnectionPool;
import org.eclipse.jetty.client.transport.HttpClientConnectionFactory;
import org.eclipse.jetty.client.transport.HttpClientTransportDynamic;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.ClientConnectionFactoryOverHTTP2;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.util.BlockingArrayQueue;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP client and the timer of a service, which all its callers share: HTTP/2 if a TLS endpoint offers it, HTTP/1.1
 * otherwise. Follows no redirects, answers no challenges, keeps no cookies, and neither requests nor decodes content
 * codings. Starts with its first caller or loop, so that a service that calls nobody has no threads for it. Thread-safe.
 */
public final class CallClient implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CallClient.class);

    /** Enough for work that never blocks; name lookups, which do, have their own threads. */
    private static final int MAX_THREADS = Math.max(8, Runtime.getRuntime().availableProcessors());

    private static final int IDLE_THREAD_MILLIS = 60_000;
    private static final int IDLE_LOOKUP_SECONDS = 10;
    /** When what Jetty keeps of a host is dropped that is no longer called. */
    private static final long IDLE_HOST_MILLIS = TimeUnit.MINUTES.toMillis(5);

    private static final int MAX_REQUEST_HEADERS_BYTES = 2 * 1024 * 1024;
    private static final int MAX_RESPONSE_HEADERS_BYTES = 64 * 1024;

    private final AddressRules rules;
    private final NameLookup names;
    private final SslContextFactory.Client tls;
    private @Nullable Started started; // guarded by this
    private boolean closed; // guarded by this

    public CallClient(AddressRules rules) {
        this(rules, NameLookup.SYSTEM, new SslContextFactory.Client());
    }

    /** @param tls the trusted certificates; not shared, because it is stopped with this client */
    public CallClient(AddressRules rules, NameLookup names, SslContextFactory.Client tls) {
        this.rules = rules;
        this.names = names;
        this.tls = tls;
    }

    public AddressRules rules() {
        return rules;
    }

    /** Returns a caller with its own connections. */
    public Caller caller(CallLimits limits) {
        Started parts = started();
        return new JettyCaller(parts.client, parts.timers, limits);
    }

    /** Returns a loop on the threads of this client. */
    public Loop loop() {
        Started parts = started();
        return new SharedLoop(parts.pool, parts.timers);
    }

    private synchronized Started started() {
        if (closed) {
            throw new IllegalStateException("the client is closed");
        }
        if (started == null) {
            started = new Started(rules, names, tls);
        }
        return started;
    }

    /** Call after all its callers and loops were closed. On return its threads have stopped. */
    @Override
    public void close() {
        Started parts;
        synchronized (this) {
            closed = true;
            parts = started;
            started = null;
        }
        if (parts != null) {
            parts.stop();
        }
    }

    /** The client and its threads. */
    private static final class Started {
        // Our own threads, because Jetty does not wait for the end of its own.
        private final OwnThreads threads = new OwnThreads("http");
        private final OwnThreads timerThreads = new OwnThreads("http-timers");
        private final QueuedThreadPool pool =
                new QueuedThreadPool(MAX_THREADS, 1, IDLE_THREAD_MILLIS, 0, new BlockingArrayQueue<>(), null, threads);
        private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, timerThreads);
        private final OwnThreads lookupThreads = new OwnThreads("http-lookups");
        private final ThreadPoolExecutor lookups = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_LOOKUP_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                lookupThreads,
                new ThreadPoolExecutor.DiscardPolicy()); // stopped; nobody waits for the answers
        private final HttpClient client;

        Started(AddressRules rules, NameLookup names, SslContextFactory.Client tls) {
            timers.setRemoveOnCancelPolicy(true);
            CallerConnector connector = new CallerConnector();
            connector.setSelectors(1);
            connector.setSslContextFactory(tls);
            HTTP2Client http2 = new HTTP2Client(connector);
            HttpClientTransportDynamic transport = new HttpClientTransportDynamic(
                    connector, new ClientConnectionFactoryOverHTTP2.HTTP2(http2), HttpClientConnectionFactory.HTTP11);
            transport.setConnectionPoolFactory(destination -> new MultiplexConnectionPool(
                    destination, CallerConnector.caller(destination).limits().connections(), 1));
            client = new HttpClient(transport);
            client.setExecutor(pool);
            // A connection that is closed from outside returns its buffer while a response may still be read into it
            // (jetty.project issue 12934). With a pool, another connection could have that buffer by then, and its
            // response would be damaged.
            client.setByteBufferPool(new ByteBufferPool.NonPooling());
            client.setUseInputDirectByteBuffers(false); // garbage-collected, so cheap to create
            client.setUseOutputDirectByteBuffers(false);
            client.setScheduler(new ScheduledExecutorScheduler(timers));
            client.setSocketAddressResolver(new CheckedResolver(names, rules, lookups));
            client.setDestinationIdleTimeout(IDLE_HOST_MILLIS);
            client.setMaxRequestHeadersSize(MAX_REQUEST_HEADERS_BYTES);
            client.setMaxResponseHeadersSize(MAX_RESPONSE_HEADERS_BYTES);
            client.setFollowRedirects(false);
            client.setHttpCookieStore(new HttpCookieStore.Empty());
            client.setUserAgentField(new HttpField(HttpHeader.USER_AGENT, "checkpoint-recovery"));
            start();
        }

        private void start() {
            try {
                pool.start();
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

        void stop() {
            try {
                client.stop();
                pool.stop();
            } catch (Exception e) {
                log.warn("Cannot stop the HTTP client cleanly. Its threads may remain until the service stops.", e);
            }
            timers.shutdownNow();
            lookups.shutdown();
            threads.join();
            lookupThreads.join();
            timerThreads.join();
        }
    }
}
