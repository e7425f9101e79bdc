package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.processor.http.MisbehavingServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs that call an endpoint for each item, as a client meets them. */
class HttpJobTest {
    private static final Map<String, String> SECRETS = Map.of("TOKEN", "Bearer v3ry-s3cret");

    @TempDir
    private Path directory;

    private static String spec(String items, MisbehavingServer endpoint, String more) {
        return "{\"input\":{\"items\":" + items + "},\"processor\":{\"type\":\"http\",\"url\":\"" + endpoint.url()
                + "\"" + more + "}}";
    }

    @Test
    void results_and_failures_stand_in_item_order_and_show_what_the_endpoint_said() {
        try (MisbehavingServer endpoint = MisbehavingServer.that((request, time, exchange) -> {
                    switch (request.body()) {
                        case "bad" -> exchange.answer(400, "no such city");
                        case "later" -> exchange.answer(time == 1 ? 500 : 200, "\"late\"");
                        default -> exchange.answer(200, "{\"city\": \"" + request.body() + "\"}");
                    }
                });
                TestServer service = TestServer.in(directory).start()) {
            ServiceClient http = service.client();
            String id = http.complete(spec("[\"a\",\"later\",\"bad\",\"b\"]", endpoint, ""));
            assertThat(http.results(id)).isEqualTo("""
                    {"index":0,"status":200,"attempts":1,"body":{"city":"a"}}
                    {"index":1,"status":200,"attempts":2,"body":"late"}
                    {"index":3,"status":200,"attempts":1,"body":{"city":"b"}}
                    """);
            assertThat(http.errors(id))
                    .isEqualTo(
                            "{\"index\":2,\"item\":\"bad\",\"error\":{\"code\":\"HTTP_STATUS\",\"message\":\"127.0.0.1:"
                                    + endpoint.port()
                                    + " answered 400: \\\"no such city\\\". This was attempt 1 of 5.\","
                                    + "\"status\":400},\"attempts\":1}\n");
            assertThat(endpoint.received().stream().map(request -> request.header("Idempotency-Key")))
                    .contains("\"" + id + "-3\"");
        }
    }

    @Test
    void an_item_keeps_its_key_through_all_its_retries() {
        boolean[] accepting = new boolean[1];
        try (MisbehavingServer endpoint = MisbehavingServer.that((request, time, exchange) ->
                        exchange.answer(accepting[0] || request.body().equals("a") ? 200 : 400, ""));
                TestServer service = TestServer.in(directory).start()) {
            ServiceClient http = service.client();
            String first = http.complete(spec("[\"a\",\"b\"]", endpoint, ""));
            String second = http.ask(first, "retry-failed").is(201).id();
            http.await(second, "COMPLETED");
            service.restart();
            ServiceClient later = service.client();
            accepting[0] = true;
            String third = later.ask(second, "retry-failed").is(201).id();
            later.await(third, "COMPLETED");
            List<String> keys = endpoint.received().stream()
                    .filter(request -> request.body().equals("b"))
                    .map(request -> request.header("Idempotency-Key"))
                    .toList();
            assertThat(keys).hasSize(3).containsOnly("\"" + first + "-1\"");
            assertThat(endpoint.received().stream().map(request -> request.header("Job-Id")))
                    .contains(first, second, third);
        }
    }

    @Test
    void an_endpoint_that_refuses_all_pauses_the_job_and_resume_goes_on_with_the_items_tried_again() {
        boolean[] authorized = new boolean[1];
        try (MisbehavingServer endpoint = MisbehavingServer.that(
                        (request, time, exchange) -> exchange.answer(authorized[0] ? 200 : 401, ""));
                TestServer service = TestServer.in(directory).start()) {
            ServiceClient http = service.client();
            String items = "[\"0\",\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]";
            String id = http.submit(spec(items, endpoint, ",\"concurrency\":1"));
            Answer paused = http.await(id, "PAUSED");
            assertThat(paused.text("/stateReason/code")).isEqualTo("NOT_AUTHORIZED");
            assertThat(endpoint.received()).hasSizeLessThan(10);
            authorized[0] = true;
            http.resume(id);
            assertThat(http.results(id)).hasLineCount(10);
        }
    }

    @Test
    void a_secret_that_is_gone_when_the_job_goes_on_does_not_lose_the_job() {
        try (MisbehavingServer endpoint =
                        MisbehavingServer.that((request, time, exchange) -> exchange.answer(200, ""));
                TestServer service = TestServer.in(directory).secrets(SECRETS).start()) {
            String id = service.client()
                    .submit(spec("[\"a\"]", endpoint, ",\"headers\":{\"A\":{\"secret\":\"TOKEN\"}}")
                            .replace("{\"input\"", "{\"start\":false,\"input\""));
            service.stop().secrets(Map.of()).start();
            service.client().ask(id, "start").is(202);
            Answer ended = Await.until(
                    "the run ends",
                    () -> service.client().job(id),
                    job -> job.state().equals("PAUSED") || job.state().equals("FAILED"));
            assertThat(ended.text("/stateReason/code")).isEqualTo("PROCESSOR_UNAVAILABLE");
            assertThat(ended.text("/stateReason/message")).contains("\"TOKEN\"", "--secrets-file");
            service.stop().secrets(SECRETS).start();
            service.client().resume(id);
            assertThat(service.client().results(id)).hasLineCount(1);
        }
    }
}
