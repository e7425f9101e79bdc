package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.api.EventSource.Event;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients see of a job whose cluster is not there. */
@Timeout(60)
class WaitingForClusterTest {
    private static final String MISSING = "the JobManager: no valid answer since ";

    @TempDir
    private Path directory;

    private TestServer service;
    private ServiceClient http;

    @BeforeEach
    void startService() {
        service = TestServer.in(directory)
                .cluster(URI.create("http://127.0.0.1:1"))
                .start();
        http = service.client();
    }

    @AfterEach
    void stopService() {
        service.close();
    }

    private String submit() {
        return http.submit("{\"input\":{\"items\":[\"a\"]},\"engine\":\"flink\"}");
    }

    private Answer awaitWait(String id) {
        return Await.until(
                "it waits", () -> http.job(id), job -> !job.at("/waitingFor").isNull());
    }

    @Test
    void a_job_and_the_list_say_what_it_waits_for_until_it_ends() {
        String id = submit();
        Answer job = awaitWait(id);
        assertThat(job.state()).isEqualTo("RUNNING");
        assertThat(job.text("/waitingFor")).startsWith(MISSING).contains("Z; giving up at ", "http://127.0.0.1:1");
        assertThat(http.get("/v1/jobs").is(200).text("/jobs/0/waitingFor")).startsWith(MISSING);
        http.ask(id, "cancel");
        Answer cancelled = http.await(id, "CANCELLED");
        assertThat(cancelled.at("/waitingFor").isNull()).isTrue();
    }

    @Test
    void metrics_say_that_the_cluster_is_not_there_and_how_many_jobs_wait() {
        String id = submit();
        awaitWait(id);
        assertThat(http.get("/metrics").is(200).text().lines())
                .contains(
                        "checkpoint_recovery_cluster_reachable 0.0",
                        "checkpoint_recovery_cluster_taskmanagers NaN",
                        "checkpoint_recovery_cluster_slots{state=\"free\"} NaN",
                        "checkpoint_recovery_cluster_slots{state=\"used\"} NaN",
                        "checkpoint_recovery_cluster_waiting_jobs 1.0");
        http.ask(id, "cancel");
        http.await(id, "CANCELLED");
        assertThat(http.get("/metrics").is(200).text().lines())
                .contains("checkpoint_recovery_cluster_waiting_jobs 0.0");
    }

    @Test
    void events_say_what_a_job_begins_and_ceases_to_wait_for() throws Exception {
        String id = http.submit("{\"input\":{\"items\":[\"a\"]},\"engine\":\"flink\",\"start\":false}");
        try (EventSource events = EventSource.open(service, "/v1/jobs/" + id + "/events", null)) {
            events.until("snapshot");
            http.ask(id, "start").is(202);
            Event progress;
            do {
                var more = events.until("progress");
                progress = more.get(more.size() - 1);
            } while (progress.data().path("waitingFor").isNull());
            assertThat(progress.data().get("waitingFor").textValue()).startsWith(MISSING);
            http.ask(id, "cancel");
            var rest = events.until("end");
            assertThat(rest.get(rest.size() - 1).data().get("waitingFor").isNull())
                    .isTrue();
        }
    }
}
