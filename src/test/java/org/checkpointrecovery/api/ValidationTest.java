package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Validating a job without submitting it. */
class ValidationTest {
    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;

    @BeforeAll
    static void startService() {
        service = TestServer.in(directory).maxItem(100).start();
        http = service.client();
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    private static Answer validate(String parameters, String spec) {
        return http.post("/v1/jobs/validate" + parameters, spec);
    }

    @Test
    void the_spec_is_shown_with_its_defaults_and_nothing_is_kept() throws IOException {
        List<String> before = List.copyOf(service.names("jobs"));
        Answer valid = validate("", "{\"input\":{\"items\":[\"a\",\"b\"]},\"batchSize\":3}")
                .is(200);
        assertThat(valid.at("/valid").booleanValue()).isTrue();
        assertThat(valid.at("/spec/input/items")).hasSize(2);
        assertThat(valid.at("/spec/commit").textValue()).isEqualTo("group");
        assertThat(valid.at("/sample")).isEmpty();
        assertThat(service.names("jobs")).containsExactlyInAnyOrderElementsOf(before);
    }

    @Test
    void a_layout_of_the_results_is_shown_if_it_is_given() {
        String spec = "{\"input\":{\"items\":[\"a\"]}%s}";
        assertThat(validate("", spec.formatted("")).is(200).at("/spec").has("results"))
                .isFalse();
        assertThat(validate("", spec.formatted(",\"results\":\"single-file\""))
                        .is(200)
                        .text("/spec/results"))
                .isEqualTo("single-file");
        Answer parts = validate("", spec.formatted(",\"results\":\"parts\"")).isProblem(422, "invalid-request");
        assertThat(parts.text("/errors/0/message"))
                .isEqualTo("is \"parts\", which only the engine \"flink\" writes. Omit the field");
    }

    @Test
    void a_sample_is_what_a_job_would_make() {
        String file = http.upload(
                ("id,name\n1,\"x\ny\"\nragged\n2,z\n" + "3," + "x".repeat(100) + "\n4,w\n").getBytes(UTF_8));
        String spec = "{\"input\":{\"fileId\":\"" + file + "\"},\"format\":\"csv\"}";
        String job = http.complete(spec);
        Answer valid = validate("?sample=4", spec).is(200);
        String[] results = http.results(job).split("\n", -1);
        String[] errors = http.errors(job).split("\n", -1);
        assertThat(valid.at("/sample")).hasSize(4);
        assertThat(valid.at("/sample/0/result").toString()).isEqualTo(results[0]);
        assertThat(valid.at("/sample/1/failed").toString()).isEqualTo(errors[0]);
        assertThat(valid.at("/sample/2/result").toString()).isEqualTo(results[1]);
        assertThat(valid.at("/sample/3/failed").toString()).isEqualTo(errors[1]);
        assertThat(validate("?sample=100", spec).is(200).at("/sample")).hasSize(5);
    }

    @Test
    void a_sample_calls_the_endpoint_for_so_many_items_and_no_more() throws IOException {
        HttpServer endpoint = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        int[] calls = new int[1];
        endpoint.createContext("/", exchange -> {
            calls[0]++;
            byte[] body = exchange.getRequestBody().readAllBytes();
            int status = new String(body, UTF_8).equals("bad") ? 400 : 200;
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        endpoint.start();
        try {
            String spec =
                    "{\"input\":{\"items\":[\"a\",\"bad\",\"c\",\"d\"]},\"processor\":{\"type\":\"http\",\"concurrency\":2,"
                            + "\"url\":\"http://127.0.0.1:"
                            + endpoint.getAddress().getPort() + "/\"}}";
            Answer valid = validate("?sample=3", spec).is(200);
            assertThat(valid.at("/sample/0/result/body").textValue()).isEqualTo("a");
            assertThat(valid.at("/sample/1/failed/error/code").textValue()).isEqualTo("HTTP_STATUS");
            assertThat(valid.at("/sample/2/result/body").textValue()).isEqualTo("c");
            assertThat(calls[0]).isEqualTo(3);
        } finally {
            endpoint.stop(0);
        }
    }

    @Test
    void what_a_submission_refuses_is_refused() {
        assertThat(validate("", "{\"input\":{\"items\":[\"a\"]},\"batchSize\":0}")
                        .isProblem(422, "invalid-request")
                        .wrongFields())
                .containsExactly("/batchSize");
        assertThat(validate("?sample=5", "{\"input\":{\"path\":\"not-there.txt\"}}")
                        .isProblem(422, "invalid-request")
                        .wrongFields())
                .containsExactly("/input/path");
        assertThat(validate("", "{\"input\":{\"items\":[\"a,a\",\"1,2\"]},\"format\":\"csv\"}")
                        .isProblem(422, "invalid-request")
                        .wrongFields())
                .containsExactly("/input");
        assertThat(validate("", "{\"input\":{\"items\":[\"a\"]},\"processor\":{\"type\":\"http\",\"url\":\"x\"}}")
                        .isProblem(422, "invalid-request")
                        .wrongFields())
                .containsExactly("/processor/url");
    }

    @Test
    void a_key_is_not_used_up() {
        String spec = "{\"input\":{\"items\":[\"a\"]}}";
        http.post("/v1/jobs/validate", spec, "Idempotency-Key", "looked-at").is(200);
        Answer submitted =
                http.post("/v1/jobs", spec, "Idempotency-Key", "looked-at").is(201);
        assertThat(submitted.header("Idempotency-Replayed")).isEmpty();
    }

    @Test
    void the_parameters_are_checked() {
        String spec = "{\"input\":{\"items\":[\"a\"]}}";
        for (String wrong : List.of("101", "-1", "x", "")) {
            assertThat(validate("?sample=" + wrong, spec)
                            .isProblem(422, "invalid-request")
                            .wrongFields())
                    .containsExactly("sample");
        }
        assertThat(http.post("/v1/jobs?validateOnly=true", spec)
                        .isProblem(422, "invalid-request")
                        .wrongFields())
                .containsExactly("validateOnly");
    }

    @Test
    void its_path_is_no_job() {
        for (String method : List.of("GET", "HEAD", "DELETE", "PUT")) {
            Answer answer = http.call(method, "/v1/jobs/validate").is(405);
            assertThat(answer.header("Allow")).isEqualTo("OPTIONS, POST");
        }
        http.call("OPTIONS", "/v1/jobs/validate").is(204);
    }
}
