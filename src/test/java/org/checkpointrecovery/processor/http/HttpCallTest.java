package org.checkpointrecovery.processor.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.outbound.NameLookup;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.Processors.Problem;
import org.checkpointrecovery.processor.Processors.UnavailableException;
import org.checkpointrecovery.processor.http.MisbehavingServer.Received;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.Test;

/** What goes over the wire, and what is made of the answer. */
class HttpCallTest {
    private static final Map<String, String> SECRETS =
            Map.of("TOKEN", "Bearer s3cr3t-token", "LOGIN", "Basic dXNlcjpwYXNzd29yZDE=", "PIN", "12345678");

    private static MisbehavingServer saying(String body, String... headers) {
        return MisbehavingServer.that((request, time, exchange) ->
                exchange.answer(200, new String(body.getBytes(UTF_8), ISO_8859_1), headers));
    }

    private static Received only(MisbehavingServer server) {
        assertThat(server.received()).hasSize(1);
        return server.received().get(0);
    }

    private static String bodyOf(String answered, String... headers) {
        try (MisbehavingServer server = saying(answered, headers);
                Calling calling = Calling.with(HttpSpec.to(server.url()))) {
            String result = Calling.result(calling.answer("a"));
            return result.substring(result.indexOf("\"body\":") + 7, result.length() - 1);
        }
    }

    @Test
    void a_call_carries_what_tells_it_from_others_and_nothing_of_the_client_library() {
        try (MisbehavingServer server = saying("");
                Calling calling = Calling.with(HttpSpec.to(server.url() + "check?q=a%20b"))) {
            calling.answer("häß");
            Received request = only(server);
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.path()).isEqualTo("/check?q=a%20b");
            assertThat(request.body()).isEqualTo(new String("häß".getBytes(UTF_8), ISO_8859_1));
            assertThat(request.headers())
                    .containsExactlyInAnyOrderEntriesOf(Map.of(
                            "host",
                            "127.0.0.1:" + server.port(),
                            "user-agent",
                            "checkpoint-recovery",
                            "accept-encoding",
                            "identity",
                            "content-type",
                            "text/plain; charset=utf-8",
                            "content-length",
                            "5",
                            "idempotency-key",
                            "\"0197a3c1f2d8-5b7e90-7\"",
                            "job-id",
                            "0197a3c1f2d8-5b7e90",
                            "item-index",
                            "7",
                            "attempt",
                            "1"));
        }
    }

    @Test
    void the_headers_of_the_spec_are_sent_and_win() {
        try (MisbehavingServer server = saying("");
                Calling calling = Calling.with(HttpSpec.to(server.url())
                        .method("PUT")
                        .header("content-type", "text/csv")
                        .header("User-Agent", "mine")
                        .header("X-Empty", "")
                        .header("X-Long", "x".repeat(8192)))) {
            calling.answer("a");
            Received request = only(server);
            assertThat(request.method()).isEqualTo("PUT");
            assertThat(request.header("Content-Type")).isEqualTo("text/csv");
            assertThat(request.header("User-Agent")).isEqualTo("mine");
            assertThat(request.header("X-Empty")).isEmpty();
            assertThat(request.header("X-Long")).hasSize(8192);
        }
    }

    @Test
    void get_and_delete_have_no_body() {
        for (String method : new String[] {"GET", "DELETE"}) {
            try (MisbehavingServer server = saying("");
                    Calling calling = Calling.with(HttpSpec.to(server.url()).method(method))) {
                calling.answer("a");
                Received request = only(server);
                assertThat(request.method()).isEqualTo(method);
                assertThat(request.headers()).doesNotContainKeys("content-type", "transfer-encoding");
                assertThat(request.body()).isEmpty();
            }
        }
    }

    @Test
    void no_cookie_is_kept_and_a_connection_is_used_again() {
        try (MisbehavingServer server = saying("", "Set-Cookie: a=b");
                Calling calling = Calling.with(HttpSpec.to(server.url()))) {
            calling.answer("a");
            calling.answer("b");
            assertThat(server.received()).hasSize(2);
            assertThat(server.received().get(1).headers()).doesNotContainKey("cookie");
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void an_answer_that_is_json_is_the_body_on_one_line_with_its_numbers_as_they_came() {
        assertThat(bodyOf("{\n \"a\" : [ 1.10, 1E400, -0, 12345678901234567890123 ],\r\n \"ü\": \"x\\ny\\u2028\" }\n"))
                .isEqualTo("{\"a\":[1.10,1E400,-0,12345678901234567890123],\"ü\":\"x\\ny\u2028\"}");
        assertThat(bodyOf("\"\\ud800\"")).as("half a character stays escaped").isEqualTo("\"\\uD800\"");
        assertThat(bodyOf("null")).isEqualTo("null");
        assertThat(bodyOf(" true ")).isEqualTo("true");
        assertThat(bodyOf("\ufeff[]")).isEqualTo("[]");
    }

    @Test
    void any_other_answer_is_a_string_of_its_text() {
        assertThat(bodyOf("")).isEqualTo("\"\"");
        assertThat(bodyOf("hello\nworld")).isEqualTo("\"hello\\nworld\"");
        assertThat(bodyOf("{} {}")).isEqualTo("\"{} {}\"");
        assertThat(bodyOf("NaN")).isEqualTo("\"NaN\"");
        assertThat(bodyOf("é", "Content-Type: text/plain; charset=ISO-8859-1")).isEqualTo("\"Ã©\"");
        assertThat(bodyOf("é", "Content-Type: text/plain; charset=nonsense")).isEqualTo("\"é\"");
    }

    @Test
    void a_secret_is_sent_and_shows_nowhere_when_it_comes_back() {
        String echo =
                "{\"Bearer s3cr3t-token\":\"s3cr3t-token\",\"user\":[\"dXNlcjpwYXNzd29yZDE=\",\"password1\",12345678]}";
        try (MisbehavingServer server = saying(echo);
                Calling calling = Calling.with(
                        HttpSpec.to(server.url())
                                .secret("Authorization", "TOKEN")
                                .secret("X-Login", "LOGIN")
                                .secret("X-Pin", "PIN"),
                        SECRETS)) {
            String result = Calling.result(calling.answer("a"));
            assertThat(only(server).header("Authorization")).isEqualTo("Bearer s3cr3t-token");
            assertThat(only(server).header("X-Pin")).isEqualTo("12345678");
            assertThat(result)
                    .isEqualTo(
                            "{\"index\":7,\"status\":200,\"attempts\":1,\"body\":{\"***\":\"***\",\"user\":[\"***\",\"***\",\"***\"]}}");
        }
    }

    @Test
    void a_secret_shows_in_no_message_not_even_in_part() {
        String text = "x".repeat(190) + " wrong: Bearer s3cr3t-token";
        try (MisbehavingServer server =
                        MisbehavingServer.that((request, time, exchange) -> exchange.answer(400, text));
                Calling calling = Calling.with(HttpSpec.to(server.url()).secret("A", "TOKEN"), SECRETS)) {
            String message = Calling.failed(calling.answer("a")).failure().message();
            assertThat(message).doesNotContain("s3c", "Bearer").contains("answered 400", "xxx", "…");
        }
    }

    @Test
    void what_the_operator_does_not_provide_is_named_before_a_job_and_before_a_run() {
        HttpKind kind = Calling.kind(
                SECRETS, AddressRules.publicOnly("--http-allow"), NameLookup.SYSTEM, new SslContextFactory.Client());
        var spec = HttpSpec.to("http://10.0.0.1/")
                .secret("A~b", "GONE")
                .secret("B", "TOKEN")
                .body("{\"n\":\"{name}\"}")
                .build();
        List<Problem> problems = kind.problems(spec, Format.LINES);
        assertThat(problems.stream().map(Problem::option))
                .containsExactly(List.of("url"), List.of("headers", "A~b", "secret"), List.of("body"));
        assertThat(problems.toString())
                .contains("10.0.0.1", "private", "\"GONE\"", "{name}")
                .doesNotContain("s3cr3t");
        assertThat(kind.problems(spec, new Format(Format.Kind.JSONL, ',')).stream()
                        .map(Problem::option))
                .containsExactly(List.of("url"), List.of("headers", "A~b", "secret"));
        assertThatThrownBy(() -> kind.build(spec))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("10.0.0.1");
        var missing = HttpSpec.to("http://8.8.8.8/").secret("A", "GONE").build();
        assertThatThrownBy(() -> kind.build(missing))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContainingAll("\"GONE\"", "header A", "--secrets-file", "resume");
    }

    @Test
    void calls_256_at_once_with_a_dozen_threads_and_leaves_none() throws InterruptedException {
        CountDownLatch all = new CountDownLatch(256);
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        try (MisbehavingServer server = MisbehavingServer.that((request, time, exchange) -> {
            all.countDown();
            all.await();
            exchange.answer(200, request.body());
        })) {
            Calling calling = Calling.with(HttpSpec.to(server.url()).concurrency(256));
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 256; i++) {
                answers.add(calling.begin(i, "item " + i));
            }
            all.await();
            assertThat(clientThreads(before)).hasSizeLessThanOrEqualTo(12);
            for (int i = 0; i < 256; i++) {
                assertThat(Calling.result(Calling.await(answers.get(i)))).contains("\"item " + i + "\"");
            }
            assertThat(server.connections()).isEqualTo(256);
            calling.close();
            assertThat(clientThreads(before)).isEmpty();
        }
    }

    private static Set<String> clientThreads(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread) && !thread.getName().equals("misbehaving"))
                .map(thread -> thread.getName() + "#" + thread.getId())
                .filter(name -> name.startsWith("http") || name.startsWith("HttpClient") || name.contains("Scheduler"))
                .collect(Collectors.toSet());
    }
}
