package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A disk that is full, and a service that is about to end. */
class TroubledDiskTest extends OnMoodyDisk {
    private static final String SPEC =
            "{\"input\":{\"items\":[\"a\",\"b\",\"c\"]},\"batchSize\":1,\"commit\":\"each\"}";

    @Test
    void what_must_be_written_is_answered_with_507_and_leaves_nothing() {
        String created = http.submit(SPEC.replace("\"batchSize\"", "\"start\":false,\"batchSize\""));
        String crashed = http.submit(SPEC.replace("\"each\"}", "\"each\",\"faults\":{\"crashAfterItems\":2}}"));
        http.await(crashed, "CRASHED");
        String withFailed = http.complete(SPEC.replace("\"each\"}", "\"each\",\"faults\":{\"failItems\":[1]}}"));
        List<String> jobs = service.names("jobs");

        disk.fill();
        for (Answer refused : List.of(
                http.post("/v1/jobs", SPEC),
                ServiceClient.send(http.request("POST", "/v1/jobs")
                        .contentType("application/json")
                        .header("Idempotency-Key", "later")
                        .body(SPEC)),
                ServiceClient.send(http.request("POST", "/v1/files").body("a\n".getBytes(UTF_8))),
                http.ask(created, "start"),
                http.ask(created, "cancel"),
                http.ask(crashed, "resume"),
                http.ask(crashed, "cancel"),
                http.ask(withFailed, "retry-failed"))) {
            assertThat(refused.isProblem(507, "disk-full").text("/detail")).contains("Free up space");
        }
        assertThat(service.names("jobs")).isEqualTo(jobs);
        assertThat(service.names("files")).isEmpty();
        assertThat(http.job(created).state()).isEqualTo("CREATED");
        assertThat(http.job(crashed).state()).isEqualTo("CRASHED");
        http.get("/v1/jobs").is(200);
        assertThat(http.results(crashed)).hasLineCount(1);
        http.get("/readyz").isProblem(503, "unavailable");

        disk.freeSpace();
        http.get("/readyz").is(200);
        http.ask(created, "start").is(202);
        http.await(created, "COMPLETED");
        http.resume(crashed);
        assertThat(http.results(crashed)).isEqualTo(http.results(created));
        Answer second = ServiceClient.send(http.request("POST", "/v1/jobs")
                .contentType("application/json")
                .header("Idempotency-Key", "later")
                .body(SPEC));
        assertThat(second.is(201).header("Idempotency-Replayed")).isEmpty();
        http.upload("a\n".getBytes(UTF_8));
    }

    @Test
    void a_running_job_fails_for_it_and_goes_on_when_there_is_space_again() {
        disk.holdResults();
        String id = http.submit(SPEC);
        disk.awaitHeldResults();
        disk.fill();
        disk.releaseResults();
        Answer failed = http.await(id, "FAILED");
        assertThat(failed.text("/stateReason/code")).isEqualTo("DISK_FULL");
        assertThat(failed.text("/stateReason/message")).contains("resume");
        http.ask(id, "resume").isProblem(507, "disk-full");
        disk.freeSpace();
        http.resume(id);
        assertThat(http.results(id)).isEqualTo(http.results(http.complete(SPEC)));
    }

    @Test
    void a_service_that_starts_on_a_full_disk_answers_reads() {
        String completed = http.complete(SPEC);
        String created = http.submit(SPEC.replace("\"batchSize\"", "\"start\":false,\"batchSize\""));
        service.stop();
        disk.fill();
        service.start();
        http = service.client();
        assertThat(http.results(completed)).hasLineCount(3);
        http.post("/v1/jobs", SPEC).isProblem(507, "disk-full");
        http.ask(created, "start").isProblem(507, "disk-full");
        disk.freeSpace();
        http.ask(created, "start").is(202);
        http.await(created, "COMPLETED");
    }

    @Test
    void a_service_that_is_stopping_takes_nothing_more_and_says_so() {
        String completed = http.complete(SPEC.replace("\"each\"}", "\"each\",\"faults\":{\"failItems\":[1]}}"));
        String created = http.submit(SPEC.replace("\"batchSize\"", "\"start\":false,\"batchSize\""));
        String file = http.upload("a\n".getBytes(UTF_8));
        service.service().shutDown();
        for (Answer refused : List.of(
                http.get("/readyz"),
                http.post("/v1/jobs", SPEC),
                http.post("/v1/files"),
                http.ask(created, "start"),
                http.ask(created, "pause"),
                http.ask(created, "resume"),
                http.ask(created, "cancel"),
                http.ask(created, "crash"),
                http.ask(completed, "retry-failed"),
                http.delete("/v1/jobs/" + created),
                http.delete("/v1/files/" + file))) {
            refused.isProblem(503, "unavailable");
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isPositive();
        }
        http.get("/livez").is(200);
        assertThat(http.results(completed)).hasLineCount(2);
        service.restart();
        http = service.client();
        assertThat(http.job(created).state()).isEqualTo("CREATED");
        http.get("/readyz").is(200);
    }
}
