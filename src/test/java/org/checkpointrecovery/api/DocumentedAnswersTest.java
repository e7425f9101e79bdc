package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every answer that {@code openapi.yaml} documents is met here once, and every answer is held against it. What the answers
 * mean is tested elsewhere; this class shows that the document and the service know of the same ones.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DocumentedAnswersTest {
    private static final Contract CONTRACT = Contract.load();
    private static final MoodyDisk DISK = new MoodyDisk();
    private static final String TOKEN = "correct-horse-battery-staple";
    private static final String UNKNOWN = "0000000000-00000000";
    private static final String ITEMS = "{\"input\":{\"items\":[\"a\",\"b\",\"c\"]},\"batchSize\":1";
    private static final int MAX_UPLOAD = 1000;

    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;
    private static TestServer guarded;

    @BeforeAll
    static void startServices() {
        service = TestServer.in(directory.resolve("open"))
                .contract(CONTRACT)
                .disk(DISK)
                .workers(1)
                .maxQueued(1)
                .maxUpload(MAX_UPLOAD)
                .start();
        http = service.client();
        guarded = TestServer.in(directory.resolve("guarded"))
                .contract(CONTRACT)
                .token(TOKEN)
                .noFaults()
                .start();
    }

    @AfterAll
    static void stopServices() {
        service.close();
        guarded.close();
    }

    /** Documented operations that may be answered with a status, as {@code GET /v1/jobs/{id}}. */
    private static List<String> operations(int status) {
        return CONTRACT.answers().stream()
                .filter(answer -> answer.endsWith(" " + status))
                .map(answer -> answer.substring(0, answer.length() - 4))
                .toList();
    }

    private static String method(String operation) {
        return operation.substring(0, operation.indexOf(' '));
    }

    private static String path(String operation, String id) {
        return operation
                .substring(operation.indexOf(' ') + 1)
                .replace("{id}", id)
                .replace("{file}", id);
    }

    @Test
    void a_method_override_is_a_400_of_every_operation() {
        for (String operation : operations(400)) {
            ServiceClient.send(http.request(method(operation), path(operation, UNKNOWN))
                            .header("X-HTTP-Method-Override", "GET"))
                    .isProblem(400, "bad-request");
        }
        assertThat(operations(400)).isEqualTo(List.copyOf(CONTRACT.operations()));
    }

    @Test
    void a_missing_token_is_a_401_of_every_operation_but_health() {
        for (String operation : operations(401)) {
            guarded.client().call(method(operation), path(operation, UNKNOWN)).isProblem(401, "unauthorized");
        }
        Set<String> others = new TreeSet<>(CONTRACT.operations());
        operations(401).forEach(others::remove);
        assertThat(others)
                .containsExactly(
                        "GET /", "GET /dashboard/{file}", "GET /docs", "GET /docs/{file}", "GET /livez", "GET /readyz");
    }

    @Test
    void the_name_of_another_site_gets_a_403_of_every_operation() {
        for (String operation : operations(403)) {
            ServiceClient.send(http.request(method(operation), path(operation, UNKNOWN))
                            .header("Host", "evil.example"))
                    .isProblem(403, "forbidden");
        }
        assertThat(operations(403)).isEqualTo(List.copyOf(CONTRACT.operations()));
    }

    @Test
    void what_is_not_there_is_a_404_of_every_operation_with_a_parameter_in_its_path() {
        for (String operation : operations(404)) {
            http.call(method(operation), path(operation, UNKNOWN)).isProblem(404, "not-found");
        }
        assertThat(operations(404))
                .containsExactlyElementsOf(CONTRACT.operations().stream()
                        .filter(operation -> operation.contains("{"))
                        .toList());
    }

    @Test
    void an_unknown_parameter_is_a_422_of_every_operation_below_v1() {
        for (String operation : operations(422)) {
            http.call(method(operation), path(operation, UNKNOWN) + "?unknown=1")
                    .isInvalid("unknown");
        }
        assertThat(operations(422))
                .containsExactlyElementsOf(CONTRACT.operations().stream()
                        .filter(operation -> operation.contains("/v1/"))
                        .toList());
    }

    @Test
    void too_large_a_body_is_a_413_and_one_of_another_type_a_415_wherever_a_body_is_taken() {
        for (String operation : operations(413)) {
            ServiceClient.send(http.request(method(operation), path(operation, UNKNOWN))
                            .contentType("application/json")
                            .body("{" + " ".repeat(1024 * 1024) + "}"))
                    .isProblem(413, "too-large");
        }
        for (String operation : operations(415)) {
            ServiceClient.send(http.request(method(operation), path(operation, UNKNOWN))
                            .contentType("multipart/form-data; boundary=x")
                            .body("--x--\r\n"))
                    .isProblem(415, "unsupported-media-type");
        }
        assertThat(operations(413)).isEqualTo(operations(415));
        assertThat(operations(413))
                .containsExactlyElementsOf(CONTRACT.operations().stream()
                        .filter(operation -> !operation.startsWith("GET "))
                        .toList());
    }

    @Test
    void files_are_uploaded_listed_shown_and_deleted() {
        String id = http.upload("a\nb\n".getBytes(UTF_8));
        http.get("/v1/files").is(200);
        http.get("/v1/files/" + id).is(200);
        String job = http.submit("{\"start\":false,\"input\":{\"fileId\":\"" + id + "\"}}");
        http.delete("/v1/files/" + id).is(409);
        http.delete("/v1/jobs/" + job).is(204);
        http.delete("/v1/files/" + id).is(204);
    }

    @Test
    void a_job_goes_its_way() {
        String id = http.submit(ITEMS + ",\"start\":false}");
        http.get("/v1/jobs").is(200);
        http.ask(id, "start").is(202);
        http.await(id, "COMPLETED");
        for (String verb : List.of("start", "pause", "resume", "cancel", "crash", "retry-failed")) {
            http.ask(id, verb).is(409);
        }
        for (String path : List.of("", "/progress", "/results", "/errors", "/errors/summary")) {
            http.get("/v1/jobs/" + id + path).is(200);
        }
        http.patch("/v1/jobs/" + id, "{\"labels\":{\"team\":\"blue\"}}").is(200);
        http.get("/v1/jobs/summary").is(200);
        http.delete("/v1/jobs/" + id).is(204);
    }

    @Test
    void a_job_is_asked_for_everything_once_and_once_more() {
        String slow = http.submit(ITEMS + ",\"faults\":{\"itemDelayMillis\":60000}}");
        http.await(slow, "RUNNING");
        http.ask(slow, "start").is(200);
        http.ask(slow, "resume").is(200);
        http.delete("/v1/jobs/" + slow).is(409);
        String next = http.submit(ITEMS + ",\"faults\":{\"failItems\":[1],\"crashAfterItems\":3}}");
        http.ask(next, "pause").is(202);
        http.ask(next, "pause").is(200);
        http.ask(next, "resume").is(202);
        http.ask(slow, "crash").is(202);
        http.await(slow, "CRASHED");
        http.ask(slow, "crash").is(200);
        http.ask(slow, "cancel").is(202);
        http.ask(slow, "cancel").is(200);
        http.await(next, "CRASHED");
        http.get("/v1/jobs/" + next + "/checkpoint").is(200);
        http.resume(next);
        http.ask(next, "retry-failed").is(201);
    }

    @Test
    void results_and_errors_are_sent_in_part_or_not_at_all() throws IOException {
        String id = http.complete(ITEMS + ",\"faults\":{\"failItems\":[1]}}");
        for (String path : List.of("/v1/jobs/" + id + "/results", "/v1/jobs/" + id + "/errors")) {
            http.get(path, "Range", "bytes=0-9").is(206);
            http.get(path, "Range", "bytes=9999-").is(416);
            http.get(path, "If-None-Match", http.get(path).header("ETag")).is(304);
            http.get(path, "Accept", "application/json").is(200);
        }
        http.post("/v1/jobs/validate", ITEMS + "}").is(200);
        String errors = "/v1/jobs/" + id + "/errors";
        http.get(errors, "Accept", "text/csv").isProblem(406, "not-acceptable");
        String results = "/v1/jobs/" + id + "/results";
        http.get(results, "Accept", "text/csv").is(200);
        String child = http.ask(id, "retry-failed").is(201).id();
        http.await(child, "COMPLETED");
        http.patch("/v1/jobs/" + id, "{\"labels\":{\"team\":\"blue\"}}").is(200);
        http.get("/v1/jobs/summary").is(200);
        http.delete("/v1/jobs/" + id).is(204);
        http.get("/v1/jobs/" + child + "/results?merged=true").isProblem(409, "conflict");
    }

    /** The stream of all jobs does not end, so its beginning is read elsewhere: EventsTest. */
    @Test
    void events_are_sent_or_are_over() {
        String id = http.complete(ITEMS + "}");
        String events = "/v1/jobs/" + id + "/events";
        String body = http.get(events).is(200).text();
        String last = body.replaceFirst("(?s).*id: (\\d+)\n.*", "$1");
        http.get(events, "Last-Event-ID", last).is(204);
        http.get(events, "Accept", "application/json").isProblem(406, "not-acceptable");
        http.get("/v1/events", "Accept", "application/json").isProblem(406, "not-acceptable");
        http.call("HEAD", "/v1/events").is(200);
        http.get("/metrics").is(200);
        http.get("/v1/processors").is(200);
    }

    @Test
    void a_full_queue_is_a_429_wherever_a_job_would_be_queued() {
        String created = http.submit(ITEMS + ",\"start\":false}");
        String paused = http.submit(ITEMS + ",\"faults\":{\"crashAfterItems\":1}}");
        http.await(paused, "CRASHED");
        String failed = http.complete(ITEMS + ",\"faults\":{\"failItems\":[1]}}");
        String slow = http.submit(ITEMS + ",\"faults\":{\"itemDelayMillis\":60000}}");
        http.await(slow, "RUNNING");
        http.submit(ITEMS + "}");
        Map<String, Supplier<Answer>> calls = new LinkedHashMap<>();
        calls.put("POST /v1/jobs", () -> http.post("/v1/jobs", ITEMS + "}"));
        calls.put("POST /v1/jobs/{id}/start", () -> http.ask(created, "start"));
        calls.put("POST /v1/jobs/{id}/resume", () -> http.ask(paused, "resume"));
        calls.put("POST /v1/jobs/{id}/retry-failed", () -> http.ask(failed, "retry-failed"));
        calls.values().forEach(call -> call.get().isProblem(429, "queue-full"));
        assertThat(operations(429)).containsExactlyInAnyOrderElementsOf(calls.keySet());
        service.cancelAll();
    }

    @Test
    void crashes_that_are_switched_off_are_a_403() {
        ServiceClient.send(guarded.client()
                        .request("POST", "/v1/jobs/" + UNKNOWN + "/crash")
                        .header("Authorization", "Bearer " + TOKEN))
                .isProblem(403, "forbidden");
    }

    @Test
    void a_full_disk_is_a_507_wherever_something_is_written_and_nothing_was_changed() {
        String file = http.upload("a\n".getBytes(UTF_8));
        String created = http.submit(ITEMS + ",\"start\":false}");
        String crashed = http.submit(ITEMS + ",\"faults\":{\"crashAfterItems\":1}}");
        http.await(crashed, "CRASHED");
        String failed = http.complete(ITEMS + ",\"faults\":{\"failItems\":[1]}}");
        DISK.holdResults();
        String running = http.submit(ITEMS + ",\"commit\":\"each\"}");
        DISK.awaitHeldResults();
        DISK.fill();
        String large = "{\"input\":{\"items\":[\"" + "a".repeat(70_000) + "\"]}}"; // a small one is not written
        Map<String, Supplier<Answer>> calls = new LinkedHashMap<>();
        calls.put("POST /v1/files", () -> http.post("/v1/files"));
        calls.put("DELETE /v1/files/{id}", () -> http.delete("/v1/files/" + file));
        calls.put("POST /v1/jobs", () -> http.post("/v1/jobs", ITEMS + "}"));
        calls.put("POST /v1/jobs/validate", () -> http.post("/v1/jobs/validate", large));
        calls.put("DELETE /v1/jobs/{id}", () -> http.delete("/v1/jobs/" + created));
        calls.put("PATCH /v1/jobs/{id}", () -> http.patch("/v1/jobs/" + created, "{\"name\":\"new\"}"));
        calls.put("POST /v1/jobs/{id}/start", () -> http.ask(created, "start"));
        calls.put("POST /v1/jobs/{id}/pause", () -> http.ask(running, "pause"));
        calls.put("POST /v1/jobs/{id}/resume", () -> http.ask(crashed, "resume"));
        calls.put("POST /v1/jobs/{id}/cancel", () -> http.ask(created, "cancel"));
        calls.put("POST /v1/jobs/{id}/retry-failed", () -> http.ask(failed, "retry-failed"));
        try {
            calls.forEach((operation, call) -> call.get().isProblem(507, "disk-full"));
            http.get("/v1/files/" + file).is(200);
            assertThat(http.job(created).state()).isEqualTo("CREATED");
            assertThat(http.job(crashed).state()).isEqualTo("CRASHED");
            assertThat(http.job(running).state()).isEqualTo("RUNNING");
        } finally {
            DISK.freeSpace();
            DISK.releaseResults();
        }
        http.delete("/v1/files/" + file).is(204);
        http.await(running, "COMPLETED");
        assertThat(operations(507)).containsExactlyInAnyOrderElementsOf(calls.keySet());
    }

    @Test
    void stored_data_that_is_damaged_or_cannot_be_read_is_a_500_of_every_operation_that_needs_it() throws Exception {
        String id = http.complete(ITEMS + ",\"faults\":{\"failItems\":[1]}}");
        Files.write(service.jobFile(id, "results.jsonl"), new byte[0]);
        Files.write(service.jobFile(id, "errors.jsonl"), new byte[0]);
        DISK.refuseToOpen(file -> file.endsWith("checkpoint.json") ? new IOException("Input/output error") : null);
        try {
            for (String operation : operations(500)) {
                http.call(method(operation), path(operation, id)).isProblem(500, "damaged-data");
            }
        } finally {
            DISK.refuseToOpen(null);
        }
        assertThat(operations(500)).hasSize(5);
    }

    @Test
    void the_service_tells_of_itself() {
        for (String path : List.of(
                "/",
                "/dashboard/style.css",
                "/docs",
                "/docs/swagger-ui.css",
                "/livez",
                "/readyz",
                "/openapi.yaml",
                "/openapi.json")) {
            http.get(path).is(200);
        }
    }

    /** Whether an operation changes nothing. It is answered until the port is closed, so it meets no 503. */
    private static boolean reads(String operation) {
        return (method(operation).equals("GET") && !operation.endsWith("/readyz")) || operation.endsWith("/validate");
    }

    @Test
    @Order(Integer.MAX_VALUE - 1)
    void a_service_that_stops_answers_503_to_what_would_change_something() {
        String id = http.complete(ITEMS + ",\"faults\":{\"failItems\":[1]}}");
        String file = http.upload("a\n".getBytes(UTF_8));
        service.service().shutDown();
        List<String> tried = new ArrayList<>();
        for (String operation : operations(503)) {
            if (!reads(operation)) {
                String path = path(operation, operation.contains("/files") ? file : id);
                Answer answer = switch (operation) {
                    case "POST /v1/jobs" -> http.post(path, ITEMS + "}");
                    case "PATCH /v1/jobs/{id}" -> http.patch(path, "{}");
                    default -> http.call(method(operation), path);
                };
                answer.isProblem(503, "unavailable");
                tried.add(operation);
            }
        }
        assertThat(tried).hasSize(12);
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void every_documented_answer_was_met_and_no_other() {
        Map<String, String> exceptions = new TreeMap<>();
        operations(503).stream()
                .filter(DocumentedAnswersTest::reads)
                .forEach(
                        operation -> exceptions.put(operation + " 503", "reads are answered until the port is closed"));
        exceptions.put("PATCH /v1/jobs/{id} 409", "it takes a damaged record, and is met by LabelsTest");
        exceptions.put("GET /v1/events 200", "it does not end, and is read by EventsTest");
        CONTRACT.assertRoutesAre(service.server().routeNames());
        CONTRACT.assertEverythingSeen(exceptions);
    }
}
