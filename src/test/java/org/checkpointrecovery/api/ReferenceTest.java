package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The API reference, as it is served. What it shows in a browser is tested there. */
class ReferenceTest {
    private static final Path FILES = Path.of("src", "main", "resources", "docs");

    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;

    @BeforeAll
    static void startService() {
        service = TestServer.in(directory).start();
        http = service.client();
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    @Test
    void the_document_is_the_same_in_json() throws Exception {
        Answer json = http.get("/openapi.json").is(200);
        assertThat(json.header("Content-Type")).isEqualTo("application/json");
        assertThat(new JsonMapper().readTree(json.bytes()))
                .isEqualTo(new YAMLMapper().readTree(http.get("/openapi.yaml").bytes()));
    }

    @Test
    void the_page_loads_only_files_of_the_service() throws Exception {
        for (String name : List.of("reference.js", "swagger-ui-bundle.js", "swagger-ui.css")) {
            Answer answer = http.get("/docs/" + name).is(200);
            assertThat(answer.bytes()).isNotEmpty();
            assertThat(answer.header("Content-Security-Policy"))
                    .startsWith("default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';")
                    .doesNotContain("unsafe-eval", "http", "*");
        }
        assertThat(http.get("/docs").is(200).bytes()).isEqualTo(Files.readAllBytes(FILES.resolve("index.html")));
        for (String name : List.of("index.html", "reference.js")) {
            assertThat(Files.readString(FILES.resolve(name)))
                    .doesNotContain("http://", "https://", "innerHTML", "<style", " style=", "<script>");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"index.html", "swagger-ui.js", "..%2fopenapi.yaml", "index.html/x", ""})
    void nothing_else_is_served(String name) {
        assertThat(http.get("/docs/" + name).status()).isIn(400, 404);
    }
}
