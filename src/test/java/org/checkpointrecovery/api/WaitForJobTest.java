package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.cli.ServiceConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that wait for a job. The answers come long before the requested 60 seconds are over, or the test fails. */
@Isolated
@Timeout(40)
class WaitForJobTest {
    private static final String JOB = "{\"input\":{\"items\":[\"a\",\"b\",\"c\"]},\"batchSize\":1";
    private static final String SLOW = JOB + ",\"faults\":{\"itemDelayMillis\":60000}}";

    private final MoodyDisk disk = new MoodyDisk();

    @TempDir
    private Path directory = Path.of("");

    private TestServer service;
    private ServiceClient http;

    @BeforeEach
    void startService() {
        // An idle connection is closed after a second: waiting is not idle.
        service = TestServer.in(directory)
                .disk(disk)
                .clients(new ServiceConfig.ClientLimits(240, Duration.ofSeconds(1), 0))
                .start();
        http = service.client();
    }

    @AfterEach
    void stopService() {
        service.close();
    }

    private RawHttp waiting(String id) throws IOException {
        int before = service.server().waitingForJobs();
        RawHttp raw = new RawHttp(service).head("GET /v1/jobs/" + id + "?wait=60s");
        Await.until("the request waits", () -> service.server().waitingForJobs() == before + 1);
        return raw;
    }

    /** Submits a job that does not end before {@code disk.releaseResults()}. */
    private String heldJob() throws InterruptedException {
        disk.holdResults();
        String id = http.submit(JOB + "}");
        disk.awaitHeldResults();
        return id;
    }

    @Test
    void the_answer_comes_when_the_job_completes() throws Exception {
        String id = heldJob();
        try (RawHttp raw = waiting(id)) {
            disk.releaseResults();
            Answer answer = raw.answer().is(200);
            assertThat(answer.state()).isEqualTo("COMPLETED");
            assertThat(answer.json()).isEqualTo(http.job(id).json());
            raw.head("GET /v1/jobs/" + id + "?wait=1m");
            assertThat(raw.answer().is(200).json()).isEqualTo(answer.json());
        }
        assertThat(service.server().waitingForJobs()).isZero();
    }

    @Test
    void a_submission_waits_too_and_so_does_its_repetition() {
        Answer made = http.post("/v1/jobs?wait=60s", JOB + "}", "Idempotency-Key", "one");
        assertThat(made.is(201).state()).isEqualTo("COMPLETED");
        assertThat(made.header("Location")).isEqualTo("/v1/jobs/" + made.id());
        Answer again = http.post("/v1/jobs?wait=60s", JOB + "}", "Idempotency-Key", "one");
        assertThat(again.is(201).json()).isEqualTo(made.json());
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PAUSED", "CANCELLED", "CRASHED", "FAILED"})
    void a_job_that_stops_for_any_reason_is_not_waited_for(String state) throws Exception {
        String fault = switch (state) {
            case "CRASHED" -> ",\"faults\":{\"crashAfterItems\":2}}";
            case "FAILED" -> ",\"onItemError\":\"fail\",\"faults\":{\"failItems\":[1]}}";
            default -> "}";
        };
        disk.holdResults();
        if (state.equals("PAUSED")) { // a queued job is paused at once; a running one might complete instead
            http.await(http.submit(JOB + "}"), "RUNNING");
            http.await(http.submit(JOB + "}"), "RUNNING");
        }
        String id = http.submit(JOB + fault);
        disk.awaitHeldResults();
        try (RawHttp raw = waiting(id)) {
            if (state.equals("PAUSED")) {
                http.ask(id, "pause").is(202);
            } else if (state.equals("CANCELLED")) {
                http.ask(id, "cancel").is(202);
            }
            disk.releaseResults();
            assertThat(raw.answer().is(200).state()).isEqualTo(state);
        }
        assertThat(http.get("/v1/jobs/" + id + "?wait=60s").is(200).state()).isEqualTo(state);
    }

    @Test
    void a_job_that_was_never_started_is_not_waited_for() {
        Answer made = http.post("/v1/jobs?wait=60s", JOB + ",\"start\":false}").is(201);
        assertThat(made.state()).isEqualTo("CREATED");
        assertThat(http.get("/v1/jobs/" + made.id() + "?wait=60s").is(200).state())
                .isEqualTo("CREATED");
    }

    @Test
    void when_the_time_is_up_the_answer_is_the_job_as_it_is() {
        String id = http.submit(SLOW);
        long began = System.nanoTime();
        assertThat(http.get("/v1/jobs/" + id + "?wait=3s").is(200).state()).isIn("QUEUED", "RUNNING");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
        assertThat(http.get("/v1/jobs/" + id + "?wait=0s").is(200).state()).isIn("QUEUED", "RUNNING");
        assertThat(http.post("/v1/jobs?wait=1s", SLOW).is(201).state()).isIn("QUEUED", "RUNNING");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "30", "61s", "2m", "-1s", "1.5s", "500ms", "1h", "30S", "%2030s", "99999999999s"})
    void other_times_are_refused(String wait) throws IOException {
        String id = http.submit(SLOW);
        for (String request : List.of("GET /v1/jobs/" + id, "POST /v1/jobs")) {
            try (RawHttp raw = new RawHttp(service)) {
                raw.head(request + "?wait=" + wait, "Content-Type: application/json", "Content-Length: 2");
                raw.send("{}").answer().isInvalid("wait");
            }
        }
    }

    @Test
    void a_job_that_is_unknown_or_deleted_while_somebody_waits_is_a_404() throws Exception {
        http.get("/v1/jobs/0000000000-00000000?wait=60s").isProblem(404, "not-found");
        String id = heldJob();
        try (RawHttp raw = waiting(id)) {
            http.ask(id, "cancel").is(202);
            disk.releaseResults();
            assertThat(raw.answer().status()).isEqualTo(200);
        }
        http.delete("/v1/jobs/" + id).is(204);
        http.get("/v1/jobs/" + id + "?wait=60s").isProblem(404, "not-found");
    }

    @Test
    void two_hundred_waiting_requests_hold_no_thread() throws Exception {
        String id = heldJob();
        int before = Thread.activeCount();
        List<RawHttp> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                clients.add(waiting(id));
            }
            assertThat(Thread.activeCount()).isLessThan(before + 20);
            assertThat(http.job(id).state()).isEqualTo("RUNNING");
            disk.releaseResults();
            for (RawHttp client : clients) {
                assertThat(client.answer().is(200).state()).isEqualTo("COMPLETED");
            }
        } finally {
            for (RawHttp client : clients) {
                client.close();
            }
        }
        assertThat(service.server().waitingForJobs()).isZero();
    }

    @Test
    void a_client_that_goes_away_frees_what_it_holds() throws Exception {
        String id = heldJob();
        try (RawHttp raw = waiting(id)) {
            raw.breakOff();
            Await.until("nobody waits", () -> service.server().waitingForJobs() == 0);
        }
        try (RawHttp raw = waiting(id)) {
            assertThat(raw.endSending().answer().is(200).state()).isEqualTo("RUNNING");
        }
        assertThat(service.server().waitingForJobs()).isZero();
    }

    @Test
    void a_client_that_sends_its_next_request_already_is_answered_in_order() throws Exception {
        String id = heldJob();
        try (RawHttp raw = waiting(id)) {
            raw.head("GET /v1/jobs/" + id + "/progress");
            assertThat(http.job(id).state()).isEqualTo("RUNNING");
            assertThat(service.server().waitingForJobs()).isOne();
            disk.releaseResults();
            assertThat(raw.answer().is(200).state()).isEqualTo("COMPLETED");
            assertThat(raw.answer().is(200).text("/processedItems")).isEqualTo("3");
        }
    }

    @Test
    void a_service_that_stops_answers_those_who_wait() throws Exception {
        String id = heldJob();
        try (RawHttp raw = waiting(id)) {
            Thread stop = new Thread(service::stop);
            stop.start();
            assertThat(raw.answer().is(200).state()).isEqualTo("RUNNING");
            disk.releaseResults();
            stop.join();
        }
    }
}
