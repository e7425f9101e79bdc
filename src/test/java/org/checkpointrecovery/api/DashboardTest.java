package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the dashboard, as they are served. What they do in a browser is tested there. */
class DashboardTest {
    private static final Path FILES = Path.of("src", "main", "resources", "dashboard");

    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;

    @BeforeAll
    static void startService() {
        service = TestServer.in(directory).token("correct-horse-battery-staple").start();
        http = service.client();
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    private static Set<String> names() throws Exception {
        try (Stream<Path> files = Files.list(FILES)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    void each_file_is_served_without_a_token_and_may_load_nothing_from_elsewhere() throws Exception {
        Set<String> parts = names();
        parts.remove("index.html"); // its links are relative to the page's own path
        for (String name : parts) {
            Answer answer = http.get("/dashboard/" + name).is(200);
            assertThat(answer.bytes()).isEqualTo(Files.readAllBytes(FILES.resolve(name)));
            assertThat(answer.header("Content-Security-Policy"))
                    .startsWith("default-src 'none';")
                    .doesNotContain("unsafe", "http", "*");
            assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
            String ending = name.substring(name.lastIndexOf('.') + 1).replace("js", "javascript");
            assertThat(answer.header("Content-Type")).startsWith("text/" + ending);
        }
        assertThat(http.get("/").is(200).bytes()).isEqualTo(Files.readAllBytes(FILES.resolve("index.html")));
        http.get("/v1/jobs").is(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "index.html",
                "nothing.js",
                "..%2fopenapi.yaml",
                "%2e%2e",
                "style.css%00",
                "STYLE.CSS",
                "style.css/x",
                ""
            })
    void nothing_else_is_served(String name) {
        assertThat(http.get("/dashboard/" + name).status()).isIn(400, 404);
    }

    @Test
    void what_a_file_names_is_there() throws Exception {
        Pattern reference = Pattern.compile("(?:from '\\./|(?:href|src)=\"dashboard/)([^'\"]+)");
        Set<String> named = new TreeSet<>(Set.of("index.html"));
        for (String name : names()) {
            Matcher matcher = reference.matcher(Files.readString(FILES.resolve(name)));
            while (matcher.find()) {
                named.add(matcher.group(1));
            }
        }
        assertThat(named).isEqualTo(names());
    }

    @Test
    void nothing_comes_from_another_host_and_nothing_is_inline_or_markup_made_of_text() throws Exception {
        for (String name : names()) {
            String text = Files.readString(FILES.resolve(name)).replaceAll("http://www\\.w3\\.org/\\d+/svg", "");
            assertThat(text).as(name).doesNotContain("http://", "https://", "innerHTML", "insertAdjacentHTML", "eval(");
        }
        String page = Files.readString(FILES.resolve("index.html"));
        for (String inline : List.of("<style", " style=", "<script>", " onclick", "javascript:")) {
            assertThat(page).doesNotContain(inline);
        }
    }
}
