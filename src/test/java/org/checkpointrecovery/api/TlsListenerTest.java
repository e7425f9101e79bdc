package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.TestCertificate;
import org.checkpointrecovery.cli.ServiceConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A service that speaks TLS. */
class TlsListenerTest {
    private static final int MOST_CONNECTIONS = 3;

    @TempDir
    private Path directory;

    private TestCertificate certificate;
    private TestServer service;

    @BeforeEach
    void startService() {
        certificate = TestCertificate.make(directory, "used", "EC");
        service = TestServer.in(directory)
                .tls(certificate)
                .clients(new ServiceConfig.ClientLimits(240, Duration.ofSeconds(30), MOST_CONNECTIONS))
                .start();
    }

    @AfterEach
    void stopService() {
        service.close();
    }

    @Test
    void jobs_run_as_over_plain_http() {
        byte[] lines = "a line of some words\n".repeat(300_000).getBytes(UTF_8);
        String file = service.client().upload(lines);
        String job = service.client().complete("{\"input\":{\"fileId\":\"" + file + "\"},\"batchSize\":100000}");
        assertThat(service.client().results(job).lines()).hasSize(300_000);
        assertThat(service.client().get("/v1/jobs/" + job + "/events").is(200).text())
                .contains("event: end");
    }

    @Test
    void a_new_certificate_is_used_for_new_connections_and_open_ones_continue() throws Exception {
        TestCertificate renewed = TestCertificate.make(directory, "renewed", "RSA");
        try (RawHttp open = new RawHttp(service)) {
            open.head("GET /livez").answer().is(200);
            certificate.replaceChain(renewed);
            certificate.replaceKey(renewed);
            Await.until("the new certificate is used", () -> isShownTo(renewed));
            open.head("GET /v1/jobs").answer().is(200);
        }
        assertThatThrownBy(() -> handshake(certificate)).isInstanceOf(SSLException.class);
    }

    private boolean isShownTo(TestCertificate trusted) {
        try {
            handshake(trusted);
            return true;
        } catch (SSLException e) {
            return false;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void handshake(TestCertificate trusted) throws IOException {
        try (Socket socket = trusted.trusted()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), service.server().port())) {
            ((SSLSocket) socket).startHandshake();
        }
    }

    @Test
    void plain_http_is_told_to_use_https() throws IOException {
        Socket plain =
                new Socket(InetAddress.getLoopbackAddress(), service.server().port());
        try (RawHttp raw = new RawHttp(plain)) {
            Answer answer = raw.head("GET /v1/jobs").answer();
            assertThat(answer.isProblem(400, "bad-request").text()).contains("https://");
            assertThat(raw.isEnded()).isTrue();
        }
    }

    @Test
    void a_client_that_speaks_neither_is_disconnected() throws IOException {
        Socket plain =
                new Socket(InetAddress.getLoopbackAddress(), service.server().port());
        try (RawHttp raw = new RawHttp(plain)) {
            raw.send("\u0016\u0003rubbish that is no handshake at all");
            Await.until("it is disconnected", () -> isDisconnected(raw));
        }
        service.client().get("/livez").is(200);
    }

    private static boolean isDisconnected(RawHttp raw) {
        try {
            return raw.isEnded();
        } catch (IOException e) {
            return true;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https://localhost:8080, 200",
        "HTTPS://LOCALHOST:8080, 200",
        "http://localhost:8080, 403",
        "https://localhost:8081, 403",
        "https://evil.example, 403"
    })
    void a_browser_must_come_from_a_page_that_was_encrypted(String origin, int status) throws IOException {
        try (RawHttp raw = new RawHttp(service)) {
            raw.send("GET /v1/jobs HTTP/1.1\r\nHost: localhost:8080\r\nOrigin: " + origin + "\r\n\r\n");
            raw.answer().is(status);
        }
    }

    @Test
    void a_client_that_sends_its_whole_body_first_reads_the_response() throws IOException {
        try (RawHttp raw = new RawHttp(service)) {
            byte[] body = new byte[3_000_000];
            raw.head("POST /v1/jobs", "Content-Type: text/plain", "Content-Length: " + body.length);
            raw.send(body).answer().isProblem(415, "unsupported-media-type");
        }
    }

    @Test
    void connections_of_a_source_are_limited_and_counted_once() throws IOException {
        RawHttp first = new RawHttp(service);
        try (RawHttp second = new RawHttp(service);
                RawHttp third = new RawHttp(service)) {
            for (RawHttp raw : new RawHttp[] {first, second, third}) {
                raw.head("GET /livez").answer().is(200);
            }
            assertThatThrownBy(() -> {
                        try (RawHttp fourth = new RawHttp(service)) {
                            fourth.head("GET /livez").answer();
                        }
                    })
                    .isInstanceOf(IOException.class);
            first.close();
            Await.until("there is room again", () -> isAnswered());
        }
    }

    private boolean isAnswered() {
        try (RawHttp raw = new RawHttp(service)) {
            raw.head("GET /livez").answer().is(200);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
