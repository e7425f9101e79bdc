package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names and labels of jobs, from the submission on and as they are changed later. */
class LabelsTest {
    private static final String NOT_STARTED = "{\"start\":false,\"input\":{\"items\":[\"a\"]}";

    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;

    @BeforeAll
    static void startService() {
        service = TestServer.in(directory).start();
        http = service.client();
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    private static Answer patch(String id, String json) {
        return http.patch("/v1/jobs/" + id, json);
    }

    private static String labels(int number) {
        return IntStream.range(0, number)
                .mapToObj(i -> "\"key" + i + "\":\"value\"")
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static void assertLabels(Answer job, String json) {
        JsonNode expected = Json.read(json.getBytes(UTF_8));
        assertThat(job.at("/labels")).isEqualTo(expected);
        assertThat(job.at("/spec/labels")).isEqualTo(expected);
    }

    @Test
    void labels_are_shown_where_the_name_is() {
        String id = http.submit(NOT_STARTED + ",\"name\":\"n\",\"labels\":{\"team\":\"blue\",\"a/b.c_d-E\":\"ü 😀\"}}");
        assertLabels(http.job(id), "{\"a/b.c_d-E\":\"ü 😀\",\"team\":\"blue\"}");
        assertThat(http.get("/v1/jobs?pageSize=1").is(200).at("/jobs/0"))
                .isEqualTo(http.job(id).json());
        assertLabels(http.job(http.submit(NOT_STARTED + "}")), "{}");
        assertLabels(http.job(http.submit(NOT_STARTED + ",\"labels\":null}")), "{}");
        assertLabels(http.job(http.submit(NOT_STARTED + ",\"labels\":" + labels(20) + "}")), labels(20));
    }

    @Test
    void a_change_sets_replaces_and_removes_what_it_names_and_nothing_else() {
        String id = http.submit(NOT_STARTED + ",\"name\":\"old\",\"labels\":{\"a\":\"1\",\"b\":\"2\"}}");
        Answer changed = patch(id, "{\"labels\":{\"a\":null,\"b\":\"3\",\"c\":\"4\",\"unknown\":null}}")
                .is(200);
        assertLabels(changed, "{\"b\":\"3\",\"c\":\"4\"}");
        assertThat(changed.text("/name")).isEqualTo("old");
        assertThat(changed.json()).isEqualTo(http.job(id).json());
        changed = patch(id, "{\"name\":\"new\"}").is(200);
        assertLabels(changed, "{\"b\":\"3\",\"c\":\"4\"}");
        assertThat(changed.text("/name")).isEqualTo("new");
        assertThat(changed.text("/spec/name")).isEqualTo("new");
        assertThat(patch(id, "{}").is(200).json()).isEqualTo(changed.json());
        changed = patch(id, "{\"name\":null,\"labels\":null}").is(200);
        assertLabels(changed, "{}");
        assertThat(changed.at("/name").isNull()).isTrue();
        Answer plain = ServiceClient.send(http.request("PATCH", "/v1/jobs/" + id)
                .contentType("application/json")
                .body("{\"labels\":{\"d\":\"5\"}}"));
        assertLabels(plain.is(200), "{\"d\":\"5\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "COMPLETED,''",
        "FAILED,',\"onItemError\":\"fail\",\"faults\":{\"failItems\":[0]}'",
        "CRASHED,',\"faults\":{\"crashAfterItems\":1}'",
        "CREATED,',\"start\":false'"
    })
    void a_job_in_any_state_is_changed_and_stays_so_after_a_restart(String state, String options) {
        Answer made = http.post("/v1/jobs?wait=60s", "{\"input\":{\"items\":[\"a\"]}" + options + "}")
                .is(201);
        assertThat(made.state()).isEqualTo(state);
        Answer changed = patch(made.id(), "{\"name\":\"later\",\"labels\":{\"team\":\"blue\"}}")
                .is(200);
        assertThat(changed.state()).isEqualTo(state);
        service.restart(); // writes the index
        http = service.client();
        assertLabels(http.job(made.id()), "{\"team\":\"blue\"}");
        patch(made.id(), "{\"labels\":{\"team\":\"red\"}}").is(200);
        service.restart();
        http = service.client();
        assertLabels(http.job(made.id()), "{\"team\":\"red\"}");
        assertThat(http.job(made.id()).text("/name")).isEqualTo("later");
    }

    @Test
    void a_running_job_keeps_a_change_to_its_end() {
        String id = http.submit(
                "{\"input\":{\"items\":[\"a\",\"b\"]},\"batchSize\":1,\"faults\":{\"itemDelayMillis\":500}}");
        http.await(id, "RUNNING");
        assertLabels(patch(id, "{\"labels\":{\"team\":\"blue\"}}").is(200), "{\"team\":\"blue\"}");
        Answer ended = http.get("/v1/jobs/" + id + "?wait=60s").is(200);
        assertThat(ended.state()).isEqualTo("COMPLETED");
        assertLabels(ended, "{\"team\":\"blue\"}");
    }

    @Test
    void a_retry_of_failed_items_has_the_name_and_labels_that_its_parent_has_then() {
        Answer parent = http.post(
                        "/v1/jobs?wait=60s",
                        "{\"name\":\"n\",\"labels\":{\"a\":\"1\"},\"input\":{\"items\":[\"a\"]},\"faults\":{\"failItems\":[0]}}")
                .is(201);
        patch(parent.id(), "{\"labels\":{\"b\":\"2\"}}").is(200);
        Answer child = http.ask(parent.id(), "retry-failed").is(201);
        assertLabels(child, "{\"a\":\"1\",\"b\":\"2\"}");
        assertThat(child.text("/name")).isEqualTo("n");
    }

    @Test
    void a_changed_job_is_still_the_one_of_its_idempotency_key() {
        String spec = NOT_STARTED + ",\"labels\":{\"a\":\"1\"}}";
        String id =
                http.post("/v1/jobs", spec, "Idempotency-Key", "labels").is(201).id();
        patch(id, "{\"name\":\"x\",\"labels\":null}").is(200);
        Answer again = http.post("/v1/jobs", spec, "Idempotency-Key", "labels").is(201);
        assertThat(again.id()).isEqualTo(id);
        assertLabels(again, "{}");
    }

    @Test
    void a_job_whose_record_is_damaged_cannot_be_changed() throws IOException {
        String id = http.submit(NOT_STARTED + "}");
        service.stop();
        Files.writeString(service.jobFile(id, "job.json"), "{}");
        service.start();
        http = service.client();
        patch(id, "{\"name\":\"x\"}").isConflict("FAILED", "delete");
        http.delete("/v1/jobs/" + id).is(204);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "ü",
                "a:b",
                "a=b",
                "a,b",
                "1234567890123456789012345678901234567890123456789012345678901234"
            })
    void a_key_has_1_to_63_plain_characters(String key) {
        String labels = "{\"labels\":{\"" + key + "\":\"x\"}}";
        String id = http.submit(NOT_STARTED + "}");
        patch(id, labels).isInvalid("/labels/" + key);
        http.post("/v1/jobs", NOT_STARTED + "," + labels.substring(1)).isInvalid("/labels/" + key);
    }

    @Test
    void wrong_changes_are_refused_with_all_their_errors() {
        String id = http.submit(NOT_STARTED + ",\"labels\":" + labels(19) + "}");
        patch(id, "{\"labels\":{\"x\":\"1\",\"y\":\"2\"}}").isInvalid("/labels");
        patch(id, "{\"labels\":{\"x\":\"1\",\"y\":\"2\",\"key0\":null}}").is(200);
        patch(id, "{\"name\":\"\",\"labels\":{\"x\":1,\"y\":\"\\n\",\"z\":\"\"},\"state\":\"FAILED\"}")
                .isInvalid("/name", "/labels/x", "/labels/y", "/labels/z", "/state");
        patch(id, "{\"labels\":[\"x\"]}").isInvalid("/labels");
        patch(id, "[]").isInvalid("");
        patch(id, "{").isProblem(400, "invalid-json");
        patch("0000000000-00000000", "{}").isProblem(404, "not-found");
        ServiceClient.send(http.request("PATCH", "/v1/jobs/" + id)
                        .contentType("application/json-patch+json")
                        .body("[]"))
                .isProblem(415, "unsupported-media-type");
        http.post("/v1/jobs", NOT_STARTED + ",\"labels\":" + labels(21) + "}").isInvalid("/labels");
        http.post("/v1/jobs", NOT_STARTED + ",\"labels\":{\"a\":null}}").isInvalid("/labels/a");
    }
}
