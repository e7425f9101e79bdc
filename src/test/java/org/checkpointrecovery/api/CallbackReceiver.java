package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.checkpointrecovery.Await;

/** Keeps the callbacks that come, holds each against the contract, and answers as it is told to: with 204 otherwise. */
public final class CallbackReceiver implements AutoCloseable {
    private static final int BLOCK = 64;

    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final List<AssertionError> problems = new CopyOnWriteArrayList<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private volatile int refusal = 500;
    private volatile CountDownLatch hold = new CountDownLatch(0);

    /** A callback as it came. */
    public record Received(String id, String timestamp, String signature, String body) {
        public JsonNode json() {
            try {
                return Json.mapper().readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public String state() {
            return json().get("state").textValue();
        }

        /** The signature that a service with this secret sends. */
        public String signatureBy(String secret) {
            byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
            return "v1," + Base64.getEncoder().encodeToString(hmacSha256(key, id + "." + timestamp + "." + body));
        }
    }

    public CallbackReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::receive);
        server.start();
    }

    private void receive(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
        try {
            ServiceClient.CONTRACT.checkCallback(new Exchange(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    exchange.getRequestHeaders(),
                    body,
                    204,
                    exchange.getResponseHeaders(),
                    ""));
        } catch (AssertionError e) {
            problems.add(e);
        }
        boolean refused = refusals.getAndDecrement() > 0;
        CountDownLatch held = hold;
        received.add(new Received(
                header(exchange, "webhook-id"),
                header(exchange, "webhook-timestamp"),
                header(exchange, "webhook-signature"),
                body));
        try {
            held.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        exchange.getResponseHeaders().add("Location", "/elsewhere");
        exchange.sendResponseHeaders(refused ? refusal : 204, -1);
        exchange.close();
    }

    private static String header(HttpExchange exchange, String name) {
        return requireNonNull(exchange.getRequestHeaders().getFirst(name), name);
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/done?x=1";
    }

    public List<Received> received() {
        return received;
    }

    public List<String> ids() {
        return received.stream().map(Received::id).toList();
    }

    /** Waits until so many callbacks have come. */
    public void await(int number) {
        Await.until("callbacks came", received::size, size -> size >= number);
    }

    public void forget() {
        received.clear();
    }

    /** Answers the next ones so, and takes those behind them. */
    public void refuse(int number, int status) {
        refusal = status;
        refusals.set(number);
    }

    /** Answers nothing until {@link #release}. */
    public void hold() {
        hold = new CountDownLatch(1);
    }

    public void release() {
        hold.countDown();
    }

    /** As RFC 2104 defines it, for a key of one block at the most. */
    private static byte[] hmacSha256(byte[] key, String text) {
        byte[] inner = new byte[BLOCK];
        byte[] outer = new byte[BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            byte one = i < key.length ? key[i] : 0;
            inner[i] = (byte) (one ^ 0x36);
            outer[i] = (byte) (one ^ 0x5c);
        }
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(inner);
            byte[] hash = sha.digest(text.getBytes(UTF_8));
            sha.update(outer);
            return sha.digest(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Fails if a callback was not as the contract has it. */
    @Override
    public void close() {
        release();
        server.stop(0);
        threads.shutdown();
        if (!problems.isEmpty()) {
            throw problems.get(0);
        }
    }
}
