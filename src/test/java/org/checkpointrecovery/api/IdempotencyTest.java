package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same submission sent again, with the same key. */
class IdempotencyTest {
    private static final String SPEC = "{\"start\":false,\"batchSize\":30,\"input\":{\"items\":[\"a\",\"b\"]}}";

    @TempDir
    private static Path directory;

    private static TestServer service;

    @BeforeAll
    static void startService() {
        service = TestServer.in(directory).start();
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    private static Answer submit(String key, String spec) {
        return ServiceClient.send(service.client()
                .request("POST", "/v1/jobs")
                .contentType("application/json")
                .header("Idempotency-Key", key)
                .body(spec));
    }

    private static void assertReplayed(Answer answer, String id) {
        assertThat(answer.is(201).id()).isEqualTo(id);
        assertThat(answer.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(answer.header("Location")).isEqualTo("/v1/jobs/" + id);
    }

    @Test
    void the_same_key_and_body_are_answered_with_the_first_job_as_it_is_now() {
        Answer first = submit("once", SPEC);
        assertThat(first.is(201).header("Idempotency-Replayed")).isEmpty();
        int jobs = service.names("jobs").size();
        assertReplayed(submit("once", SPEC), first.id());
        service.client().ask(first.id(), "start").is(202);
        service.client().await(first.id(), "COMPLETED");
        Answer again = submit("once", SPEC);
        assertReplayed(again, first.id());
        assertThat(again.state()).isEqualTo("COMPLETED");
        assertThat(service.names("jobs")).hasSize(jobs);
    }

    @Test
    void the_key_may_be_quoted() {
        String id = submit("with-quotes", SPEC).is(201).id();
        assertReplayed(submit("\"with-quotes\"", SPEC), id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"input\":{\"items\":[\"a\",\"b\"]},\"batchSize\":30,\"start\":false}",
                " { \"start\" : false ,\n\"batchSize\":30, \"input\": {\"items\": [\"\\u0061\", \"b\"]}}",
                "{\"start\":false,\"batchSize\":30.0,\"input\":{\"items\":[\"a\",\"b\"]}}",
                "{\"start\":false,\"batchSize\":3e1,\"input\":{\"items\":[\"a\",\"b\"]}}"
            })
    void another_way_to_write_the_same_value_is_the_same_body(String spec) {
        String key = "written-" + Integer.toHexString(spec.hashCode());
        String id = submit(key, SPEC).is(201).id();
        assertReplayed(submit(key, spec), id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"start\":false,\"batchSize\":31,\"input\":{\"items\":[\"a\",\"b\"]}}",
                "{\"start\":false,\"batchSize\":30,\"input\":{\"items\":[\"b\",\"a\"]}}",
                "{\"start\":false,\"batchSize\":30,\"input\":{\"items\":[\"a\",\"b\",\"\"]}}",
                "{\"start\":true,\"batchSize\":30,\"input\":{\"items\":[\"a\",\"b\"]}}",
                "{\"start\":false,\"batchSize\":30,\"name\":null,\"input\":{\"items\":[\"a\",\"b\"]}}",
                "{\"start\":false,\"input\":{\"items\":[\"a\",\"b\"]}}"
            })
    void the_same_key_with_another_body_is_a_422(String spec) {
        String key = "other-" + Integer.toHexString(spec.hashCode());
        submit(key, SPEC).is(201);
        int jobs = service.names("jobs").size();
        submit(key, spec).isInvalid("Idempotency-Key");
        assertThat(service.names("jobs")).hasSize(jobs);
    }

    @Test
    void the_length_of_a_key_has_a_limit_and_quotes_do_not_count() {
        String id = submit("k".repeat(255), SPEC).is(201).id();
        assertReplayed(submit("\"" + "k".repeat(255) + "\"", SPEC), id);
        submit("!", SPEC).is(201);
        submit("k".repeat(256), SPEC).isInvalid("Idempotency-Key");
        submit("\"" + "k".repeat(256) + "\"", SPEC).isInvalid("Idempotency-Key");
        submit("\"\"", SPEC).isInvalid("Idempotency-Key");
        submit("a b", SPEC).isInvalid("Idempotency-Key");
        submit("a\tb", SPEC).isInvalid("Idempotency-Key");
    }

    @Test
    void a_key_that_no_client_library_sends_is_a_422() throws Exception {
        for (String key : List.of("", "k\u00e9y", "k\u0080")) {
            try (RawHttp raw = new RawHttp(service)) {
                raw.head(
                                "POST /v1/jobs",
                                "Content-Type: application/json",
                                "Content-Length: " + SPEC.length(),
                                "Idempotency-Key: " + key)
                        .send(SPEC);
                raw.answer().isInvalid("Idempotency-Key");
            }
        }
        try (RawHttp raw = new RawHttp(service)) {
            raw.head(
                            "POST /v1/jobs",
                            "Content-Type: application/json",
                            "Content-Length: " + SPEC.length(),
                            "Idempotency-Key: one",
                            "Idempotency-Key: two")
                    .send(SPEC);
            raw.answer().isInvalid("Idempotency-Key");
        }
    }

    @Test
    void what_is_wrong_with_the_key_and_with_the_body_is_said_at_once() {
        submit("a b", "{\"start\":5,\"input\":{\"items\":[]}}").isInvalid("Idempotency-Key", "/start");
    }

    @Test
    void a_refused_submission_does_not_take_the_key() {
        submit("free", "{\"input\":{\"path\":\"later.txt\"}}").isInvalid("/input/path");
        submit("free", "{\"input\":{}}").isInvalid("/input");
        service.input("later.txt", "a\n");
        assertThat(submit("free", "{\"input\":{\"path\":\"later.txt\"}}")
                        .is(201)
                        .header("Idempotency-Replayed"))
                .isEmpty();
    }

    @Test
    void a_replay_does_not_look_for_the_input_again() {
        service.input("gone.txt", "a\n");
        String spec = "{\"input\":{\"path\":\"gone.txt\"}}";
        String id = submit("gone", spec).is(201).id();
        service.client().await(id, "COMPLETED");
        assertThat(service.inputs().resolve("gone.txt").toFile().delete()).isTrue();
        assertReplayed(submit("gone", spec), id);
    }

    @Test
    void a_key_lives_as_long_as_its_job() {
        String id = submit("short-lived", SPEC).is(201).id();
        service.client().delete("/v1/jobs/" + id).is(204);
        Answer second = submit("short-lived", SPEC.replace("30", "31"));
        assertThat(second.is(201).id()).isNotEqualTo(id);
        assertThat(second.header("Idempotency-Replayed")).isEmpty();
    }

    @Test
    void many_at_once_make_one_job() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(16);
        try {
            for (int round = 0; round < 5; round++) {
                String key = "round-" + round;
                List<Callable<Answer>> calls = new ArrayList<>();
                for (int i = 0; i < 16; i++) {
                    calls.add(() -> submit(key, SPEC));
                }
                Set<String> ids = new HashSet<>();
                int first = 0;
                for (Future<Answer> answer : clients.invokeAll(calls)) {
                    ids.add(answer.get().is(201).id());
                    first += answer.get().header("Idempotency-Replayed").isEmpty() ? 1 : 0;
                }
                assertThat(ids).hasSize(1);
                assertThat(first).isEqualTo(1);
            }
        } finally {
            clients.shutdownNow();
        }
    }

    @Test
    void keys_that_differ_in_case_alone_are_two_also_on_one_connection() throws Exception {
        try (RawHttp raw = new RawHttp(service)) {
            Set<String> ids = new HashSet<>();
            for (String key : List.of("nightly-a", "nightly-A", "Nightly-a")) {
                raw.head(
                                "POST /v1/jobs",
                                "Content-Type: application/json",
                                "Content-Length: " + SPEC.length(),
                                "Idempotency-Key: " + key)
                        .send(SPEC);
                ids.add(raw.answer().is(201).id());
            }
            assertThat(ids).hasSize(3);
        }
    }

    @Test
    void a_key_is_known_after_a_restart() {
        String id = submit("kept", SPEC).is(201).id();
        String deleted = submit("deleted", SPEC).is(201).id();
        service.client().delete("/v1/jobs/" + deleted).is(204);
        service.restart();
        assertReplayed(submit("kept", SPEC), id);
        submit("kept", SPEC.replace("30", "31")).isInvalid("Idempotency-Key");
        assertThat(submit("deleted", SPEC).is(201).header("Idempotency-Replayed"))
                .isEmpty();
    }
}
