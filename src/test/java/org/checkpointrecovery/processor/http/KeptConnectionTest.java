package org.checkpointrecovery.processor.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.http.MisbehavingServer.Exchange;
import org.checkpointrecovery.processor.http.MisbehavingServer.Received;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An endpoint that closes a kept connection just when the next call is sent over it has done nothing wrong. */
class KeptConnectionTest {
    private static final String ANSWER = "{\"ok\":true}";

    /** How an endpoint ends a connection. */
    private interface Ending {
        void end(Exchange exchange) throws IOException;
    }

    static Stream<Arguments> silentEndings() {
        return Stream.of(ending("closes", Exchange::close), ending("resets", Exchange::reset));
    }

    static Stream<Arguments> endingsWithAWord() {
        return Stream.of(
                ending("half a status", exchange -> sayAndClose(exchange, "HTTP/1.1 2")),
                ending("half a head", exchange -> sayAndClose(exchange, "HTTP/1.1 200 OK\r\nContent-Le")),
                ending(
                        "half a body",
                        exchange -> sayAndClose(exchange, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")),
                ending("an interim answer", exchange -> sayAndClose(exchange, "HTTP/1.1 103 Early Hints\r\n\r\n")),
                ending("an unknown interim answer", exchange -> sayAndClose(exchange, "HTTP/1.1 104 x\r\n\r\n")));
    }

    private static Arguments ending(String name, Ending ending) {
        return Arguments.of(name, ending);
    }

    private static void sayAndClose(Exchange exchange, String text) throws IOException {
        exchange.write(text);
        exchange.close();
    }

    /** Answers the first request of each connection, and ends the connection at the second. */
    private static MisbehavingServer endingKeptConnections(Ending ending) {
        return MisbehavingServer.that((request, time, exchange) -> {
            if (exchange.requests() > 1) {
                ending.end(exchange);
            } else {
                exchange.answer(200, ANSWER);
            }
        });
    }

    private static Calling calling(MisbehavingServer server, int concurrency) {
        return Calling.with(HttpSpec.to(server.url()).concurrency(concurrency).maxAttempts(1));
    }

    private static List<String> items(MisbehavingServer server) {
        return server.received().stream()
                .map(request -> request.header("Item-Index"))
                .toList();
    }

    @ParameterizedTest(name = "that {0}")
    @MethodSource("silentEndings")
    void the_call_is_sent_once_more_over_a_new_connection_and_that_is_no_attempt(String how, Ending ending) {
        try (MisbehavingServer server = endingKeptConnections(ending);
                Calling calling = calling(server, 1)) {
            Calling.await(calling.begin(0, "a"));
            Answer second = Calling.await(calling.begin(1, "b"));

            assertThat(Calling.result(second)).contains("\"attempts\":1", ANSWER);
            assertThat(items(server)).containsExactly("0", "1", "1");
            List<Received> both = server.received().subList(1, 3);
            assertThat(both).extracting(Received::body).containsExactly("b", "b");
            assertThat(both)
                    .extracting(request -> request.header("Idempotency-Key"))
                    .containsOnly("\"" + Calling.JOB + "-1\"");
            assertThat(both).extracting(request -> request.header("Attempt")).containsOnly("1");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endingsWithAWord")
    void a_call_that_the_endpoint_has_begun_to_answer_is_not_repeated(String word, Ending ending) {
        try (MisbehavingServer server = endingKeptConnections(ending);
                Calling calling = calling(server, 1)) {
            Calling.await(calling.begin(0, "a"));
            Answer.Failed failed = Calling.failed(Calling.await(calling.begin(1, "b")));

            assertThat(failed.failure().message()).contains("attempt 1 of 1");
            assertThat(items(server)).containsExactly("0", "1");
        }
    }

    @Test
    void a_call_is_repeated_once_and_not_more() {
        MisbehavingServer.Behaviour first = (request, time, exchange) -> {
            if ("0".equals(request.header("Item-Index"))) {
                exchange.answer(200, ANSWER);
            } else {
                exchange.close();
            }
        };
        try (MisbehavingServer server = MisbehavingServer.that(first);
                Calling calling = calling(server, 1)) {
            Calling.await(calling.begin(0, "a"));
            Answer.Failed failed = Calling.failed(Calling.await(calling.begin(1, "b")));

            assertThat(failed.attempts()).isEqualTo(1);
            assertThat(items(server)).containsExactly("0", "1", "1");
        }
    }

    @Test
    void a_call_over_a_new_connection_is_not_repeated() {
        try (MisbehavingServer server = MisbehavingServer.that((request, time, exchange) -> exchange.close());
                Calling calling = calling(server, 1)) {
            Calling.failed(Calling.await(calling.begin(0, "a")));
            Calling.failed(Calling.await(calling.begin(1, "b")));

            assertThat(items(server)).containsExactly("0", "1");
        }
    }

    @Test
    void an_endpoint_that_closes_each_connection_behind_its_answer_fails_no_item() {
        MisbehavingServer.Behaviour closesUnsaid = (request, time, exchange) -> {
            exchange.answer(200, ANSWER);
            exchange.close();
        };
        try (MisbehavingServer server = MisbehavingServer.that(closesUnsaid);
                Calling calling = calling(server, 8)) {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 1500; i++) {
                answers.add(calling.begin(i, "x"));
            }
            answers.forEach(
                    answer -> assertThat(Calling.result(Calling.await(answer))).contains("\"attempts\":1"));
        }
    }

    @Test
    void calls_in_http_2_go_over_a_new_connection_as_well(@TempDir Path keys) throws Exception {
        try (TlsEndpoint endpoint = TlsEndpoint.start(keys)) {
            SslContextFactory.Client tls = new SslContextFactory.Client();
            tls.setTrustStorePath(endpoint.keys());
            tls.setTrustStorePassword(TlsEndpoint.PASSWORD);
            HttpKind kind = Calling.kind(
                    Map.of(),
                    AddressRules.any(),
                    name -> List.of(InetAddress.getByAddress(new byte[] {127, 0, 0, 1})),
                    tls);
            String url = "https://localhost:" + endpoint.port() + "/";
            try (Calling calling =
                    Calling.with(HttpSpec.to(url).concurrency(1).maxAttempts(1).build(), kind)) {
                endpoint.closeKeptConnections();
                for (int i = 0; i < 4; i++) {
                    assertThat(Calling.result(Calling.await(calling.begin(i, "x"))))
                            .contains("\"attempts\":1");
                }
            }
            assertThat(endpoint.versions()).hasSize(4 + 3).containsOnly("HTTP/2.0");
        }
    }
}
