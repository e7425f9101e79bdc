package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.cli.ServiceConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every path, and what becomes of requests that are not HTTP as it should be. */
class HttpRulesTest {
    private static final String UNKNOWN = "0000000000-00000000";

    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;
    private static String job;
    private static String file;

    @BeforeAll
    static void startService() {
        service = TestServer.in(directory).start();
        http = service.client();
        job = http.complete("{\"input\":{\"items\":[\"a\",\"b\"]},\"faults\":{\"failItems\":[1]}}");
        file = http.upload(new byte[] {'a'});
    }

    @AfterEach
    void theServiceLives() throws IOException {
        http.get("/livez").is(200);
        assertThat(service.names("jobs")).containsExactly(job);
        assertThat(service.names("files")).containsExactly(file);
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    static Stream<String> paths() {
        return service.server().routeNames().stream()
                .map(name -> name.substring(name.indexOf(' ') + 1))
                .distinct();
    }

    private static Set<String> methods(String path) {
        Set<String> methods = new TreeSet<>(Set.of("OPTIONS"));
        for (String name : service.server().routeNames()) {
            if (name.endsWith(" " + path)) {
                methods.add(name.substring(0, name.indexOf(' ')));
            }
        }
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        return methods;
    }

    private static String real(String path) {
        return path.replace("{file}", path.startsWith("/docs") ? "swagger-ui.css" : "style.css")
                .replace("{id}", path.startsWith("/v1/files") ? file : job);
    }

    @ParameterizedTest
    @MethodSource("paths")
    void head_is_answered_as_get_would_be(String path) {
        if (!methods(path).contains("GET") || path.endsWith("checkpoint") || path.equals("/v1/events")) {
            return; // there is none, or it does not end
        }
        Answer get = http.get(real(path)).is(200);
        Answer head = http.call("HEAD", real(path)).is(200);
        assertThat(head.bytes()).isEmpty();
        for (String header : List.of("Content-Type", "ETag", "Accept-Ranges", "X-Content-Type-Options")) {
            assertThat(head.header(header)).as(header).isEqualTo(get.header(header));
        }
        if (!head.header("Content-Length").isEmpty()) {
            assertThat(head.header("Content-Length")).isEqualTo(String.valueOf(get.bytes().length));
        }
        http.call("HEAD", real(path) + "?x=1").is(path.startsWith("/v1/") ? 422 : 200);
        if (path.contains("{id}")) {
            http.call("HEAD", path.replace("{id}", UNKNOWN)).is(404);
        }
    }

    @ParameterizedTest
    @MethodSource("paths")
    void options_tells_the_methods_of_a_path(String path) {
        Answer answer = http.call("OPTIONS", real(path)).is(204);
        assertThat(answer.bytes()).isEmpty();
        assertThat(answer.header("Allow").split(", ", -1)).containsExactlyElementsOf(methods(path));
    }

    static Stream<Arguments> methodsThatAPathDoesNotHave() {
        return paths().flatMap(path -> Stream.of("GET", "PUT", "POST", "DELETE", "PATCH", "TRACE", "FOO", "get")
                .filter(method -> !methods(path).contains(method))
                .map(method -> Arguments.of(method, path)));
    }

    @ParameterizedTest
    @MethodSource("methodsThatAPathDoesNotHave")
    void a_method_that_a_path_does_not_have_is_a_405_with_those_that_it_has(String method, String path)
            throws IOException {
        try (RawHttp raw = new RawHttp(service)) {
            raw.head(method + " " + real(path), "Content-Length: 0");
            Answer answer = raw.answer().isProblem(405, "method-not-allowed");
            assertThat(answer.header("Allow").split(", ", -1)).containsExactlyElementsOf(methods(path));
        }
        if (Set.of("GET", "PUT", "POST", "DELETE", "PATCH").contains(method)) {
            http.call(method, real(path)).is(405);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "DELETE", "PUT", "OPTIONS", "FOO", ""})
    void a_method_in_a_header_is_not_obeyed_but_refused(String method) throws IOException {
        for (String request : List.of(
                "GET /livez",
                "POST /v1/jobs",
                "GET /v1/jobs/" + job,
                "DELETE /v1/jobs/" + UNKNOWN,
                "OPTIONS /v1/jobs",
                "GET /nothing",
                "PUT /v1/jobs")) {
            try (RawHttp raw = new RawHttp(service)) {
                raw.head(request, "Content-Length: 0", "X-HTTP-Method-Override: " + method);
                assertThat(raw.answer().isProblem(400, "bad-request").text("/detail"))
                        .contains("X-HTTP-Method-Override");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing",
                "/v1",
                "/v1/",
                "/v1/jobs/",
                "/v1/files/",
                "/v1/jobs/{job}/",
                "/v1/jobs/{job}/nothing",
                "/v1/jobs/{job}/results/",
                "/livez/",
                "/openapixyaml",
                "/openapi.xml",
                "/index.html",
                "/docs/",
                "/V1/jobs",
                "/v1/jobs;x=y",
                "/v2/jobs"
            })
    void a_path_that_does_not_exist_is_a_404_whatever_the_method(String path) throws IOException {
        for (String method : List.of("GET", "HEAD", "POST", "DELETE", "PUT", "OPTIONS", "FOO")) {
            try (RawHttp raw = new RawHttp(service)) {
                raw.head(method + " " + path.replace("{job}", job), "Content-Length: 0", "Connection: close");
                Answer answer = raw.answer().is(404);
                assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "short",
                "UPPERCASE00000",
                "under_score_000",
                "..............",
                "0000000000-00000000-0000000000-0000000000-0",
                "%61%62%63",
                "job.json-000000",
                "0000000000~00000"
            })
    void an_id_that_does_not_fit_its_pattern_names_nothing(String id) throws IOException {
        for (String request : List.of(
                "GET /v1/jobs/" + id,
                "DELETE /v1/jobs/" + id,
                "POST /v1/jobs/" + id + "/start",
                "GET /v1/jobs/" + id + "/results",
                "GET /v1/jobs/" + id + "/checkpoint",
                "GET /v1/files/" + id,
                "DELETE /v1/files/" + id)) {
            try (RawHttp raw = new RawHttp(service)) {
                raw.head(request, "Content-Length: 0");
                raw.answer().isProblem(404, "not-found");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/jobs/%2e%2e",
                "/v1/jobs/..%2f..%2fetc%2fpasswd",
                "/v1/jobs/%2e%2e%2f%2e%2e%2fetc/results",
                "/v1/files/..%5c..%5cx",
                "/v1/files/../../../../etc/passwd",
                "/v1/jobs/.%2e/jobs",
                "/v1/jobs/../jobs",
                "/v1//jobs",
                "//etc/passwd",
                "/v1/jobs/a%00b",
                "/v1/jobs/%zz",
                "/v1/jobs/%",
                "/v1/jobs/%c3%28",
                "/v1/jobs/%ed%a0%80",
                "/v1/jobs/\u00ff\u00fe",
                "/v1\\jobs",
                "/v1/jobs#x",
                "http://other:x/livez",
                "/v1/jobs/%252e%252e",
                "*",
                "livez"
            })
    void a_path_that_is_meant_to_lead_elsewhere_leads_nowhere(String path) throws IOException {
        for (String method : List.of("GET", "DELETE", "POST")) {
            try (RawHttp raw = new RawHttp(service)) {
                raw.head(method + " " + path, "Content-Length: 0", "Connection: close");
                assertThat(raw.answer().status()).isIn(400, 404, 405);
            }
        }
    }

    static Stream<String> requestsThatAreNotHttp() {
        String host = "\r\nHost: localhost\r\n";
        String json = "Content-Type: application/json\r\n";
        return Stream.of(
                "\0\1\2\3\r\n\r\n",
                "\r\n\r\n \r\n\r\n",
                "hello\r\n\r\n",
                "GET\r\n\r\n",
                "GET /livez\r\n\r\n",
                "GET /livez HTTP/3.0" + host + "\r\n",
                "GET /livez HTTP/2" + host + "\r\n",
                "GET /livez HTTP/1.x" + host + "\r\n",
                "GET /livez HTTQ/1.1" + host + "\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "GET /liv ez HTTP/1.1" + host + "\r\n",
                "G\u00e9T /livez HTTP/1.1" + host + "\r\n",
                "G@T /livez HTTP/1.1" + host + "\r\n",
                "\u0016\u0003\u0001\2\0\1\0\1\u00fc\u0003\u0003 a TLS greeting\r\n\r\n",
                "GET /livez HTTP/1.1\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: a b\r\n\r\n",
                "GET /livez HTTP/1.1" + host + "No colon\r\n\r\n",
                "GET /livez HTTP/1.1" + host + "Space : before\r\n\r\n",
                "GET /livez HTTP/1.1" + host + " folded: line\r\n\r\n",
                "GET /livez HTTP/1.1" + host + "N\0l: x\r\n\r\n",
                "GET /livez HTTP/1.1" + host + "X: " + "a".repeat(20_000) + "\r\n\r\n",
                "GET /livez HTTP/1.1" + host + "X: a\r\n".repeat(3000) + "\r\n",
                "GET /" + "a".repeat(20_000) + " HTTP/1.1" + host + "\r\n",
                "POST /v1/jobs HTTP/1.1" + host + json + "Content-Length: -1\r\n\r\n{}",
                "POST /v1/jobs HTTP/1.1" + host + json + "Content-Length: two\r\n\r\n{}",
                "POST /v1/jobs HTTP/1.1" + host + json + "Content-Length: 99999999999999999999\r\n\r\n{}",
                "POST /v1/jobs HTTP/1.1" + host + json + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
                "POST /v1/jobs HTTP/1.1" + host + json + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
                "POST /v1/jobs HTTP/1.1" + host + json + "Transfer-Encoding: zip\r\n\r\n{}",
                "POST /v1/jobs HTTP/1.1" + host + json + "Transfer-Encoding: identity\r\n\r\n{}",
                "POST /v1/files HTTP/1.1" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
                "POST /v1/files HTTP/1.1" + host + "Transfer-Encoding: chunked, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
                "POST /v1/files HTTP/1.1" + host
                        + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
                "POST /v1/jobs HTTP/1.1" + host + json + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
                "POST /v1/files HTTP/1.1" + host + "Transfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n",
                "POST /v1/files HTTP/1.1" + host
                        + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\na\r\n0\r\n\r\n",
                "POST /v1/files HTTP/1.1" + host + "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
                "POST /v1/jobs HTTP/1.1" + host + json + "Expect: wonders\r\nContent-Length: 2\r\n\r\n{}");
    }

    @ParameterizedTest
    @MethodSource("requestsThatAreNotHttp")
    void what_is_not_http_is_a_400(String request) throws IOException {
        try (RawHttp raw = new RawHttp(service)) {
            Answer answer = raw.send(request).answer().isProblem(400, "bad-request");
            assertThat(answer.text("/detail")).isNotBlank();
        }
    }

    @Test
    void a_body_that_breaks_off_is_a_400() throws IOException {
        for (String path : List.of("/v1/jobs", "/v1/jobs/" + job + "/pause", "/v1/jobs/" + job + "/crash")) {
            try (RawHttp raw = new RawHttp(service)) {
                raw.head("POST " + path, "Content-Type: application/json", "Content-Length: 100")
                        .send("{}")
                        .endSending();
                raw.answer().isProblem(400, "bad-request");
            }
        }
    }

    @Test
    void older_http_and_unusual_ways_to_ask_are_answered() throws IOException {
        for (String request : List.of(
                "GET /livez HTTP/1.0\r\n\r\n",
                "GET http://localhost/livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "\r\nGET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /livez? HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /livez HTTP/1.1\nHost: localhost\n\n",
                "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")) {
            assertThat(RawHttp.exchange(service, request).status()).as(request).isIn(200, 400);
        }
        RawHttp.exchange(service, "GET /livez HTTP/1.0\r\n\r\n").is(200);
        RawHttp.exchange(service, "GET http://localhost/livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .is(200);
    }

    @Test
    void requests_can_follow_each_other_on_a_connection_also_behind_a_refused_one() throws IOException {
        try (RawHttp raw = new RawHttp(service)) {
            for (int i = 0; i < 3; i++) {
                raw.head("GET /v1/jobs/" + job);
                assertThat(raw.answer().is(200).id()).isEqualTo(job);
                raw.head("POST /v1/jobs", "Content-Type: application/json", "Content-Length: 3")
                        .send("{{{");
                raw.answer().isProblem(400, "invalid-json");
                raw.head("GET /nothing");
                raw.answer().isProblem(404, "not-found");
            }
        }
    }

    @Test
    void a_client_that_expects_a_100_gets_it() throws IOException {
        String spec = "{\"input\":{}}";
        try (RawHttp raw = new RawHttp(service)) {
            raw.head(
                    "POST /v1/jobs",
                    "Content-Type: application/json",
                    "Expect: 100-continue",
                    "Content-Length: " + spec.length());
            raw.send(spec);
            raw.answer().isInvalid("/input");
        }
    }

    @Test
    void the_service_says_what_it_is_and_how_it_is() {
        assertThat(http.get("/livez").is(200).text()).isEqualTo("{\"status\":\"live\"}");
        assertThat(http.get("/readyz").is(200).text()).isEqualTo("{\"status\":\"ready\"}");
        assertThat(http.get("/").is(200).text()).contains("\"openapi.yaml\"");
        assertThat(http.get("/openapi.yaml").is(200).text()).isEqualTo(contractFile());
        for (String answer : List.of("/", "/livez", "/v1/jobs")) {
            assertThat(http.get(answer).header("Server")).isEmpty();
        }
    }

    private static String contractFile() {
        try {
            return Files.readString(Path.of("openapi.yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void no_route_is_missing_from_the_contract_and_none_from_the_service() {
        ServiceClient.CONTRACT.assertRoutesAre(service.server().routeNames());
        assertThat(service.server().routeNames().stream()
                        .filter(name -> name.startsWith("GET /v1/jobs"))
                        .collect(Collectors.toSet()))
                .hasSize(9);
    }

    @Test
    void an_address_has_as_many_connections_as_it_may(@TempDir Path own) throws IOException {
        try (TestServer limited = TestServer.in(own)
                .clients(new ServiceConfig.ClientLimits(0, Duration.ofSeconds(30), 2))
                .start()) {
            try (RawHttp first =
                    new RawHttp(limited)) { // each is answered before the next one opens, so they are in order
                first.head("GET /livez").answer().is(200);
                try (RawHttp second = new RawHttp(limited)) {
                    second.head("GET /livez").answer().is(200);
                    try (RawHttp third = new RawHttp(limited)) {
                        assertThat(third.isEnded()).isTrue();
                    }
                }
            }
            Await.until(
                    "there is room again",
                    () -> {
                        try (RawHttp next = new RawHttp(limited)) {
                            return next.head("GET /livez").answer().status();
                        } catch (IOException | AssertionError e) {
                            return 0;
                        }
                    },
                    status -> status == 200);
        }
    }
}
