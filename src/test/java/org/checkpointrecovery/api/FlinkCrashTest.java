package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.CrashPoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Crashes on purpose of jobs on a cluster, and what tasks there end by themselves. */
class FlinkCrashTest extends OnCluster {
    private String clean(String file) {
        return http.results(http.complete("{\"input\":{\"fileId\":\"" + file + "\"}}"));
    }

    @ParameterizedTest
    @EnumSource
    void a_crash_that_the_spec_asks_for_strikes_where_it_does_on_the_service_itself(CrashPoint point) {
        String file = upload(500);
        String spec = "{\"input\":{\"fileId\":\"" + file + "\"},\"batchSize\":20,\"faults\":{\"crashAfterItems\":333,"
                + "\"crashPoint\":\"" + point.text() + "\"}";
        String id = http.submit(spec + ",\"engine\":\"flink\"}");
        Answer crashed = http.await(id, "CRASHED");
        String local = http.submit(spec + "}");
        Answer there = http.await(local, "CRASHED");
        // Another task may have finished ranges beyond the one that crashed.
        assertThat(crashed.number("/progress/processedItems"))
                .isGreaterThanOrEqualTo(there.number("/progress/processedItems"));
        assertThat(http.results(id)).as("committed results").isEqualTo(http.results(local));
        assertThat(crashed.at("/stateReason")).isEqualTo(there.at("/stateReason"));
        assertThat(http.get("/v1/jobs/" + id + "/checkpoint").status())
                .isEqualTo(http.get("/v1/jobs/" + local + "/checkpoint").status());
        Answer resumed = http.resume(id);
        assertThat(resumed.at("/recovery/from")).isEqualTo(http.resume(local).at("/recovery/from"));
        assertThat(http.results(id)).isEqualTo(clean(file));
    }

    @ParameterizedTest
    @EnumSource
    void a_crash_from_outside_strikes_a_job_that_runs(CrashPoint point) {
        String file = upload(400);
        String id = http.submit("{\"input\":{\"fileId\":\"" + file
                + "\"},\"batchSize\":10,\"commit\":\"each\",\"engine\":\"flink\",\"faults\":{\"itemDelayMillis\":10}}");
        // Not the processed items: the cluster is ahead of what is committed, where the order counts from.
        long committed = Await.until("three batches are committed", () -> lines(id), lines -> lines >= 30);
        http.post("/v1/jobs/" + id + "/crash", "{\"point\":\"" + point.text() + "\",\"afterItems\":20}")
                .is(202);
        Answer crashed = http.await(id, "CRASHED");
        assertThat(crashed.text("/stateReason/code")).isEqualTo("SIMULATED_CRASH");
        assertThat(crashed.text("/stateReason/message")).contains(point.text());
        long processed = crashed.number("/progress/processedItems");
        assertThat(processed).isBetween(committed + 10, 390L); // the batch of the twentieth item from then on
        http.resume(id);
        assertThat(http.results(id)).isEqualTo(clean(file));
    }

    private long lines(String id) {
        return http.results(id).lines().count();
    }

    @Test
    void too_many_failed_items_end_the_job_and_are_tried_again_when_it_is_resumed() {
        String file = upload(400);
        String spec =
                "{\"input\":{\"fileId\":\"" + file + "\"},\"batchSize\":10,\"commit\":\"each\",\"maxFailedItems\":2,"
                        + "\"faults\":{\"failItems\":[11,57,203,390]}";
        String id = http.submit(spec + ",\"engine\":\"flink\"}");
        Answer failed = http.await(id, "FAILED");
        String local = http.submit(spec + "}");
        assertThat(failed.at("/stateReason"))
                .isEqualTo(http.await(local, "FAILED").at("/stateReason"));
        assertThat(failed.number("/progress/processedItems")).isEqualTo(200);
        http.ask(id, "resume").is(202);
        assertThat(http.await(id, "FAILED").number("/progress/processedItems")).isEqualTo(200);
    }

    @Test
    void an_endpoint_that_refuses_pauses_the_job_and_each_item_has_one_key() throws Exception {
        AtomicBoolean authorized = new AtomicBoolean();
        Map<String, Integer> served = new ConcurrentHashMap<>();
        HttpServer endpoint = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        endpoint.setExecutor(Executors.newCachedThreadPool());
        endpoint.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            boolean ok = authorized.get();
            if (ok) {
                served.merge(exchange.getRequestHeaders().getFirst("Idempotency-Key"), 1, Integer::sum);
            }
            exchange.sendResponseHeaders(ok ? 200 : 401, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        endpoint.start();
        try {
            String spec = "{\"input\":{\"fileId\":\"" + upload(300) + "\"},\"processor\":{\"type\":\"http\",\"url\":"
                    + "\"http://127.0.0.1:" + endpoint.getAddress().getPort() + "/\",\"concurrency\":4}";
            String id = http.submit(spec + ",\"engine\":\"flink\"}");
            Answer paused = http.await(id, "PAUSED");
            assertThat(paused.text("/stateReason/code")).isEqualTo("NOT_AUTHORIZED");
            authorized.set(true);
            http.resume(id);
            assertThat(served).hasSize(300).containsKey("\"" + id + "-299\"");
            assertThat(served.values()).containsOnly(1);
            assertThat(http.results(id)).isEqualTo(http.results(http.complete(spec + "}")));
        } finally {
            endpoint.stop(0);
        }
    }

    @Test
    void an_input_that_has_changed_is_noticed() throws Exception {
        Path input = service.input("in.txt", "a\nb\nc\n".repeat(100));
        String id = http.submit("{\"input\":{\"path\":\"in.txt\"},\"batchSize\":10,\"commit\":\"each\","
                + "\"engine\":\"flink\",\"faults\":{\"itemDelayMillis\":10}}");
        awaitProcessed(id, 30);
        Files.writeString(input, "x\n");
        Answer failed = http.await(id, "FAILED");
        assertThat(failed.text("/stateReason/code")).isEqualTo("INPUT_CHANGED");
    }

    @Test
    void a_crash_that_is_asked_for_at_once_strikes_as_soon_as_the_cluster_works() {
        String id = http.submit("{\"input\":{\"fileId\":\"" + upload(400)
                + "\"},\"batchSize\":10,\"commit\":\"each\",\"engine\":\"flink\",\"faults\":{\"itemDelayMillis\":10}}");
        Await.until("the job is RUNNING", () -> http.job(id), job -> job.state().equals("RUNNING"));
        http.ask(id, "crash").is(202);
        http.await(id, "CRASHED");
    }

    @Test
    void a_job_that_is_cancelled_while_it_waits_leaves_nothing_for_a_cluster() {
        String id = http.submit("{\"input\":{\"fileId\":\"" + upload(400)
                + "\"},\"batchSize\":10,\"commit\":\"each\",\"engine\":\"flink\",\"faults\":{\"crashAfterItems\":50}}");
        http.await(id, "CRASHED");
        assertThat(ranges(id)).isDirectory();
        http.ask(id, "cancel").is(202);
        assertThat(http.job(id).state()).isEqualTo("CANCELLED");
        assertThat(ranges(id)).doesNotExist();
        assertThat(http.results(id)).hasLineCount(40);
    }

    @Test
    void a_process_of_a_cluster_is_killed_only_if_the_operator_allows_it() {
        String id = http.submit("{\"input\":{\"fileId\":\"" + upload(400)
                + "\"},\"batchSize\":10,\"engine\":\"flink\",\"faults\":{\"itemDelayMillis\":10}}");
        awaitProcessed(id, 0);
        http.post("/v1/jobs/" + id + "/crash", "{\"mode\":\"process\"}").isProblem(403, "forbidden");
        http.ask(id, "cancel").is(202);
        http.await(id, "CANCELLED");
    }
}
