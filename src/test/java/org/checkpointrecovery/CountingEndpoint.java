package org.checkpointrecovery;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An endpoint that takes its time for each call, repeats what it was sent, and counts how often it was called for what. */
final class CountingEndpoint implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(2);
    private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
    private final Duration each;
    private final Duration slow;
    private final int slowOneIn;

    /** @param slowOneIn of so many calls one takes the longer time */
    CountingEndpoint(Duration each, Duration slow, int slowOneIn) throws IOException {
        this.each = each;
        this.slow = slow;
        this.slowOneIn = slowOneIn;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/check";
    }

    /** How often it was called for each key. */
    Map<String, AtomicInteger> calls() {
        return calls;
    }

    int total() {
        return calls.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
        calls.computeIfAbsent(key, unknown -> new AtomicInteger()).incrementAndGet();
        int index = Integer.parseInt(exchange.getRequestHeaders().getFirst("Item-Index"));
        Duration wait = index % slowOneIn == slowOneIn - 1 ? slow : each;
        var unused = clock.schedule(() -> send(exchange, body), wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void send(HttpExchange exchange, byte[] body) {
        try (exchange) {
            String answer = "{\"you\":" + new String(body, StandardCharsets.UTF_8) + "}";
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (IOException e) {
            // the caller was killed
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        clock.shutdownNow();
    }
}
