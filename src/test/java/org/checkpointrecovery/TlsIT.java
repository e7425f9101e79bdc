package org.checkpointrecovery;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.checkpointrecovery.api.Program;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packed service with {@code --tls-cert} and {@code --tls-key}, called with curl. */
class TlsIT {
    @TempDir
    Path directory;

    private TestCertificate certificate;

    @BeforeEach
    void makeCertificate() throws Exception {
        Program.needs("curl", "--version");
        certificate = TestCertificate.make(directory, "used", "EC");
    }

    private PackedJar serve(String... options) throws IOException {
        List<String> all =
                new ArrayList<>(List.of("--tls-cert", certificate.chain().toString()));
        all.addAll(List.of("--tls-key", certificate.key().toString()));
        all.addAll(List.of(options));
        return PackedJar.serve(directory, all.toArray(String[]::new));
    }

    private static String curl(TestCertificate trusted, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "-m", "20", "--cacert"));
        command.add(trusted.chain().toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), UTF_8);
    }

    @Test
    void a_job_is_submitted_over_tls_and_a_new_certificate_needs_no_restart() throws Exception {
        try (PackedJar jar = serve()) {
            String url = jar.url();
            assertThat(url).startsWith("https://");
            Path trusted = directory.resolve("first.crt");
            Files.copy(certificate.chain(), trusted);
            TestCertificate first = new TestCertificate(trusted, certificate.key(), certificate.trusted());
            assertThat(curl(
                            first,
                            url + "/v1/jobs",
                            "-H",
                            "Content-Type: application/json",
                            "-d",
                            "{\"input\":{\"items\":[\"a\"]}}"))
                    .contains("\"state\":\"QUEUED\"");
            assertThat(curl(first, url.replace("https:", "http:") + "/v1/jobs")).contains("HTTPS only");
            assertThat(curl(TestCertificate.make(directory, "stranger", "EC"), url + "/livez"))
                    .contains("certificate");

            TestCertificate renewed = TestCertificate.make(directory, "renewed", "EC");
            certificate.replaceChain(renewed);
            Await.until("the log tells of half a pair", () -> jar.log().contains("is not the private key"));
            assertThat(curl(first, url + "/livez")).contains("live");
            certificate.replaceKey(renewed);
            Await.until("the log tells of the new pair", () -> jar.log().contains("Reloaded --tls-cert"));
            assertThat(curl(renewed, url + "/livez")).contains("live");
            assertThat(curl(first, url + "/livez")).contains("certificate");

            assertThat(jar.log()).contains("CN=used", "CN=renewed").doesNotContain("\tat ");
            assertThat(jar.log().lines().filter(line -> line.contains(" WARN ")))
                    .hasSize(1);
        }
    }

    @Test
    void a_pair_that_cannot_be_used_stops_the_start() throws Exception {
        certificate.replaceKey(TestCertificate.make(directory, "other", "EC"));
        try (PackedJar jar = serve()) {
            assertThat(jar.exitCode()).isEqualTo(2);
            assertThat(jar.log().lines()).singleElement().asString().contains("is not the private key");
        }
        try (PackedJar jar = PackedJar.start(
                directory,
                "serve",
                "--port",
                "0",
                "--tls-cert",
                certificate.chain().toString())) {
            assertThat(jar.exitCode()).isEqualTo(2);
            assertThat(jar.log()).contains("--tls-cert and --tls-key need each other");
        }
    }

    @Test
    void slow_clients_are_cut_off_behind_tls_too() throws Exception {
        try (PackedJar jar = serve("--min-data-rate", "1K", "--idle-timeout", "120")) {
            int port = URI.create(jar.url()).getPort();
            Files.writeString(
                    directory.resolve("large.txt"),
                    "word ".repeat(20).concat("\n").repeat(60_000));
            String submitted = curl(
                    certificate,
                    "https://127.0.0.1:" + port + "/v1/jobs",
                    "-H",
                    "Content-Type: application/json",
                    "-d",
                    "{\"input\":{\"path\":\"large.txt\"}}");
            String id = submitted.replaceAll("(?s).*?\"id\":\"([^\"]+)\".*", "$1");
            String job = "https://127.0.0.1:" + port + "/v1/jobs/" + id;
            Await.until("the job is done", () -> state(job).contains("\"state\":\"COMPLETED\""));
            try (Socket sender = connect(port);
                    Socket reader = connect(port)) {
                request(reader, "GET /v1/jobs/" + id + "/results HTTP/1.1\r\nHost: localhost\r\n\r\n");
                request(sender, "POST /v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n");
                Await.until("the sender is cut off", () -> isCutOff(sender));
                Await.until("so is who does not read", () -> isCutOff(reader));
                assertThat(jar.log()).contains("Closed ");
            }
            assertThat(curl(certificate, "https://127.0.0.1:" + port + "/livez"))
                    .contains("live");
            assertThat(jar.log()).doesNotContain("\tat ");
        }
    }

    private String state(String job) {
        try {
            return curl(certificate, job);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Socket connect(int port) throws IOException {
        Socket socket = certificate.trusted().getSocketFactory().createSocket();
        socket.setReceiveBufferSize(4096);
        socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    private static void request(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    /** Sends a little, and tells whether the service has hung up. */
    private static boolean isCutOff(Socket socket) {
        try {
            socket.getOutputStream().write('a');
            LockSupport.parkNanos(100_000_000);
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
