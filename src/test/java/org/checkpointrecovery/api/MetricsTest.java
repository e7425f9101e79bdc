package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkpointrecovery.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Prometheus is told. */
class MetricsTest {
    private static final String ITEMS =
            "{\"input\":{\"items\":[\"a\",\"b\",\"c\",\"d\"]},\"batchSize\":1,\"commit\":\"each\"";

    @TempDir
    private Path directory;

    private TestServer service;
    private ServiceClient http;

    @BeforeEach
    void startService() {
        service = TestServer.in(directory).start();
        http = service.client();
    }

    @AfterEach
    void stopService() {
        service.close();
    }

    /** The value of a series, as {@code name{label="value"}}; 0 if it is not there. */
    private double value(String series) {
        Matcher line = Pattern.compile("(?m)^" + Pattern.quote(series) + " (\\S+)$")
                .matcher(http.get("/metrics").is(200).text());
        return line.find() ? Double.parseDouble(line.group(1)) : 0;
    }

    @Test
    void a_service_without_a_cluster_says_nothing_of_one() {
        assertThat(http.get("/metrics").is(200).text()).doesNotContain("checkpoint_recovery_cluster");
    }

    @Test
    void items_commits_runs_and_jobs_are_counted() {
        String crashed = http.submit(ITEMS + ",\"faults\":{\"crashAfterItems\":3,\"failItems\":[0]}}");
        http.await(crashed, "CRASHED");
        String waiting = http.submit(ITEMS + ",\"start\":false}");
        assertThat(value("checkpoint_recovery_runs_total{end=\"CRASHED\"}")).isEqualTo(1);
        assertThat(value("checkpoint_recovery_jobs{state=\"CRASHED\"}")).isEqualTo(1);
        assertThat(value("checkpoint_recovery_jobs{state=\"CREATED\"}")).isEqualTo(1);
        http.ask(crashed, "resume").is(202);
        http.await(crashed, "COMPLETED");
        String items = "checkpoint_recovery_items_total{outcome=\"%s\",processor=\"text-stats\"}";
        assertThat(value(items.formatted("succeeded"))).isEqualTo(3);
        assertThat(value(items.formatted("failed"))).isEqualTo(1);
        assertThat(value("checkpoint_recovery_commit_seconds_count")).isEqualTo(4);
        assertThat(value("checkpoint_recovery_item_seconds_count{processor=\"text-stats\"}"))
                .isEqualTo(4);
        double bytes = http.get("/v1/jobs/" + crashed + "/results").bytes().length
                + http.get("/v1/jobs/" + crashed + "/errors").bytes().length;
        assertThat(value("checkpoint_recovery_forced_bytes_total")).isEqualTo(bytes);
        assertThat(value("checkpoint_recovery_runs_total{end=\"COMPLETED\"}")).isEqualTo(1);
        assertThat(http.get("/metrics").text()).doesNotContain(crashed, waiting);
    }

    @Test
    void versions_and_the_free_bytes_of_the_disk_are_told() {
        assertThat(value("checkpoint_recovery_build_info{java=\"" + Runtime.version() + "\",version=\"not packed\"}"))
                .isEqualTo(1);
        System.gc(); // which must not take what a gauge reads
        double free = value("checkpoint_recovery_data_free_bytes");
        assertThat(free).isNotNaN().isPositive().isLessThanOrEqualTo((double)
                directory.toFile().getTotalSpace());
    }

    @Test
    void the_oldest_queued_job_has_an_age_while_there_is_one() {
        assertThat(value("checkpoint_recovery_queued_age_seconds")).isZero();
        String running = http.submit(ITEMS + ",\"faults\":{\"itemDelayMillis\":60000}}");
        String other = http.submit(ITEMS + ",\"faults\":{\"itemDelayMillis\":60000}}");
        http.await(running, "RUNNING");
        http.await(other, "RUNNING");
        assertThat(value("checkpoint_recovery_queued_age_seconds")).isZero();
        String waiting = http.submit(ITEMS + "}");
        Await.until("it gets older", () -> value("checkpoint_recovery_queued_age_seconds"), age -> age > 0.05);
        http.ask(waiting, "cancel").is(202);
        assertThat(value("checkpoint_recovery_queued_age_seconds")).isZero();
        for (String id : new String[] {running, other}) {
            http.ask(id, "cancel");
        }
    }

    @Test
    void callbacks_are_counted_when_they_are_delivered_or_given_up() throws Exception {
        String delivered = "checkpoint_recovery_callbacks_total{outcome=\"delivered\"}";
        String givenUp = "checkpoint_recovery_callbacks_total{outcome=\"given-up\"}";
        assertThat(http.get("/metrics").text()).contains(delivered + " 0", givenUp + " 0");
        try (CallbackReceiver receiver = new CallbackReceiver()) {
            String spec = ITEMS + ",\"callbackUrl\":\"" + receiver.url() + "\"}";
            http.complete(spec);
            Await.until("it is delivered", () -> value(delivered), count -> count == 1);
            receiver.refuse(1, 404);
            http.complete(spec);
            Await.until("it is given up", () -> value(givenUp), count -> count == 1);
            assertThat(value(delivered)).isEqualTo(1);
        }
    }

    @Test
    void the_age_of_the_oldest_checkpoint_and_the_line_are_told_while_jobs_run() {
        String running = http.submit(ITEMS + ",\"faults\":{\"itemDelayMillis\":60000}}");
        http.await(running, "RUNNING");
        assertThat(value("checkpoint_recovery_checkpoint_age_seconds")).isZero();
        String slow = http.submit(
                "{\"input\":{\"items\":[\"a\",\"b\",\"c\"]},\"batchSize\":1,\"faults\":{\"itemDelayMillis\":1000}}");
        Await.until(
                "a checkpoint has an age", () -> value("checkpoint_recovery_checkpoint_age_seconds"), age -> age > 0);
        String waiting = http.submit(ITEMS + "}");
        assertThat(value("checkpoint_recovery_queued_jobs")).isEqualTo(1);
        for (String id : new String[] {waiting, slow, running}) {
            http.ask(id, "cancel");
        }
    }

    @Test
    void requests_are_timed_by_their_route() {
        http.get("/v1/jobs/0000000000-00000000").is(404);
        http.get("/nothing/" + "x".repeat(50)).is(404);
        String requests = "http_server_requests_seconds_count{method=\"GET\",route=\"%s\",status=\"404\"}";
        for (Map.Entry<String, Integer> route :
                Map.of("/v1/jobs/{id}", 1, "none", 1).entrySet()) {
            Await.until(
                    "the request is counted", // behind its answer
                    () -> value(requests.formatted(route.getKey())),
                    count -> count == route.getValue().doubleValue());
        }
        assertThat(http.get("/metrics").text())
                .contains("jvm_memory_used_bytes")
                .doesNotContain("xxxx");
    }
}
