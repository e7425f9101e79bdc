package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What pages of other sites can do with a service on the machine of who visits them: nothing. */
class OriginCheckTest {
    private static final String TOKEN = "correct-horse-battery-staple";

    @TempDir
    private static Path directory;

    private static TestServer open;
    private static TestServer published;
    private static TestServer guarded;

    @BeforeAll
    static void startServices() {
        open = TestServer.in(directory.resolve("open")).start();
        published = TestServer.in(directory.resolve("published"))
                .proxies("https://example.org/jobs/")
                .start();
        guarded = TestServer.in(directory.resolve("guarded")).token(TOKEN).start();
    }

    @AfterAll
    static void stopServices() {
        open.close();
        published.close();
        guarded.close();
    }

    private static int submit(TestServer service, String... headers) throws IOException {
        String body = "{\"input\":{\"items\":[]}}";
        return RawHttp.exchange(
                        service,
                        "POST /v1/jobs HTTP/1.1\r\n" + String.join("\r\n", headers)
                                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                                + body)
                .status();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:8080",
                "LOCALHOST",
                "localhost.",
                "127.0.0.1:8080",
                "127.9.9.9",
                "[::1]:80",
                "jobs.localhost"
            })
    void a_service_without_a_token_is_called_by_the_names_of_this_machine(String host) throws Exception {
        assertThat(submit(open, "Host: " + host)).isEqualTo(201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8080",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "notlocalhost",
                "192.168.0.1",
                "[::2]",
                "0.0.0.0"
            })
    void a_service_without_a_token_is_called_by_no_other_name(String host) throws Exception {
        assertThat(submit(open, "Host: " + host)).isEqualTo(403);
        assertThat(RawHttp.exchange(open, "GET /v1/jobs HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                        .status())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"jobs.example", "jobs.example:8443", "10.1.2.3"})
    void a_service_with_a_token_is_called_by_any_name(String host) throws Exception {
        assertThat(submit(guarded, "Host: " + host, "Authorization: Bearer " + TOKEN))
                .isEqualTo(201);
        assertThat(submit(guarded, "Host: " + host)).isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:8080, http://localhost:8080, 201",
        "localhost:8080, https://LOCALHOST:8080, 201",
        "localhost:8080, http://localhost:8081, 403",
        "localhost:8080, http://localhost, 403",
        "localhost:8080, http://evil.example, 403",
        "localhost:8080, http://evil.example/localhost:8080, 403",
        "localhost:8080, http://evil.example//localhost:8080, 403",
        "localhost:8080, null, 403",
        "localhost:8080, localhost:8080, 403"
    })
    void a_browser_must_come_from_a_page_of_the_service_itself(String host, String origin, int status)
            throws Exception {
        assertThat(submit(open, "Host: " + host, "Origin: " + origin)).isEqualTo(status);
        assertThat(submit(published, "Host: " + host, "Origin: " + origin)).isEqualTo(status);
    }

    /** No browser adds the token to what another page sends. */
    @Test
    void a_token_says_enough_of_where_a_call_comes_from() throws Exception {
        String origin = "Origin: http://jobs.example";
        assertThat(submit(guarded, "Host: 127.0.0.1:8080", origin, "Authorization: Bearer " + TOKEN))
                .isEqualTo(201);
        assertThat(submit(guarded, "Host: 127.0.0.1:8080", origin)).isEqualTo(401);
    }

    /** A proxy that passes on a request as nginx does unless told otherwise: with a Host of its own. */
    @ParameterizedTest
    @CsvSource({
        "same-origin, 201",
        "same-site, 403",
        "cross-site, 403",
        "none, 403",
        "Same-Origin, 403",
        "'', 403",
    })
    void what_a_browser_says_of_the_page_counts_behind_a_proxy(String site, int status) throws Exception {
        assertThat(submit(open, "Host: 127.0.0.1:8080", "Origin: http://jobs.example", "Sec-Fetch-Site: " + site))
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:8080, https://example.org, 201",
        "example.org, https://example.org, 201",
        "EXAMPLE.org, https://EXAMPLE.org, 201",
        "127.0.0.1:8080, http://example.org, 403",
        "127.0.0.1:8080, https://example.org:8443, 403",
        "example.org:8443, https://example.org:8443, 403",
        "www.example.org, https://example.org, 403",
    })
    void the_public_url_is_the_service_itself(String host, String origin, int status) throws Exception {
        assertThat(submit(published, "Host: " + host, "Origin: " + origin)).isEqualTo(status);
    }

    @Test
    void a_proxy_says_which_host_the_page_has_if_it_is_trusted() throws Exception {
        String[] headers = {"Host: 127.0.0.1:8080", "Origin: http://jobs.example", "X-Forwarded-Host: jobs.example"};
        assertThat(submit(open, headers)).isEqualTo(403);
        try (TestServer trusting = TestServer.in(directory.resolve("trusting"))
                .proxies("https://example.org/", "127.0.0.0/8")
                .start()) {
            assertThat(submit(trusting, headers)).isEqualTo(201);
            headers[2] = "Forwarded: for=192.0.2.1;host=\"jobs.example\"";
            assertThat(submit(trusting, headers)).isEqualTo(201);
            headers[2] = "X-Forwarded-Host: other.example";
            assertThat(submit(trusting, headers)).isEqualTo(403);
        }
    }

    /** Else the page would stay blank: browsers send an Origin for the scripts of their own page. */
    @ParameterizedTest
    @ValueSource(strings = {"/", "/dashboard/dashboard.js", "/docs", "/docs/reference.js"})
    void the_files_of_a_page_are_for_every_page(String path) throws Exception {
        for (TestServer service : List.of(open, guarded)) {
            assertThat(RawHttp.exchange(
                                    service,
                                    "GET " + path
                                            + " HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://jobs.example\r\n\r\n")
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void what_is_created_and_described_has_the_public_url() throws Exception {
        String body = "{\"input\":{\"items\":[]}}";
        Answer created = RawHttp.exchange(
                published,
                "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body);
        assertThat(created.header("Location")).startsWith("https://example.org/jobs/v1/jobs/0");
        assertThat(published.client().get("/openapi.yaml").text()).contains("\n  - url: https://example.org/jobs/\n");
        assertThat(open.client().get("/openapi.yaml").text()).contains("\n  - url: /\n");
    }
}
