package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.checkpointrecovery.Await;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Results and errors of a COMPLETED job that someone has damaged. */
class DamagedDataTest extends OnMoodyDisk {
    private static final String SPEC =
            "{\"input\":{\"items\":[\"a\",\"b\",\"c\",\"d\"]},\"batchSize\":1,\"faults\":{\"failItems\":[1,3]}}";

    private String id;

    @BeforeEach
    void completeAJob() {
        id = http.complete(SPEC);
    }

    private static void damage(Path file, String how) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        switch (how) {
            case "removed" -> Files.delete(file);
            case "empty" -> Files.write(file, new byte[0]);
            case "shortened" -> Files.write(file, Arrays.copyOf(bytes, bytes.length - 5));
            case "overwritten" -> Files.write(file, new byte[bytes.length]);
            default -> throw new IllegalArgumentException(how);
        }
    }

    private Answer get(String path, String accept) {
        return http.get("/v1/jobs/" + id + path, "Accept", accept);
    }

    @ParameterizedTest
    @ValueSource(strings = {"removed", "empty", "shortened", "overwritten"})
    void results_are_refused_as_damaged_in_every_form(String how) throws Exception {
        damage(service.jobFile(id, "results.jsonl"), how);
        for (Answer refused : List.of(
                get("/results", "application/x-ndjson"),
                get("/results", "application/json"),
                get("/results", "text/csv"),
                get("/results?merged=true", "application/x-ndjson"),
                get("/results?merged=true", "text/csv"),
                http.get("/v1/jobs/" + id + "/results", "Range", "bytes=0-3"))) {
            assertThat(refused.isProblem(500, "damaged-data").text("/detail"))
                    .contains("results.jsonl is damaged")
                    .contains("errors.jsonl is intact");
        }
        get("/errors", "application/x-ndjson").is(200);
        get("/errors/summary", "application/json").is(200);
        Answer job = http.job(id);
        assertThat(job.state()).isEqualTo("COMPLETED");
        assertThat(job.text("/stateReason/code")).isEqualTo("RESULTS_DAMAGED");
        assertThat(http.post("/v1/jobs/" + id + "/retry-failed").is(201).text("/parentId"))
                .isEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"removed", "empty", "shortened", "overwritten"})
    void errors_are_refused_as_damaged_in_every_form(String how) throws Exception {
        damage(service.jobFile(id, "errors.jsonl"), how);
        List<String> jobs = service.names("jobs");
        for (Answer refused : List.of(
                get("/errors", "application/x-ndjson"),
                get("/errors", "application/json"),
                get("/errors/summary", "application/json"),
                http.post("/v1/jobs/" + id + "/retry-failed"))) {
            assertThat(refused.isProblem(500, "damaged-data").text("/detail"))
                    .contains("errors.jsonl is damaged")
                    .contains("results.jsonl is intact")
                    .contains("Nothing was changed");
        }
        assertThat(service.names("jobs")).isEqualTo(jobs);
        assertThat(http.results(id)).hasLineCount(2);
    }

    @Test
    void a_job_whose_directory_was_removed_can_be_deleted() throws Exception {
        Path record = service.writtenFile(id, "job.json");
        Await.until(
                "the record is written for the last time",
                () -> Files.readString(record).contains("\"Completed\""));
        for (String name : List.of("job.json", "results.jsonl", "errors.jsonl", "input.txt")) {
            Files.delete(service.jobFile(id, name));
        }
        Files.delete(service.data().resolve("jobs").resolve(id));
        http.delete("/v1/jobs/" + id).is(204);
        http.get("/v1/jobs/" + id).isProblem(404, "not-found");
        service.restart();
        assertThat(service.client().get("/v1/jobs").is(200).at("/jobs")).isEmpty();
    }

    @Test
    void lines_that_are_no_json_are_damage_too() throws Exception {
        Path errors = service.jobFile(id, "errors.jsonl");
        Files.writeString(errors, Files.readString(errors).replace('}', ' '));
        get("/errors/summary", "application/json").isProblem(500, "damaged-data");
        Path results = service.jobFile(id, "results.jsonl");
        String whole = Files.readString(results);
        Files.writeString(results, whole.replace(':', ' '));
        get("/results", "text/csv").isProblem(500, "damaged-data");
        Files.writeString(results, whole.replace('{', ' '));
        get("/results?merged=true", "application/x-ndjson").isProblem(500, "damaged-data");
    }

    @Test
    void damage_is_noticed_when_the_service_starts_and_forgotten_when_the_file_is_restored() throws Exception {
        Path results = service.jobFile(id, "results.jsonl");
        byte[] before = Files.readAllBytes(results);
        service.stop();
        damage(results, "shortened");
        service.start();
        http = service.client();
        assertThat(http.job(id).text("/stateReason/code")).isEqualTo("RESULTS_DAMAGED");
        assertThat(http.get("/v1/jobs").is(200).text("/jobs/0/stateReason/message"))
                .contains("results.jsonl is damaged");
        Files.write(results, before);
        assertThat(http.results(id)).hasLineCount(2);
        assertThat(http.job(id).at("/stateReason").isNull()).isTrue();
    }

    @Test
    void a_read_that_fails_says_what_the_system_said() {
        disk.refuseToOpen(file -> file.endsWith("results.jsonl")
                ? new FileSystemException(file.toString(), null, "Input/output error")
                : null);
        assertThat(get("/results", "application/x-ndjson")
                        .isProblem(500, "damaged-data")
                        .text("/detail"))
                .contains("Input/output error")
                .doesNotContain(service.data().toString());
    }
}
