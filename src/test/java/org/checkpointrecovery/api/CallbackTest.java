package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.checkpointrecovery.processor.http.AddressRules;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallbackTest {
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile int refusal = 500;
    private HttpServer receiver;
    private TestService service;
    private ServiceClient http;

    private record Received(String id, String timestamp, String signature, String body) {
        JsonNode json() {
            try {
                return Json.mapper().readTree(body);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @BeforeEach
    void startServices(@TempDir Path directory) throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            received.add(new Received(
                    exchange.getRequestHeaders().getFirst("Callback-Id"),
                    exchange.getRequestHeaders().getFirst("Callback-Timestamp"),
                    exchange.getRequestHeaders().getFirst("Callback-Signature"),
                    new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
            exchange.getResponseHeaders().add("Location", "/elsewhere");
            exchange.sendResponseHeaders(refusals.getAndDecrement() > 0 ? refusal : 204, -1);
            exchange.close();
        });
        receiver.start();
        service = TestService.in(directory).start();
        http = service.client();
    }

    @AfterEach
    void stopServices() {
        service.close();
        receiver.stop(0);
    }

    private String spec(String rest) {
        return "{\"name\":\"told\",\"input\":{\"items\":[\"a\",\"b\",\"c\"]},\"callbackUrl\":\"http://127.0.0.1:"
                + receiver.getAddress().getPort() + "/done?x=1\"" + rest + "}";
    }

    private void awaitSettled(String id) {
        Await.until("it is settled", () -> record(id), record -> record.contains("calledBackFor"));
    }

    private String record(String id) {
        try {
            return Files.readString(service.jobFile(id, "job.json"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void awaitReceived(int number) {
        Await.until("callbacks came", received::size, size -> size >= number);
    }

    @Test
    void an_end_is_told_once_and_signed() throws Exception {
        String id = http.complete(spec(""));
        awaitSettled(id);
        assertThat(received).hasSize(1);
        Received told = received.get(0);
        assertThat(told.id()).isEqualTo(id + "-1-COMPLETED");
        JsonNode job = http.job(id).json();
        assertThat(told.json().get("jobId").textValue()).isEqualTo(id);
        assertThat(told.json().get("name").textValue()).isEqualTo("told");
        for (String field : List.of("state", "outcome", "stateReason", "progress")) {
            assertThat(told.json().get(field))
                    .as(field)
                    .hasToString(job.get(field).toString());
        }
        assertThat(told.json().get("at")).isEqualTo(job.get("endedAt"));
        Path file = service.data().resolve("callback-key");
        String key = Files.readString(file).strip();
        assertThat(key).matches("[0-9a-f]{64}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(told.signature()).isEqualTo("v1=" + hmac(key, told.timestamp() + "." + told.body()));
        assertThat(Math.abs(System.currentTimeMillis() / 1000 - Long.parseLong(told.timestamp())))
                .isLessThan(60);

        service.restart();
        http = service.client();
        awaitSettled(http.complete(spec("")));
        assertThat(received).as("what was told is not told again").hasSize(2);
        assertThat(Files.readString(file).strip()).isEqualTo(key);
    }

    /** As RFC 2104 defines it, for a key of 64 bytes, which is one block. */
    private static String hmac(String key, String text) throws Exception {
        byte[] inner = key.getBytes(UTF_8);
        byte[] outer = key.getBytes(UTF_8);
        for (int i = 0; i < 64; i++) {
            inner[i] ^= 0x36;
            outer[i] ^= 0x5c;
        }
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        sha.update(inner);
        byte[] hash = sha.digest(text.getBytes(UTF_8));
        sha.update(outer);
        return HexFormat.of().formatHex(sha.digest(hash));
    }

    @Test
    void a_receiver_that_is_in_trouble_is_tried_again_with_the_same_id() {
        refusals.set(2);
        String id = http.complete(spec(""));
        awaitSettled(id);
        assertThat(received).hasSize(3);
        assertThat(received.stream().map(Received::id)).containsOnly(id + "-1-COMPLETED");
        assertThat(received.stream().map(Received::body).distinct()).hasSize(1);
    }

    @Test
    void a_receiver_that_never_takes_it_is_given_up_after_eight_attempts() {
        refusals.set(100);
        awaitSettled(http.complete(spec("")));
        assertThat(received).hasSize(8);
    }

    @Test
    void a_refusal_and_a_redirect_are_final() {
        for (int status : new int[] {404, 307, 501}) {
            received.clear();
            refusal = status;
            refusals.set(1);
            awaitSettled(http.complete(spec("")));
            assertThat(received).hasSize(1);
        }
    }

    @Test
    void what_is_owed_is_told_after_a_restart() {
        refusals.set(Integer.MAX_VALUE);
        refusal = 503;
        String id = http.submit(spec(",\"start\":false"));
        http.ask(id, "cancel").is(202);
        awaitReceived(1);
        service.stop();
        if (record(id).contains("calledBackFor")) {
            throw new AssertionError("eight attempts were quicker than the stop");
        }
        received.clear();
        refusals.set(0);
        service.start();
        http = service.client();
        awaitSettled(id);
        assertThat(received.stream().map(Received::id)).containsExactly(id + "-0-CANCELLED");
    }

    @Test
    void each_end_of_a_job_is_told() {
        String id = http.submit(spec(",\"onItemError\":\"fail\",\"faults\":{\"failItems\":[1]}"));
        http.await(id, "FAILED");
        awaitSettled(id);
        http.ask(id, "cancel").is(202);
        awaitReceived(2);
        assertThat(received.stream().map(Received::id)).containsExactly(id + "-1-FAILED", id + "-1-CANCELLED");
        assertThat(received.get(0).json().at("/stateReason/code").textValue())
                .isEqualTo(http.job(id).text("/runs/0/reason/code"));
    }

    @Test
    void a_failed_job_that_is_resumed_and_completed_is_told_twice() throws IOException {
        Path input = service.input("lines.txt", "a\nb\n");
        String id = http.submit(
                spec(",\"start\":false").replace("{\"items\":[\"a\",\"b\",\"c\"]}", "{\"path\":\"lines.txt\"}"));
        Path aside = input.resolveSibling("aside");
        Files.move(input, aside);
        http.ask(id, "start").is(202);
        http.await(id, "FAILED");
        awaitReceived(1);
        Files.move(aside, input);
        http.resume(id);
        awaitReceived(2);
        assertThat(received.stream().map(told -> told.json().get("state").textValue()))
                .containsExactly("FAILED", "COMPLETED");
    }

    @Test
    void a_job_without_a_url_tells_no_one() {
        String id = http.complete("{\"input\":{\"items\":[\"a\"]}}");
        assertThat(record(id)).doesNotContain("calledBackFor");
        assertThat(received).isEmpty();
        assertThat(service.data().resolve("callback-key")).doesNotExist();
    }

    @Test
    void a_url_that_the_rules_do_not_allow_is_refused_and_not_called_later() {
        String id = http.submit(spec(",\"start\":false"));
        service.stop().addressRules(AddressRules.publicOnly()).start();
        http = service.client();
        http.post("/v1/jobs", spec("")).isInvalid("/callbackUrl");
        String byName = spec("").replace("127.0.0.1", "localhost");
        awaitSettled(http.complete(byName));
        http.ask(id, "start").is(202);
        http.await(id, "COMPLETED");
        awaitSettled(id);
        assertThat(received).isEmpty();
    }
}
