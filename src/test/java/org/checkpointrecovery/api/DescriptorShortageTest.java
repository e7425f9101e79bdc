package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.storage.DescriptorsExhaustedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A service that has no file descriptor left for a while. */
class DescriptorShortageTest extends OnMoodyDisk {
    private static final String ITEMS =
            "{\"input\":{\"items\":[\"a\",\"b\",\"c\",\"d\"]},\"batchSize\":1,\"commit\":\"each\"";

    private static IOException none(Path file) {
        return new DescriptorsExhaustedException(
                "Out of file descriptors opening " + file, new IOException("Too many open files"));
    }

    private Answer awaitWaiting(String id) {
        return Await.until(
                "job waits",
                () -> http.job(id),
                job -> !job.at("/stateReason").isNull()
                        && job.text("/stateReason/code").equals("OUT_OF_FILE_DESCRIPTORS"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkpoint.json.tmp", "results.jsonl", "input.txt"})
    void a_job_waits_and_continues_by_itself(String file) {
        String id = http.submit(ITEMS + ",\"start\":false}");
        disk.refuseToOpen(path -> path.endsWith(file) && path.toString().contains(id) ? none(path) : null);
        http.ask(id, "start").is(202);
        Answer waiting = awaitWaiting(id);
        assertThat(waiting.state()).isEqualTo("QUEUED");
        assertThat(waiting.text("/stateReason/message")).contains("ulimit -n");
        disk.refuseToOpen(null);
        Answer completed = http.await(id, "COMPLETED");
        assertThat(completed.at("/stateReason").isNull()).isTrue();
        assertThat(http.results(id)).isEqualTo(http.results(http.complete(ITEMS + "}")));
    }

    @Test
    void a_job_that_waits_can_be_paused_and_cancelled() {
        String id = http.submit(ITEMS + ",\"start\":false}");
        disk.refuseToOpen(path -> path.endsWith("results.jsonl") ? none(path) : null);
        http.ask(id, "start").is(202);
        awaitWaiting(id);
        http.ask(id, "pause").is(202); // the next try may just have begun, and ends in PAUSED then
        Answer paused = http.await(id, "PAUSED");
        assertThat(paused.at("/stateReason").isNull()).isTrue();
        http.ask(id, "resume").is(202);
        awaitWaiting(id);
        http.ask(id, "cancel").is(202);
        http.await(id, "CANCELLED");
        disk.refuseToOpen(null);
        http.complete(ITEMS + "}");
        assertThat(http.job(id).state()).isEqualTo("CANCELLED");
    }

    @Test
    void a_request_that_opens_a_file_is_answered_with_503_and_changes_nothing() {
        disk.refuseToOpen(DescriptorShortageTest::none);
        assertThat(http.post("/v1/jobs", "{\"input\":{\"items\":[\"" + "a".repeat(70_000) + "\"]}}")
                        .isProblem(503, "unavailable")
                        .text("/detail"))
                .contains("no free file descriptor", "Nothing was changed", "ulimit -n");
        disk.refuseToOpen(null);
        assertThat(http.get("/v1/jobs").is(200).at("/jobs")).isEmpty();
        service.restart();
        http = service.client();
        assertThat(service.names("jobs")).isEmpty();
    }

    @Test
    void a_job_that_waits_when_the_service_stops_continues_at_the_next_start() {
        String id = http.submit(ITEMS + ",\"start\":false}");
        disk.refuseToOpen(path -> path.endsWith("results.jsonl") ? none(path) : null);
        http.ask(id, "start").is(202);
        awaitWaiting(id);
        service.stop();
        disk.refuseToOpen(null);
        service.start();
        http = service.client();
        http.await(id, "COMPLETED");
    }
}
