package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An endpoint that says all it was sent, and a service that must not say it again. */
class SecretSubmissionTest {
    private static final String SECRET = "Bearer 5f2c-not-to-be-seen";

    private final List<String> sent = new CopyOnWriteArrayList<>();
    private HttpServer echo;
    private TestServer service;
    private ServiceClient http;

    @BeforeEach
    void startServices(@TempDir Path directory) throws IOException {
        echo = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        echo.createContext("/", exchange -> {
            String item = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            sent.add(authorization);
            byte[] said = ("you sent " + authorization + " with " + item).getBytes(UTF_8);
            exchange.sendResponseHeaders(item.equals("bad") ? 400 : 200, said.length);
            exchange.getResponseBody().write(said);
            exchange.close();
        });
        echo.start();
        service = TestServer.in(directory).secrets(Map.of("KEY", SECRET)).start();
        http = service.client();
    }

    @AfterEach
    void stopServices() {
        service.close();
        echo.stop(0);
    }

    private String spec(String secret) {
        return "{\"input\":{\"items\":[\"good\",\"bad\"]},\"processor\":{\"type\":\"http\",\"url\":\"http://127.0.0.1:"
                + echo.getAddress().getPort() + "/\",\"headers\":{\"Authorization\":{\"secret\":\"" + secret + "\"}}}}";
    }

    @Test
    void a_secret_reaches_the_endpoint_and_nothing_else() throws IOException {
        String id = http.complete(spec("KEY"));
        assertThat(sent).containsExactly(SECRET, SECRET);
        assertThat(http.results(id)).contains("you sent ***");
        assertThat(http.errors(id)).contains("you sent ***");
        assertThat(http.job(id).text("/spec/processor/headers/Authorization/secret"))
                .isEqualTo("KEY");
        assertThat(http.job(id) + http.get("/v1/jobs").text() + http.results(id) + http.errors(id))
                .doesNotContain("5f2c");
        try (Stream<Path> files = Files.walk(service.data())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file)).as(file.toString()).doesNotContain("5f2c");
            }
        }
    }

    @Test
    void a_secret_that_the_service_does_not_have_is_refused() {
        http.post("/v1/jobs", spec("OTHER")).isInvalid("/processor/headers/Authorization/secret");
        assertThat(sent).isEmpty();
    }
}
