package org.checkpointrecovery.processor.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.outbound.NameLookup;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.http.MisbehavingServer.Behaviour;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of an item, whatever its endpoint does: the table in {@code notes.md}. */
class MisbehaviourTest {
    private static final String OK = "200 {\"ok\":true}";

    /** What the endpoint does, and what that becomes: the item's outcome, and after how many attempts of 3. */
    static Stream<Arguments> table() {
        return Stream.of(
                row("answers 200", says(200), OK, 1),
                row("answers 204 without a body", raw("HTTP/1.1 204 No Content\r\n\r\n"), "204 \"\"", 1),
                row("is slow, within the time-out", slow(), OK, 1),
                row("answers 500, then 200", first(says(500)), OK, 2),
                row("resets, then 200", first(reset()), OK, 2),
                row("answers half, then 200", first(half()), OK, 2),
                row("answers 429 with seconds, then 200", first(says(429, "Retry-After: 0")), OK, 2),
                row("answers 429 with a date, then 200", first(says(429, "Retry-After: " + dateFromNow(0))), OK, 2),
                row("answers 503 with rubbish to wait for", first(says(503, "Retry-After: soon")), OK, 2),
                row("answers 408", says(408), "HTTP_STATUS 408", 3),
                row("answers 409", says(409), "HTTP_STATUS 409", 3),
                row("answers 425", says(425), "HTTP_STATUS 425", 3),
                row("answers 429", says(429), "HTTP_STATUS 429", 3),
                row("answers 500", says(500), "HTTP_STATUS 500", 3),
                row("answers 502", says(502), "HTTP_STATUS 502", 3),
                row("answers 503", says(503), "HTTP_STATUS 503", 3),
                row("answers 599", says(599), "HTTP_STATUS 599", 3),
                row("answers 501", says(501), "HTTP_STATUS 501", 1),
                row("answers 505", says(505), "HTTP_STATUS 505", 1),
                row("answers 400", says(400), "HTTP_STATUS 400", 1),
                row("answers 401 without a challenge", says(401), "HTTP_STATUS 401", 1),
                row("answers 401 with one", says(401, "WWW-Authenticate: Basic realm=\"x\""), "HTTP_STATUS 401", 1),
                row("answers 403", says(403), "HTTP_STATUS 403", 1),
                row("answers 404", says(404), "HTTP_STATUS 404", 1),
                row("answers 407", says(407, "Proxy-Authenticate: Basic realm=\"x\""), "HTTP_STATUS 407", 1),
                row("redirects", says(302, "Location: /elsewhere"), "HTTP_STATUS 302", 1),
                row("redirects for good", says(308, "Location: /elsewhere"), "HTTP_STATUS 308", 1),
                row("answers 304", raw("HTTP/1.1 304 Not Modified\r\n\r\n"), "HTTP_STATUS 304", 1),
                row("answers 429 with 301 seconds", says(429, "Retry-After: 301"), "RETRY_AFTER_TOO_LONG", 1),
                row(
                        "answers 503 with a far date",
                        says(503, "Retry-After: " + dateFromNow(3600)),
                        "RETRY_AFTER_TOO_LONG",
                        1),
                row("resets", reset(), "CONNECTION_FAILED", 3),
                row("closes without a word", close(), "CONNECTION_FAILED", 3),
                row("answers half a body", half(), "CONNECTION_FAILED", 3),
                row("answers half a head", raw("HTTP/1.1 200 OK\r\nContent-Le").then(close()), "CONNECTION_FAILED", 3),
                row("sends less than Content-Length", length(20), "CONNECTION_FAILED", 3),
                row("sends more than Content-Length", length(5), "200 \"hello\"", 1),
                row("sends rubbish for chunks", chunks("zz\r\nhello\r\n0\r\n\r\n"), "CONNECTION_FAILED", 3),
                row("ends within a chunk", chunks("ff\r\nhello").then(close()), "CONNECTION_FAILED", 3),
                row("sends good chunks", chunks("2\r\n[1\r\n3\r\n,2]\r\n0\r\n\r\n"), "200 [1,2]", 1),
                row("speaks no HTTP", raw("220 mail.example.org ESMTP\r\n").then(close()), "CONNECTION_FAILED", 3),
                row("sends a huge head", hugeHead(), "CONNECTION_FAILED", 3),
                row("says that its body is huge", says1(200, "x".repeat(1001)), "ANSWER_TOO_LARGE", 1),
                row("sends a body without end", endless(200), "ANSWER_TOO_LARGE", 1),
                row("sends a 404 without end", endless(404), "HTTP_STATUS 404", 1),
                row("sends a 500 without end", endless(500), "HTTP_STATUS 500", 3),
                row(
                        "sends a body of just the right size",
                        says1(200, "x".repeat(1000)),
                        "200 \"" + "x".repeat(1000) + "\"",
                        1),
                row(
                        "says JSON and sends none",
                        says1(200, "{\"a\":", "Content-Type: application/json"),
                        "200 \"{\\\"a\\\":\"",
                        1),
                row("sends 100 first", interim("100 Continue"), OK, 1),
                row("sends 102 first", interim("102 Processing"), OK, 1),
                row("sends 103 first", interim("103 Early Hints", "Link: </a>"), OK, 1),
                row("sends 104 first", interim("104 Upload Resumption Supported"), OK, 1),
                row("sends 199 first", interim("199 Misc", "Warning: x"), OK, 1),
                row("sends several of them", raw("HTTP/1.1 150 One\r\n\r\n").then(interim("104 Two")), OK, 1),
                row("sends 104 and closes", raw("HTTP/1.1 104 x\r\n\r\n").then(close()), "CONNECTION_FAILED", 3),
                row("sends gzip unasked", coded(gzip("{\"ok\":true}"), "gzip"), OK, 1),
                row("sends x-gzip unasked", coded(gzip("{\"ok\":true}"), "X-GZip"), OK, 1),
                row("sends deflate unasked", coded(deflate("{\"ok\":true}", false), "deflate"), OK, 1),
                row("sends raw deflate unasked", coded(deflate("{\"ok\":true}", true), "deflate"), OK, 1),
                row("sends gzip of deflate", coded(gzip(deflate("{\"ok\":true}", false)), "deflate, gzip"), OK, 1),
                row("says identity", says1(200, "{\"ok\":true}", "Content-Encoding: identity"), OK, 1),
                row("sends gzip that grows too large", coded(gzip("x".repeat(1001)), "gzip"), "ANSWER_TOO_LARGE", 1),
                row("sends br unasked", coded("x", "br"), "ANSWER_NOT_DECODED", 1),
                row("says gzip and sends none", coded("hello", "gzip"), "ANSWER_NOT_DECODED", 1),
                row(
                        "sends half a gzip",
                        coded(gzip("{\"ok\":true}").substring(0, 15), "gzip"),
                        "ANSWER_NOT_DECODED",
                        1),
                row("refuses in gzip", says1(404, gzip("not here"), "Content-Encoding: gzip"), "HTTP_STATUS 404", 1),
                row("refuses in br", says1(404, "x", "Content-Encoding: br"), "HTTP_STATUS 404", 1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("table")
    void an_endpoint_that(String does, Behaviour behaviour, String becomes, int attempts) {
        try (MisbehavingServer server = MisbehavingServer.that(behaviour);
                Calling calling = Calling.with(HttpSpec.to(server.url()))) {
            Answer answer = calling.answer("the item");
            assertThat(outcome(answer)).isEqualTo(becomes);
            assertThat(server.received()).hasSize(attempts);
            if (answer instanceof Answer.Succeeded) {
                assertThat(Calling.result(answer)).startsWith("{\"index\":7,").contains("\"attempts\":" + attempts);
            } else if (answer instanceof Answer.Failed failed) {
                assertThat(failed.attempts()).isEqualTo(attempts);
                assertThat(failed.failure().message())
                        .contains("127.0.0.1:" + server.port(), "attempt " + attempts + " of 3")
                        .doesNotContain("the item", "Exception", "@");
            }
        }
    }

    @Test
    void an_endpoint_that_never_answers_times_out_at_each_attempt() {
        try (MisbehavingServer server = MisbehavingServer.that((request, time, exchange) -> exchange.fallSilent());
                Calling calling = Calling.with(HttpSpec.to(server.url()).timeout(Duration.ofMillis(100)))) {
            Answer.Failed failed = Calling.failed(calling.answer("a"));
            assertThat(outcome(failed)).isEqualTo("TIMED_OUT");
            assertThat(failed.failure().message()).contains("100 ms", "attempt 3 of 3");
            assertThat(server.received()).hasSize(3);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"104 Upload Resumption Supported", "199 Misc", "103 Early Hints", "100 Continue", "101 Switching"
            })
    void an_interim_answer_that_nothing_follows_times_out(String status) {
        Behaviour behaviour = raw("HTTP/1.1 " + status + "\r\n\r\n").then(silence());
        try (MisbehavingServer server = MisbehavingServer.that(behaviour);
                Calling calling = Calling.with(HttpSpec.to(server.url()).timeout(Duration.ofMillis(100)))) {
            assertThat(outcome(calling.answer("a"))).isIn("TIMED_OUT", "CONNECTION_FAILED", "HTTP_STATUS 101");
        }
    }

    @Test
    void an_endpoint_that_drips_its_answer_times_out_however_often_a_byte_comes() {
        Behaviour drips = (request, time, exchange) -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
            while (true) {
                exchange.write("x");
                Thread.onSpinWait();
                java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
            }
        };
        try (MisbehavingServer server = MisbehavingServer.that(drips);
                Calling calling = Calling.with(HttpSpec.to(server.url())
                        .timeout(Duration.ofMillis(200))
                        .maxAttempts(1)
                        .maxResponseBytes(1_000_000))) {
            assertThat(outcome(calling.answer("a"))).isEqualTo("TIMED_OUT");
        }
    }

    @Test
    void an_endpoint_that_refuses_the_connection_is_tried_again() throws IOException {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }
        try (Calling calling = Calling.with(HttpSpec.to("http://127.0.0.1:" + port + "/"))) {
            Answer.Failed failed = Calling.failed(calling.answer("a"));
            assertThat(outcome(failed)).isEqualTo("CONNECTION_FAILED");
            assertThat(failed.attempts()).isEqualTo(3);
            assertThat(failed.failure().message()).contains("127.0.0.1:" + port, "refused");
        }
    }

    @Test
    void a_name_that_cannot_be_resolved_is_looked_up_at_each_attempt() {
        List<String> asked = new java.util.concurrent.CopyOnWriteArrayList<>();
        NameLookup names = host -> {
            asked.add(host);
            throw new UnknownHostException(host);
        };
        HttpKind kind = Calling.kind(Map.of(), AddressRules.any(), names, new SslContextFactory.Client());
        try (Calling calling = Calling.with(HttpSpec.to("http://nowhere.test/").build(), kind)) {
            Answer.Failed failed = Calling.failed(calling.answer("a"));
            assertThat(outcome(failed)).isEqualTo("CONNECTION_FAILED");
            assertThat(failed.failure().message()).contains("nowhere.test", "Cannot resolve");
            assertThat(asked).containsExactly("nowhere.test", "nowhere.test", "nowhere.test");
        }
    }

    private static String outcome(Answer answer) {
        if (answer instanceof Answer.Succeeded) {
            String result = Calling.result(answer);
            String status = result.replaceAll(".*\"status\":(\\d+).*", "$1");
            return status + " " + result.substring(result.indexOf("\"body\":") + 7, result.length() - 1);
        }
        if (answer instanceof Answer.GivenUp givenUp) {
            return givenUp.pause() == null ? "given up" : codeOf(givenUp.pause().code());
        }
        Answer.Failed failed = (Answer.Failed) answer;
        Integer status = failed.failure().status();
        return failed.failure().code() + (status == null ? "" : " " + status);
    }

    private static String codeOf(ErrorCode code) {
        return code.name();
    }

    private static Arguments row(String does, Behaviour behaviour, String becomes, int attempts) {
        return Arguments.of(does, behaviour, becomes, attempts);
    }

    private static String dateFromNow(int seconds) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.now().plusSeconds(seconds).atOffset(ZoneOffset.UTC));
    }

    private interface Part extends Behaviour {
        default Part then(Behaviour next) {
            return (request, time, exchange) -> {
                answer(request, time, exchange);
                next.answer(request, time, exchange);
            };
        }
    }

    private static Part raw(String text) {
        return (request, time, exchange) -> exchange.write(text);
    }

    private static Part says(int status, String... headers) {
        return says1(status, "{\"ok\":true}", headers);
    }

    private static Part says1(int status, String body, String... headers) {
        return (request, time, exchange) -> exchange.answer(status, body, headers);
    }

    private static Part first(Behaviour behaviour) {
        return (request, time, exchange) -> {
            if (time == 1) {
                behaviour.answer(request, time, exchange);
            } else {
                exchange.answer(200, "{\"ok\":true}");
            }
        };
    }

    private static Part interim(String status, String... headers) {
        return raw("HTTP/1.1 " + status + "\r\n" + String.join("\r\n", headers) + (headers.length > 0 ? "\r\n" : "")
                        + "\r\n")
                .then(says(200));
    }

    private static Part silence() {
        return (request, time, exchange) -> exchange.fallSilent();
    }

    private static Behaviour coded(String body, String coding) {
        return says1(200, body, "Content-Encoding: " + coding);
    }

    /** Bytes as characters of ISO 8859-1. */
    private static String gzip(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toString(ISO_8859_1);
    }

    private static String deflate(String text, boolean raw) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflate = new DeflaterOutputStream(bytes, new Deflater(6, raw))) {
            deflate.write(text.getBytes(ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toString(ISO_8859_1);
    }

    private static Part reset() {
        return (request, time, exchange) -> exchange.reset();
    }

    private static Part close() {
        return (request, time, exchange) -> exchange.close();
    }

    private static Part half() {
        return raw("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ok\":").then(close());
    }

    private static Part length(int bytes) {
        return raw("HTTP/1.1 200 OK\r\nContent-Length: " + bytes + "\r\n\r\nhello world")
                .then(close());
    }

    private static Part chunks(String text) {
        return raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + text);
    }

    private static Part slow() {
        return (request, time, exchange) -> {
            for (char c : "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ok\":true}".toCharArray()) {
                exchange.write(String.valueOf(c));
                java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
            }
        };
    }

    private static Part hugeHead() {
        return (request, time, exchange) -> {
            exchange.write("HTTP/1.1 200 OK\r\n");
            while (true) {
                exchange.write("X: " + "x".repeat(1000) + "\r\n");
            }
        };
    }

    private static Part endless(int status) {
        return (request, time, exchange) -> {
            exchange.write("HTTP/1.1 " + status + " Whatever\r\n\r\n");
            while (true) {
                exchange.write("x".repeat(1000));
            }
        };
    }
}
