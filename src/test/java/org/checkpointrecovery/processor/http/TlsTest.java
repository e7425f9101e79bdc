package org.checkpointrecovery.processor.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.outbound.NameLookup;
import org.checkpointrecovery.processor.Answer;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Endpoints behind TLS, with a certificate for localhost that nobody but this test has signed. */
class TlsTest {
    @TempDir
    private static Path directory;

    private static @Nullable TlsEndpoint endpoint;

    @BeforeAll
    static void serve() throws Exception {
        endpoint = TlsEndpoint.start(directory);
    }

    @AfterAll
    static void stop() {
        endpoint().close();
    }

    private static TlsEndpoint endpoint() {
        return requireNonNull(endpoint);
    }

    private static Calling calling(String host, SslContextFactory.Client tls) {
        String url = "https://" + host + ":" + endpoint().port() + "/";
        HttpKind kind = Calling.kind(
                Map.of(),
                AddressRules.any(),
                name -> List.of(java.net.InetAddress.getByAddress(new byte[] {127, 0, 0, 1})),
                tls);
        return Calling.with(HttpSpec.to(url).build(), kind);
    }

    private static SslContextFactory.Client trusting() {
        SslContextFactory.Client tls = new SslContextFactory.Client();
        tls.setTrustStorePath(endpoint().keys());
        tls.setTrustStorePassword(TlsEndpoint.PASSWORD);
        return tls;
    }

    @Test
    void an_endpoint_that_offers_http_2_is_spoken_to_in_it_over_one_connection() {
        endpoint().versions().clear();
        try (Calling calling = calling("localhost", trusting())) {
            var answers = new java.util.ArrayList<java.util.concurrent.CompletableFuture<Answer>>();
            for (int i = 0; i < 20; i++) {
                answers.add(calling.begin(i, "x"));
            }
            answers.forEach(
                    answer -> assertThat(Calling.result(Calling.await(answer))).endsWith("\"body\":[1]}"));
        }
        assertThat(endpoint().versions()).hasSize(20).containsOnly("HTTP/2.0");
    }

    @Test
    void the_end_of_one_job_does_not_disturb_the_calls_of_another() {
        HttpKind kind = Calling.kind(Map.of(), AddressRules.any(), NameLookup.SYSTEM, trusting());
        var spec = HttpSpec.to("https://localhost:" + endpoint().port() + "/")
                .maxAttempts(1)
                .build();
        Calling first = Calling.with(spec, kind);
        try (Calling second = Calling.with(spec, kind)) {
            first.close();
            assertThat(Calling.result(second.answer("x"))).endsWith("\"body\":[1]}");
        }
    }

    @Test
    void a_certificate_that_is_not_trusted_fails_the_item_at_once() {
        endpoint().versions().clear();
        try (Calling calling = calling("localhost", new SslContextFactory.Client())) {
            Answer.Failed failed = Calling.failed(calling.answer("x"));
            assertThat(failed.failure().code()).isEqualTo(ItemErrorCode.TLS_FAILED);
            assertThat(failed.failure().message())
                    .contains("localhost:" + endpoint().port(), "certification path");
            assertThat(failed.attempts()).isEqualTo(1);
        }
        assertThat(endpoint().versions()).isEmpty();
    }

    @Test
    void a_certificate_for_another_host_fails_the_item_at_once() {
        try (Calling calling = calling("elsewhere.test", trusting())) {
            Answer.Failed failed = Calling.failed(calling.answer("x"));
            assertThat(failed.failure().code()).isEqualTo(ItemErrorCode.TLS_FAILED);
            assertThat(failed.failure().message()).contains("matching elsewhere.test found. This was");
            assertThat(failed.attempts()).isEqualTo(1);
        }
    }
}
