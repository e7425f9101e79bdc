package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
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
    private static TestServer guarded;

    @BeforeAll
    static void startServices() {
        open = TestServer.in(directory.resolve("open")).start();
        guarded = TestServer.in(directory.resolve("guarded")).token(TOKEN).start();
    }

    @AfterAll
    static void stopServices() {
        open.close();
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
        assertThat(submit(guarded, "Host: " + host, "Origin: " + origin, "Authorization: Bearer " + TOKEN))
                .isEqualTo(status);
    }
}
