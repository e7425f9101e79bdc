package org.checkpointrecovery.engine.flink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.engine.ClusterOverview;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of a JobManager, and what is made of its answers. */
class RestClusterTest {
    private static final Cluster.Submission SUBMISSION = new Cluster.Submission(
            "0123456789abcdef0123456789abcdef",
            "id_job.jar",
            "a.B",
            List.of("/a b", "2"),
            3,
            Map.of("pipeline.name", "x"));

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final RestCluster cluster;
    private final List<String> requests = new ArrayList<>();
    private final List<String> bodies = new ArrayList<>();
    private int status = 200;
    private String answer = "{}";
    private @Nullable CountDownLatch held;

    RestClusterTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
        cluster = new RestCluster(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/flink"));
    }

    private void handle(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        bodies.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
        if (held != null) {
            try {
                held.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
        byte[] bytes = answer.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @AfterEach
    void stop() {
        cluster.close();
        server.stop(0);
        threads.shutdownNow();
    }

    private void answers(int newStatus, String newAnswer) {
        status = newStatus;
        answer = newAnswer;
    }

    private static String errors(String... errors) {
        return new JsonMapper()
                .createObjectNode()
                .set("errors", new JsonMapper().valueToTree(errors))
                .toString();
    }

    @Test
    void task_managers_and_slots_are_told() throws Exception {
        answers(200, "{\"taskmanagers\":2,\"slots-total\":4,\"slots-available\":1}");
        assertThat(cluster.overview()).isEqualTo(new ClusterOverview(2, 4, 1));
        assertThat(requests).containsExactly("GET /flink/overview");
    }

    @ParameterizedTest
    @CsvSource({
        "jobmanager.scheduler, adaptive, true",
        "jobmanager.scheduler, Adaptive, true",
        "jobmanager.scheduler, default, false",
        "jobmanager.scheduler, AdaptiveBatch, false",
        "jobmanager.rpc.port, adaptive, false"
    })
    void the_scheduler_is_told_by_the_configuration(String key, String value, boolean adaptive) throws Exception {
        answers(200, "[{\"key\":\"a\",\"value\":\"b\"},{\"key\":\"" + key + "\",\"value\":\"" + value + "\"}]");
        assertThat(cluster.isAdaptive()).isEqualTo(adaptive);
        assertThat(requests).containsExactly("GET /flink/jobmanager/config");
    }

    @Test
    void a_jar_is_found_by_its_name() throws Exception {
        answers(200, "{\"files\":[{\"id\":\"1_a.jar\",\"name\":\"a.jar\"},{\"id\":\"2_b.jar\",\"name\":\"b.jar\"}]}");
        assertThat(cluster.jar("b.jar")).contains("2_b.jar");
        assertThat(cluster.jar("c.jar")).isEmpty();
    }

    @Test
    void the_jars_of_other_releases_are_deleted_and_no_others() throws Exception {
        answers(
                200,
                "{\"files\":[{\"id\":\"1\",\"name\":\"checkpoint-recovery-job-1.jar\"},{\"id\":\"2\",\"name\":"
                        + "\"checkpoint-recovery-job-2.jar\"},{\"id\":\"3\",\"name\":\"of-others.jar\"}]}");
        assertThat(cluster.jar("checkpoint-recovery-job-2.jar")).contains("2");
        assertThat(requests).containsExactly("GET /flink/jars", "DELETE /flink/jars/1");
    }

    @Test
    void a_jar_is_uploaded_as_a_form() throws Exception {
        answers(200, "{\"filename\":\"/tmp/flink-web-upload/uuid_a.jar\",\"status\":\"success\"}");
        assertThat(cluster.upload("a.jar", "content".getBytes(UTF_8), () -> false))
                .isEqualTo("uuid_a.jar");
        assertThat(requests).containsExactly("POST /flink/jars/upload");
        assertThat(bodies.get(0))
                .contains(
                        "name=\"jarfile\"",
                        "filename=\"a.jar\"",
                        "Content-Type: application/x-java-archive",
                        "\r\n\r\ncontent\r\n--");
    }

    @Test
    void a_job_is_run_with_an_id_of_ours() throws Exception {
        answers(200, "{\"jobid\":\"x\"}");
        cluster.run(SUBMISSION, () -> false);
        assertThat(requests).containsExactly("POST /flink/jars/id_job.jar/run");
        JsonNode body = new JsonMapper().readTree(bodies.get(0));
        assertThat(body.path("jobId").textValue()).isEqualTo(SUBMISSION.job());
        assertThat(body.at("/programArgsList/0").textValue()).isEqualTo("/a b");
        assertThat(body.path("parallelism").intValue()).isEqualTo(3);
        assertThat(body.has("savepointPath")).isFalse();
        assertThat(body.at("/flinkConfiguration/pipeline.name").textValue()).isEqualTo("x");
    }

    @Test
    void a_submission_that_is_repeated_is_done() throws Exception {
        answers(400, errors("Internal", "org.apache.flink.x.DuplicateApplicationSubmissionException: known"));
        cluster.run(SUBMISSION, () -> false);
    }

    @Test
    void a_submission_that_is_refused_says_why() {
        answers(400, errors("Bad request.", "a.B: outer\n\tat c\nCaused by: d.E: the jar is gone\n\tat f"));
        assertThatThrownBy(() -> cluster.run(SUBMISSION, () -> false))
                .isInstanceOf(ClusterException.class)
                .hasMessage("it answered 400: Bad request. d.E: the jar is gone");
    }

    @Test
    void an_answer_that_is_not_waited_for_any_longer_is_given_up_at_once() {
        held = new CountDownLatch(1);
        AtomicBoolean givenUp = new AtomicBoolean();
        threads.execute(() -> {
            Await.until("the request is there", () -> !requests.isEmpty());
            givenUp.set(true);
        });
        assertThatThrownBy(() -> cluster.run(SUBMISSION, givenUp::get))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("cancelled before the answer came");
        held.countDown();
    }

    @Test
    void a_cluster_that_is_closed_waits_for_nothing() throws Exception {
        held = new CountDownLatch(1);
        var call = threads.submit(() -> cluster.overview());
        Await.until("the request is there", () -> !requests.isEmpty());
        cluster.close();
        assertThatThrownBy(call::get).hasCauseInstanceOf(ClusterException.class);
        held.countDown();
    }

    @ParameterizedTest
    @CsvSource({
        "INITIALIZING,ACTIVE",
        "CREATED,ACTIVE",
        "RUNNING,ACTIVE",
        "RESTARTING,ACTIVE",
        "SUSPENDED,ACTIVE",
        "RECONCILING,ACTIVE",
        "FAILING,ENDING",
        "CANCELLING,ENDING",
        "FINISHED,FINISHED",
        "FAILED,FAILED",
        "CANCELED,CANCELED"
    })
    void every_state_of_a_job_is_known(String theirs, Cluster.State ours) throws Exception {
        answers(200, "{\"jid\":\"x\",\"state\":\"" + theirs + "\"}");
        assertThat(cluster.state("x").map(Cluster.Activity::state)).contains(ours);
        assertThat(requests).containsExactly("GET /flink/jobs/x");
    }

    @Test
    void the_tasks_of_all_vertices_are_counted() throws Exception {
        answers(
                200,
                "{\"state\":\"RUNNING\",\"vertices\":["
                        + "{\"tasks\":{\"CREATED\":0,\"SCHEDULED\":2,\"DEPLOYING\":1,\"RUNNING\":3,\"FINISHED\":1}},"
                        + "{\"tasks\":{\"RUNNING\":1,\"FAILED\":1}},{}]}");
        assertThat(cluster.state("x").map(Cluster.Activity::tasks)).contains(new Cluster.Tasks(9, 4, 1));
        answers(200, "{\"state\":\"INITIALIZING\",\"vertices\":[]}");
        assertThat(cluster.state("x").map(Cluster.Activity::tasks)).contains(new Cluster.Tasks(0, 0, 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "[]", "null", "{\"state\":\"\"}", "{\"state\":\"GREEN\"}", "7", "", "<html>", "{\"state\""
            })
    void what_is_no_state_of_a_job_is_no_answer(String text) {
        answers(200, text);
        assertThatThrownBy(() -> cluster.state("x"))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("is this the REST API of a JobManager?");
    }

    @Test
    void a_job_that_is_not_known_has_nothing() throws Exception {
        answers(404, errors("org.apache.flink.runtime.messages.FlinkJobNotFoundException: x"));
        assertThat(cluster.state("x")).isEmpty();
        assertThat(cluster.rootCause("x")).isEmpty();
        cluster.cancel("x");
    }

    @Test
    void a_job_that_has_ended_is_not_cancelled() throws Exception {
        answers(409, errors("it is not running"));
        cluster.cancel("x");
        assertThat(requests).containsExactly("PATCH /flink/jobs/x?mode=cancel");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 403, 500, 503})
    void any_other_answer_is_an_error_with_its_status(int newStatus) {
        answers(newStatus, errors("Internal server error."));
        List<org.assertj.core.api.ThrowableAssert.ThrowingCallable> calls = List.of(
                cluster::overview,
                cluster::isAdaptive,
                () -> cluster.jar("a"),
                () -> cluster.upload("a", new byte[1], () -> false),
                () -> cluster.run(SUBMISSION, () -> false),
                () -> cluster.state("x"),
                () -> cluster.rootCause("x"),
                () -> cluster.cancel("x"));
        for (var call : calls) {
            assertThatThrownBy(call)
                    .isInstanceOf(ClusterException.class)
                    .hasMessage("it answered " + newStatus + ": Internal server error.");
        }
    }

    @Test
    void nobody_there_is_no_answer() {
        server.stop(0);
        assertThatThrownBy(cluster::overview)
                .isInstanceOf(ClusterException.class)
                .hasMessageContainingAll("GET http://127.0.0.1:", "/flink/overview", "refused");
    }

    @Test
    void the_newest_failure_is_the_cause() throws Exception {
        answers(
                200,
                "{\"exceptionHistory\":{\"entries\":[{\"stacktrace\":\"a.B: c\\n\\tat d\"},{\"stacktrace\":\"old\"}]}}");
        assertThat(cluster.rootCause("x")).contains("a.B: c");
        answers(200, "{\"exceptionHistory\":{\"entries\":[]}}");
        assertThat(cluster.rootCause("x")).isEmpty();
    }
}
