package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import kong.unirest.core.Unirest;
import kong.unirest.core.UnirestInstance;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That a call through Unirest fails when its exchange does not fit the contract. */
class ContractInterceptorTest {
    private static final String CONTRACT = """
            openapi: 3.1.0
            paths:
              /echo:
                post:
                  requestBody: { content: { application/json: { schema: { type: integer } } } }
                  responses:
                    '200': { content: { application/json: { schema: { type: integer } } } }
              /empty:
                get: { responses: { '204': {} } }
            """;

    private final Contract contract = new Contract(CONTRACT);
    private final UnirestInstance http = Unirest.spawnInstance();
    private HttpServer server;

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/echo", exchange -> {
            try (exchange) {
                byte[] body = exchange.getRequestBody().readAllBytes();
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.createContext("/empty", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(exchange.getRequestURI().getQuery() == null ? 204 : 202, -1);
            }
        });
        server.start();
        http.config()
                .defaultBaseUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .interceptor(new ContractInterceptor(contract));
    }

    @AfterEach
    void stopServer() {
        http.close();
        server.stop(0);
    }

    @Test
    void a_call_that_conforms_returns_its_answer() {
        assertThat(http.post("/echo")
                        .contentType("application/json")
                        .body("5")
                        .asString()
                        .getBody())
                .isEqualTo("5");
        assertThat(http.get("/empty").asEmpty().getStatus()).isEqualTo(204);
        contract.assertEverythingSeen(Map.of());
    }

    @Test
    void a_call_that_does_not_conform_fails_itself() {
        assertThatThrownBy(() -> http.get("/empty?different=true").asString())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("status 202 is not documented")
                .hasMessageContaining("GET /empty?different=true");
    }

    @Test
    void the_bodies_are_checked_when_they_are_text_or_bytes() {
        var request = http.post("/echo").contentType("application/json");
        assertThatThrownBy(() -> request.body("\"5\"").asString())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("request:")
                .hasMessageContaining("response:");
        assertThatThrownBy(() -> request.body("true".getBytes(UTF_8)).asBytes())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("request:")
                .hasMessageContaining("response:");
        assertThatThrownBy(() -> request.body("true").asEmpty())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("request:");
    }

    @Test
    void a_request_from_a_stream_is_not_seen_as_a_whole_and_says_so() {
        var request = http.post("/echo").contentType("application/json");
        assertThatThrownBy(() -> request.body(new ByteArrayInputStream("5".getBytes(UTF_8)))
                        .asString())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("was not seen");
    }

    @Test
    void an_asynchronous_call_is_not_seen_as_a_whole_and_the_contract_remembers_it() throws Exception {
        http.post("/echo")
                .contentType("application/json")
                .body("5")
                .asStringAsync()
                .get();
        assertThat(contract.undocumentedOrUnseen(Map.of()))
                .contains("POST /echo 200: [the request's body was not seen");
    }
}
