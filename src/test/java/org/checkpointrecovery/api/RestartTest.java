package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.storage.DataDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service stopped and started again over the same data, also over damaged data. */
class RestartTest {
    private static final String ITEMS = "{\"input\":{\"items\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]},\"batchSize\":2";

    private final MoodyDisk disk = new MoodyDisk();
    private TestServer service;
    private ServiceClient http;

    @BeforeEach
    void startService(@TempDir Path directory) {
        service = TestServer.in(directory).disk(disk).workers(1).start();
        http = service.client();
    }

    @AfterEach
    void stopService() {
        service.close();
    }

    private void restart() {
        service.restart();
        http = service.client();
    }

    @Test
    void jobs_and_files_are_as_they_were() {
        String file = http.upload("a\nb\n".getBytes(UTF_8));
        Map<String, JsonNode> jobs = new LinkedHashMap<>();
        for (String spec : List.of(
                "{\"start\":false,\"name\":\"kept\",\"input\":{\"fileId\":\"" + file + "\"}}",
                ITEMS + "}",
                ITEMS + ",\"faults\":{\"crashAfterItems\":3}}",
                ITEMS + ",\"faults\":{\"crashAfterItems\":3,\"crashPoint\":\"torn-results\"}}",
                ITEMS + ",\"onItemError\":\"fail\",\"faults\":{\"failItems\":[5]}}",
                "{\"input\":{\"items\":[]}}",
                ITEMS + ",\"faults\":{\"failItems\":[0,1,2,3,4,5]}}")) {
            String id = http.submit(spec);
            Await.until(
                    "it rests",
                    () -> http.job(id).state(),
                    state -> !List.of("QUEUED", "RUNNING").contains(state));
            jobs.put(id, http.job(id).json());
        }
        String cancelled = http.submit(ITEMS + ",\"start\":false}");
        http.ask(cancelled, "cancel");
        jobs.put(cancelled, http.job(cancelled).json());
        Map<String, String> results = new LinkedHashMap<>();
        jobs.keySet().forEach(id -> results.put(id, http.results(id) + http.errors(id)));
        JsonNode kept = http.get("/v1/files/" + file).json();

        restart();
        assertThat(http.get("/v1/files/" + file).is(200).json()).isEqualTo(kept);
        assertThat(http.get("/v1/jobs").at("/jobs")).hasSize(jobs.size());
        for (Map.Entry<String, JsonNode> job : jobs.entrySet()) {
            assertThat(http.job(job.getKey()).json()).isEqualTo(job.getValue());
            assertThat(http.results(job.getKey()) + http.errors(job.getKey())).isEqualTo(results.get(job.getKey()));
        }
        restart();
        jobs.forEach((id, job) -> assertThat(http.job(id).json()).isEqualTo(job));
    }

    @Test
    void an_orderly_stop_leaves_a_running_job_in_line_and_the_next_start_goes_on() {
        disk.holdResults();
        String running = http.submit(ITEMS + ",\"commit\":\"each\"}");
        disk.awaitHeldResults();
        String waiting = http.submit(ITEMS + "}");
        Thread stop = new Thread(service::stop);
        stop.start();
        Await.until("it waits for the run", stop::getStackTrace, RestartTest::waitsForRuns);
        disk.releaseResults();
        Await.until("it has stopped", stop::isAlive, alive -> !alive);
        service.start();
        http = service.client();
        Answer completed = http.await(running, "COMPLETED");
        assertThat(completed.text("/runs/0/end")).isEqualTo("STOPPED");
        assertThat(completed.at("/runs/0/reason").isNull()).isTrue();
        assertThat(completed.number("/runs/0/nextItem")).isEqualTo(2);
        assertThat(completed.number("/runs/1/firstItem")).isEqualTo(2);
        assertThat(completed.text("/recovery/from")).isEqualTo("checkpoint");
        http.await(waiting, "COMPLETED");
        assertThat(http.results(running)).isEqualTo(http.results(waiting)).hasLineCount(6);
    }

    /** Whether the runs have been asked to end at their batch: not yet when the service says that it is stopping. */
    private static boolean waitsForRuns(StackTraceElement[] stack) {
        List<StackTraceElement> frames = List.of(stack);
        return frames.stream().anyMatch(frame -> frame.getClassName().endsWith(".RunPool"))
                && frames.stream().anyMatch(frame -> frame.getMethodName().equals("awaitTermination"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{}", "not json", "{\"version\":1}"})
    void a_job_whose_record_is_damaged_is_failed_and_its_bytes_are_kept(String bytes) throws IOException {
        String fine = http.complete(ITEMS + "}");
        String id = http.complete(ITEMS + "}");
        service.stop();
        Files.writeString(service.jobFile(id, "job.json"), bytes);
        service.start();
        http = service.client();

        Answer job = http.job(id);
        assertThat(job.state()).isEqualTo("FAILED");
        assertThat(job.text("/stateReason/code")).isEqualTo("JOB_RECORD_DAMAGED");
        assertThat(job.at("/spec").isNull()).isTrue();
        assertThat(job.texts("/allowedActions")).containsExactly("delete");
        assertThat(http.get("/v1/jobs?state=FAILED").text("/jobs/0/id")).isEqualTo(id);
        for (String verb : List.of("start", "pause", "resume", "cancel", "crash", "retry-failed")) {
            http.ask(id, verb).isConflict("FAILED", "delete");
        }
        for (String path : List.of("/progress", "/results", "/errors")) {
            http.get("/v1/jobs/" + id + path).is(200);
        }
        assertThat(Files.readString(service.jobFile(id, "job.json"))).isEqualTo(bytes);
        assertThat(http.job(fine).state()).isEqualTo("COMPLETED");
        http.delete("/v1/jobs/" + id).is(204);
        http.get("/v1/jobs/" + id).isProblem(404, "not-found");
    }

    @Test
    void a_record_with_one_changed_byte_is_damaged() throws IOException {
        String id = http.complete(ITEMS + "}");
        service.stop();
        Path record = service.jobFile(id, "job.json");
        String whole = Files.readString(record);
        Files.writeString(record, whole.replace("COMPLETED", "CANCELLED"));
        service.start();
        http = service.client();
        assertThat(http.job(id).text("/stateReason/code")).isEqualTo("JOB_RECORD_DAMAGED");
        service.stop();
        Files.writeString(record, whole);
        service.start();
        http = service.client();
        assertThat(http.job(id).state()).isEqualTo("COMPLETED");
    }

    @Test
    void a_damaged_checkpoint_costs_work_and_no_result() throws IOException {
        String spec = ITEMS + ",\"commit\":\"each\",\"faults\":{\"crashAfterItems\":5}}";
        String expected = http.results(http.complete(ITEMS + "}"));
        String current = http.submit(spec);
        String both = http.submit(spec);
        String missing = http.submit(spec);
        String all = http.submit(spec);
        for (String id : List.of(current, both, missing, all)) {
            http.await(id, "CRASHED");
        }
        service.stop();
        Files.writeString(service.jobFile(current, "checkpoint.json"), "{\"version\":1,");
        Files.writeString(service.jobFile(both, "checkpoint.json"), "");
        Files.writeString(service.jobFile(both, "checkpoint.previous.json"), "x");
        Files.delete(service.jobFile(missing, "checkpoint.json"));
        Files.delete(service.jobFile(all, "checkpoint.json"));
        Files.delete(service.jobFile(all, "checkpoint.previous.json"));
        service.start();
        http = service.client();

        assertThat(http.get("/v1/jobs/" + current + "/checkpoint")
                        .isProblem(404, "not-found")
                        .text("/detail"))
                .contains("damaged");
        assertThat(http.job(current).number("/progress/processedItems")).isEqualTo(2);
        checkRecovery(current, expected, "previous-checkpoint", 2, "CHECKPOINT_DAMAGED");
        checkRecovery(both, expected, "beginning", 0, "CHECKPOINT_DAMAGED");
        checkRecovery(missing, expected, "previous-checkpoint", 2, "CHECKPOINT_MISSING");
        checkRecovery(all, expected, "beginning", 0, "CHECKPOINT_MISSING");
    }

    private void checkRecovery(String id, String expected, String from, long item, String code) {
        Answer completed = http.resume(id);
        assertThat(completed.text("/recovery/from")).isEqualTo(from);
        assertThat(completed.number("/recovery/item")).isEqualTo(item);
        assertThat(completed.text("/recovery/reason/code")).isEqualTo(code);
        assertThat(completed.number("/runs/1/firstItem")).isEqualTo(item);
        assertThat(http.results(id)).isEqualTo(expected);
    }

    @Test
    void results_that_were_cut_short_are_damage_that_is_reported_and_not_guessed_around() throws IOException {
        String id = http.submit(ITEMS + ",\"commit\":\"each\",\"faults\":{\"crashAfterItems\":5}}");
        http.await(id, "CRASHED");
        Path results = service.jobFile(id, "results.jsonl");
        byte[] whole = Files.readAllBytes(results);
        Files.write(results, java.util.Arrays.copyOf(whole, whole.length - 1));
        http.ask(id, "resume").is(202);
        Answer failed = http.await(id, "FAILED");
        assertThat(failed.text("/stateReason/code")).isEqualTo("RESULTS_DAMAGED");
        assertThat(failed.text("/stateReason/message")).contains("results.jsonl", "Restore");
        Files.write(results, whole);
        http.resume(id);
        assertThat(http.results(id)).hasLineCount(6);
    }

    @Test
    void what_a_crash_left_of_an_upload_or_a_submission_is_swept_away() throws IOException {
        http.upload("a\n".getBytes(UTF_8));
        service.stop();
        for (String left : List.of(
                "files/.new-0000000000-00000000",
                "jobs/.new-0000000000-00000000",
                "jobs/.deleted-0000000000-00000000")) {
            Path directory = Files.createDirectories(service.data().resolve(left));
            Files.writeString(directory.resolve("content"), "half");
        }
        service.start();
        http = service.client();
        assertThat(service.names("files")).hasSize(1);
        assertThat(service.names("jobs")).isEmpty();
        assertThat(http.get("/v1/files").at("/files")).hasSize(1);
    }

    @Test
    void the_data_directory_is_held_by_one_service_at_a_time() throws IOException {
        assertThatThrownBy(() -> DataDirectory.take(service.data()))
                .isInstanceOf(DataDirectory.HeldException.class)
                .hasMessageContaining("in use by another service");
        service.stop();
        DataDirectory.take(service.data()).close();
    }
}
