package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A service with a token. */
class TokenTest {
    private static final String TOKEN = "correct-horse-battery-staple";

    @TempDir
    private static Path directory;

    private static TestServer service;

    @BeforeAll
    static void startService() {
        service = TestServer.in(directory).token(TOKEN).start();
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    static List<String> operations() {
        return List.copyOf(ServiceClient.CONTRACT.operations());
    }

    @ParameterizedTest
    @MethodSource("operations")
    void without_the_token_only_health_and_an_empty_page_are_told(String operation) {
        String[] parts = operation.split(" ", 2);
        String path = parts[1].replace("{id}", "0000000000-00000000")
                .replace("{file}", parts[1].startsWith("/docs") ? "swagger-ui.css" : "style.css");
        Answer answer = service.client().call(parts[0], path);
        if (List.of("/livez", "/readyz", "/", "/dashboard/style.css", "/docs", "/docs/swagger-ui.css")
                .contains(path)) {
            answer.is(200);
        } else {
            assertThat(answer.isProblem(401, "unauthorized").header("WWW-Authenticate"))
                    .isEqualTo("Bearer");
        }
        assertThat(service.names("jobs")).isEmpty();
        assertThat(service.names("files")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer wrong-horse-battery-staple",
                "Bearer correct-horse-battery-stapl",
                "Bearer correct-horse-battery-staple2",
                "Bearer Correct-horse-battery-staple",
                "Bearer",
                "Bearer ",
                "correct-horse-battery-staple",
                "Basic correct-horse-battery-staple",
                "Bearer, Bearer correct-horse-battery-staple"
            })
    void a_wrong_token_is_a_401(String header) {
        service.client().get("/v1/jobs", "Authorization", header).isProblem(401, "unauthorized");
    }

    @Test
    void the_answer_to_a_wrong_token_is_always_the_same() {
        Answer none = service.client().get("/v1/jobs");
        Answer wrong = service.client().get("/v1/jobs", "Authorization", "Bearer x");
        Answer almost = service.client().get("/v1/jobs", "Authorization", "Bearer " + TOKEN + "x");
        assertThat(wrong.text()).isEqualTo(none.text());
        assertThat(almost.text()).isEqualTo(none.text()).doesNotContain(TOKEN);
        assertThat(almost.header("WWW-Authenticate")).isEqualTo(none.header("WWW-Authenticate"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer ", "bearer ", "BEARER ", "Bearer   "})
    void the_token_opens_every_call(String scheme) {
        service.client().get("/v1/jobs", "Authorization", scheme + TOKEN).is(200);
        service.client().get("/", "Authorization", scheme + TOKEN).is(200);
        service.client().get("/openapi.yaml", "Authorization", scheme + TOKEN).is(200);
        service.client().get("/nothing", "Authorization", scheme + TOKEN).is(404);
    }

    @Test
    void a_token_in_other_letters_is_wrong_also_behind_the_right_one_on_one_connection() throws IOException {
        try (RawHttp raw = new RawHttp(service)) {
            raw.head("GET /v1/files", "Authorization: Bearer " + TOKEN);
            raw.answer().is(200);
            raw.head("GET /v1/files", "Authorization: Bearer " + TOKEN.toUpperCase(Locale.ROOT));
            raw.answer().is(401);
        }
    }

    @Test
    void what_is_there_and_what_is_not_looks_the_same_without_the_token() throws IOException {
        for (String request : List.of(
                "GET /nothing", "PUT /v1/jobs", "OPTIONS /v1/jobs", "HEAD /v1/jobs", "FOO /v1/jobs", "GET /livez/")) {
            try (RawHttp raw = new RawHttp(service)) {
                raw.head(request, "Connection: close");
                raw.answer().is(401);
            }
        }
        service.client().call("HEAD", "/livez").is(200);
    }

    @Test
    void who_guesses_is_slowed_down_and_the_right_token_is_not() throws IOException {
        try (RawHttp guessing = new RawHttp(service)) {
            for (int i = 0; i < WrongTokens.FREE; i++) {
                guessing.head("GET /v1/jobs", "Authorization: Bearer guess " + i);
                guessing.answer().is(401);
            }
            long before = System.nanoTime();
            guessing.head("GET /v1/jobs", "Authorization: Bearer another guess");
            service.client().get("/v1/jobs", "Authorization", "Bearer " + TOKEN).is(200);
            guessing.answer().isProblem(401, "unauthorized");
            assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(WrongTokens.DELAY.toNanos());
        }
    }
}
