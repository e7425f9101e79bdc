package org.checkpointrecovery.processor.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.processor.Answer;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Endpoints behind TLS, with a certificate for localhost that nobody but this test has signed. */
class TlsTest {
    private static final String PASSWORD = "changeit";
    private static final List<String> VERSIONS = new CopyOnWriteArrayList<>();

    @TempDir
    private static Path directory;

    private static String keys = "";
    private static final Server SERVER = new Server();

    @BeforeAll
    static void serve() throws Exception {
        keys = directory.resolve("keys.p12").toString();
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process made = new ProcessBuilder(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        "test",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys,
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(made.waitFor()).isZero();
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setKeyStorePath(keys);
        tls.setKeyStorePassword(PASSWORD);
        HttpConfiguration http = new HttpConfiguration();
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory("h2", "http/1.1");
        alpn.setDefaultProtocol("http/1.1");
        ServerConnector connector = new ServerConnector(
                SERVER,
                new SslConnectionFactory(tls, alpn.getProtocol()),
                alpn,
                new HTTP2ServerConnectionFactory(http),
                new HttpConnectionFactory(http));
        connector.setHost("127.0.0.1");
        SERVER.addConnector(connector);
        SERVER.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                VERSIONS.add(request.getConnectionMetaData().getProtocol());
                response.write(
                        true,
                        java.nio.ByteBuffer.wrap("[1]".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                        callback);
                return true;
            }
        });
        SERVER.start();
    }

    @AfterAll
    static void stop() throws Exception {
        SERVER.stop();
    }

    private static Calling calling(String host, SslContextFactory.Client tls) {
        String url = "https://" + host + ":" + SERVER.getURI().getPort() + "/";
        HttpKind kind = Calling.kind(
                Map.of(),
                AddressRules.any(),
                name -> List.of(java.net.InetAddress.getByAddress(new byte[] {127, 0, 0, 1})),
                tls);
        return Calling.with(HttpSpec.to(url).build(), kind);
    }

    private static SslContextFactory.Client trusting() {
        SslContextFactory.Client tls = new SslContextFactory.Client();
        tls.setTrustStorePath(keys);
        tls.setTrustStorePassword(PASSWORD);
        return tls;
    }

    @Test
    void an_endpoint_that_offers_http_2_is_spoken_to_in_it_over_one_connection() {
        VERSIONS.clear();
        try (Calling calling = calling("localhost", trusting())) {
            var answers = new java.util.ArrayList<java.util.concurrent.CompletableFuture<Answer>>();
            for (int i = 0; i < 20; i++) {
                answers.add(calling.begin(i, "x"));
            }
            answers.forEach(
                    answer -> assertThat(Calling.result(Calling.await(answer))).endsWith("\"body\":[1]}"));
        }
        assertThat(VERSIONS).hasSize(20).containsOnly("HTTP/2.0");
    }

    @Test
    void a_certificate_that_is_not_trusted_fails_the_item_at_once() {
        VERSIONS.clear();
        try (Calling calling = calling("localhost", new SslContextFactory.Client())) {
            Answer.Failed failed = Calling.failed(calling.answer("x"));
            assertThat(failed.failure().code()).isEqualTo(ItemErrorCode.TLS_FAILED);
            assertThat(failed.failure().message())
                    .contains("localhost:" + SERVER.getURI().getPort(), "certification path");
            assertThat(failed.attempts()).isEqualTo(1);
        }
        assertThat(VERSIONS).isEmpty();
    }

    @Test
    void a_certificate_for_another_host_fails_the_item_at_once() {
        try (Calling calling = calling("elsewhere.test", trusting())) {
            Answer.Failed failed = Calling.failed(calling.answer("x"));
            assertThat(failed.failure().code()).isEqualTo(ItemErrorCode.TLS_FAILED);
            assertThat(failed.failure().message()).contains("matching elsewhere.test found. It was");
            assertThat(failed.attempts()).isEqualTo(1);
        }
    }
}
