package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.storage.FaultyDisk;
import org.checkpointrecovery.storage.FaultyDisk.Fault;
import org.checkpointrecovery.storage.LocalDisk;
import org.checkpointrecovery.storage.StoredJobs;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fails each call of the disk once, for every request that changes something, and compares what was answered with what is so:
 * after a 5xx nothing has changed, in the answers and on disk; after a 2xx it has. The worker is held by another job all the
 * time, so that nothing but the request touches the disk.
 */
class HttpFaultScanTest {
    private static final String HELD =
            "{\"input\":{\"items\":[\"held\"]},\"processor\":{\"type\":\"http\",\"timeoutMillis\":600000,"
                    + "\"url\":\"http://127.0.0.1:%d/\"}}";
    private static final String INLINE = "{\"input\":{\"items\":[\"a\",\"b\",\"c\"]},\"start\":%s}";

    @TempDir
    private Path directory;

    private final FaultyDisk disk = new FaultyDisk(new LocalDisk());
    private TestServer service = TestServer.in(Path.of("."));
    private ServiceClient http = new ServiceClient("http://localhost", ServiceClient.CONTRACT);

    /** Never answers: when it has been called, the job that holds the worker touches the disk no more. */
    private ServerSocket endpoint;

    private final List<Socket> calls = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        endpoint = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        http.close();
        service = TestServer.in(directory).disk(disk).workers(1).start();
        http = service.client();
        service.input("in.txt", "a\nb\nc\n");
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket call : calls) {
            call.close();
        }
        endpoint.close();
        disk.mend();
        service.close();
    }

    /** A request, and what it makes of the job or upload that it is about. */
    enum Ask {
        SUBMIT(null, "CREATED"),
        SUBMIT_PATH(null, "CREATED"),
        SUBMIT_UPLOAD(null, "CREATED"),
        SUBMIT_AND_START(null, "QUEUED"),
        START("CREATED", "QUEUED"),
        PAUSE_QUEUED("QUEUED", "PAUSED"),
        RESUME("PAUSED", "QUEUED"),
        CANCEL_CREATED("CREATED", "CANCELLED"),
        CANCEL_QUEUED("QUEUED", "CANCELLED"),
        PAUSE_RUNNING("RUNNING", "PAUSING"),
        CANCEL_RUNNING("RUNNING", "CANCELLED"),
        DELETE("CREATED", null),
        RETRY_FAILED("COMPLETED", "QUEUED"),
        UPLOAD(null, null),
        DELETE_UPLOAD(null, null),
        GET("CREATED", "CREATED"),
        LIST("CREATED", "CREATED");

        private final @Nullable String before;
        private final @Nullable String after;

        Ask(@Nullable String before, @Nullable String after) {
            this.before = before;
            this.after = after;
        }

        private boolean needsWorker() {
            return "RUNNING".equals(before) || "COMPLETED".equals(before);
        }

        private boolean changesNothing() {
            return this == GET || this == LIST;
        }
    }

    /** What clients are shown, and what is on disk. */
    private record Truth(Map<String, String> jobs, Map<String, String> jobsOnDisk, TreeSet<String> files) {}

    private Truth truth() throws IOException {
        Map<String, String> jobs = new TreeMap<>();
        for (JsonNode job : http.get("/v1/jobs?pageSize=500").is(200).json().get("jobs")) {
            jobs.put(job.get("id").textValue(), job.get("state").textValue());
        }
        Map<String, String> onDisk = new TreeMap<>();
        StoredJobs.onDisk(service.data())
                .forEach((id, job) -> onDisk.put(id.value(), job.status().name()));
        TreeSet<String> files = new TreeSet<>();
        for (JsonNode file : http.get("/v1/files").is(200).json().get("files")) {
            files.add(file.get("id").textValue());
        }
        return new Truth(jobs, onDisk, files);
    }

    /** Brings something into the state that the request is about; returns its id. */
    private String prepare(Ask ask) throws IOException {
        if (ask == Ask.DELETE_UPLOAD || ask == Ask.SUBMIT_UPLOAD) {
            return http.upload("a\nb\n".getBytes(UTF_8));
        }
        if (ask.before == null) {
            return "";
        }
        return switch (ask.before) {
            case "CREATED" -> http.submit(INLINE.formatted(false));
            case "RUNNING" -> running();
            case "COMPLETED" -> {
                String completed =
                        http.complete("{\"input\":{\"items\":[\"a\",\"b\"]},\"faults\":{\"failItems\":[1]}}");
                running(); // it holds the worker, so that nobody works on the new job
                yield completed;
            }
            default -> {
                String id = http.submit(INLINE.formatted(true));
                if (ask.before.equals("PAUSED")) {
                    http.ask(id, "pause").is(202);
                }
                yield id;
            }
        };
    }

    private String running() throws IOException {
        String id = http.submit(HELD.formatted(endpoint.getLocalPort()));
        calls.add(endpoint.accept());
        http.await(id, "RUNNING");
        return id;
    }

    private Answer send(Ask ask, String id) {
        return switch (ask) {
            case SUBMIT -> http.post("/v1/jobs", INLINE.formatted(false));
            case SUBMIT_AND_START -> http.post("/v1/jobs", INLINE.formatted(true), "Idempotency-Key", "key-" + id);
            case SUBMIT_PATH -> http.post("/v1/jobs", "{\"input\":{\"path\":\"in.txt\"},\"start\":false}");
            case SUBMIT_UPLOAD -> http.post("/v1/jobs", "{\"input\":{\"fileId\":\"" + id + "\"},\"start\":false}");
            case START -> http.ask(id, "start");
            case PAUSE_QUEUED, PAUSE_RUNNING -> http.ask(id, "pause");
            case RESUME -> http.ask(id, "resume");
            case CANCEL_CREATED, CANCEL_QUEUED, CANCEL_RUNNING -> http.ask(id, "cancel");
            case RETRY_FAILED -> http.ask(id, "retry-failed");
            case DELETE -> http.delete("/v1/jobs/" + id);
            case UPLOAD -> ServiceClient.send(http.request("POST", "/v1/files").body("a\n".getBytes(UTF_8)));
            case DELETE_UPLOAD -> http.delete("/v1/files/" + id);
            case GET -> http.get("/v1/jobs/" + id);
            case LIST -> http.get("/v1/jobs?pageSize=500");
        };
    }

    /** Deletes all jobs but the one that holds the worker, and all uploads. */
    private void clear(@Nullable String held) throws IOException {
        for (Map.Entry<String, String> job : truth().jobs.entrySet()) {
            if (job.getKey().equals(held)) {
                continue;
            }
            if (List.of("RUNNING", "PAUSING", "CANCELLING", "QUEUED").contains(job.getValue())) {
                http.ask(job.getKey(), "cancel");
            }
            Await.until(
                    "it can be deleted",
                    () -> http.delete("/v1/jobs/" + job.getKey()),
                    answer -> answer.status() == 204 || answer.status() == 404);
        }
        for (String file : truth().files) {
            http.delete("/v1/files/" + file).is(204);
        }
    }

    @ParameterizedTest
    @EnumSource
    void every_answer_is_true_whatever_call_of_the_disk_fails(Fault fault) throws Exception {
        List<String> wrong = new ArrayList<>();
        int struck = 0;
        for (Ask ask : Ask.values()) {
            String held = ask.needsWorker() ? null : running();
            int call = 1;
            for (boolean reached = true; reached; call++) {
                String id = prepare(ask);
                Truth before = truth();
                disk.failAt(call, fault);
                Answer answer = null;
                String problem;
                try {
                    answer = send(ask, id);
                    disk.hold();
                    problem = problem(ask, id, before, answer);
                } catch (AssertionError e) { // it is not among the documented answers
                    problem = String.valueOf(e.getMessage()).replace('\n', ' ');
                }
                String failed = disk.mend();
                reached = failed != null;
                struck += reached ? 1 : 0;
                if (problem != null) {
                    wrong.add(ask + ", call " + call + ", " + failed + ": " + problem + ", " + answer);
                }
                clear(held);
            }
            clear(null);
        }
        service.restart();
        http = service.client();
        assertThat(service.names("jobs")).as("half-made jobs").isEmpty();
        assertThat(service.names("files")).as("half-made uploads").isEmpty();
        assertThat(wrong).isEmpty();
        assertThat(struck).isGreaterThan(20);
    }

    /** What is not true of an answer; null if all is. */
    private @Nullable String problem(Ask ask, String id, Truth before, Answer answer) throws Exception {
        boolean done = answer.status() < 300;
        if (ask.changesNothing()) {
            return done ? null : "a job could not be shown";
        }
        if (!done && answer.status() < 500) {
            return "no answer to a fault: " + answer;
        }
        if (!done) {
            Truth after = truth();
            if (!after.equals(before)) {
                return "changed from " + before + " to " + after;
            }
            Answer again = send(ask, id);
            return again.status() < 300 && again.header("Idempotency-Replayed").isEmpty()
                    ? null
                    : "sent again it is refused, or was done: " + again;
        }
        if (ask.name().contains("UPLOAD") && ask != Ask.SUBMIT_UPLOAD) {
            String about = ask == Ask.UPLOAD ? answer.id() : id;
            return truth().files.contains(about) == (ask == Ask.UPLOAD) ? null : "not done";
        }
        String about = answer.status() == 201 ? answer.id() : id;
        if (ask == Ask.CANCEL_RUNNING) {
            http.await(id, "CANCELLED");
        }
        Truth after = truth();
        if (ask == Ask.PAUSE_RUNNING) { // it may have ended at once, before its first item was begun
            List<String> paused = List.of("PAUSING", "PAUSED");
            boolean both = paused.contains(after.jobs.get(id)) && paused.contains(after.jobsOnDisk.get(id));
            return both ? null : "not done: " + after;
        }
        boolean shown = String.valueOf(ask.after).equals(String.valueOf(after.jobs.get(about)));
        boolean stored = String.valueOf(ask.after).equals(String.valueOf(after.jobsOnDisk.get(about)))
                // its run could not write its end, which the next start does
                || (ask == Ask.CANCEL_RUNNING && "CANCELLING".equals(after.jobsOnDisk.get(about)));
        return shown && stored ? null : "not done: " + after;
    }
}
