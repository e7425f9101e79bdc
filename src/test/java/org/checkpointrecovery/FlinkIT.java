package org.checkpointrecovery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.checkpointrecovery.processor.plugin.PluginJar;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packed service and a cluster whose processes have nothing but Flink, killed one after the other. */
class FlinkIT {
    private static final int ITEMS = 1_000_000;
    private static final String SECRET = "Bearer 1cb9-only-the-taskmanagers-know";
    private static final int TASK_MANAGERS = 2;
    /** Many short ranges, so that Flink's checkpoints need not wait for long. */
    private static final String SLOW = "{\"input\":{\"path\":\"lines.txt\"},\"batchSize\":50,\"commit\":\"each\","
            + "\"faults\":{\"failItems\":[0,7999]%s},\"engine\":\"%s\"}";

    @TempDir
    private static Path directory;

    private static FlinkProcesses cluster;
    private static Map<String, String> plain;

    /** What those that run have. */
    private static Map<String, String> environment = Map.of();

    private PackedJar jar;
    private Service service;

    @BeforeAll
    static void startCluster() throws Exception {
        Path secrets = Files.writeString(directory.resolve("secrets-of-taskmanagers"), "CITY_TOKEN=" + SECRET + "\n");
        plain = Map.of("CHECKPOINT_RECOVERY_SECRETS_FILE", secrets.toString());
        Files.writeString(directory.resolve("secrets-of-the-service"), "CITY_TOKEN=another one\n");
        PluginJar.example(Files.createDirectory(directory.resolve("plugins")));
        writeLines(directory.resolve("million.txt"), ITEMS);
        writeLines(directory.resolve("lines.txt"), 8_000);
        cluster = FlinkProcesses.start(
                Files.createDirectory(directory.resolve("flink")),
                1,
                Map.of("heartbeat.interval", "1 s", "heartbeat.timeout", "6 s"));
        Leftovers.started(cluster::close);
    }

    @AfterAll
    static void stopCluster() throws Exception {
        cluster.close();
    }

    private static void writeLines(Path file, int count) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int i = 0; i < count; i++) {
                out.write(
                        "line " + i + (i % 5 == 0 ? " ñandú ßtraße" : " of plain words") + " x".repeat(i % 20) + "\n");
            }
        }
    }

    @BeforeEach
    void startService() throws Exception {
        startService(256);
    }

    private void startService(int parallelism) throws Exception {
        jar = PackedJar.serve(
                directory,
                "--flink-url",
                cluster.url().toString(),
                "--flink-parallelism",
                String.valueOf(parallelism),
                "--flink-allow-process-crash",
                "--secrets-file",
                directory.resolve("secrets-of-the-service").toString(),
                "--command",
                "upper=/usr/bin/tr,a-z,A-Z",
                "--plugins",
                directory.resolve("plugins").toString());
        service = new Service(jar.url());
    }

    @AfterEach
    void killService() {
        service.close();
        jar.close();
    }

    /** Has all that run, and those that are started later, be the same. */
    private static void haveTaskManagers(Map<String, String> wanted) throws Exception {
        if (!environment.equals(wanted)) {
            for (FlinkProcesses.TaskManager other : cluster.taskManagers()) {
                other.kill();
            }
            environment = wanted;
        }
        replaceTaskManagers();
        cluster.awaitFreeSlots(TASK_MANAGERS);
    }

    private static void replaceTaskManagers() throws Exception {
        for (int i = cluster.taskManagers().size(); i < TASK_MANAGERS; i++) {
            cluster.startTaskManager(environment);
        }
    }

    @Test
    void one_job_loses_a_task_manager_the_service_and_the_job_manager_and_its_results_are_exact() throws Exception {
        haveTaskManagers(plain);
        String spec = "{\"input\":{\"path\":\"million.txt\"},\"batchSize\":700,\"commit\":\"each\","
                + "\"faults\":{\"failItems\":[0,7,77777,500000,999999]},\"engine\":\"%s\"}";
        List<String> earlier = cluster.jobs();
        String id = service.submit(spec.formatted("flink"));
        await(id, new Progress(10));
        List<String> clusterJobs = cluster.jobs();
        assertThat(clusterJobs).hasSize(earlier.size() + 1);
        cluster.taskManagers().get(0).kill();
        replaceTaskManagers();
        Progress progress = new Progress(20);
        await(id, progress);
        assertThat(cluster.jobs()).isEqualTo(clusterJobs);

        killService();
        startService();
        service.await(id, job -> jar.log().contains("the cluster is already running submission 1"));
        progress = new Progress(40); // what was not committed yet may be forgotten with the service
        await(id, progress);
        assertThat(cluster.jobs()).isEqualTo(clusterJobs);

        cluster.killJobManager();
        cluster.startJobManager();
        JsonNode job = await(id, new Progress(100).notBelow(progress));
        assertThat(job.at("/outcome").textValue()).isEqualTo("PARTIAL");
        assertThat(cluster.jobs()).hasSize(1).doesNotContainAnyElementsOf(clusterJobs);

        String local = service.submit(spec.formatted("local").replace("\"commit\":\"each\",", ""));
        service.awaitState(local, "COMPLETED");
        assertSameOutputs(id, local);
    }

    private JsonNode await(String id, Progress progress) throws Exception {
        return service.await(id, progress::isReached);
    }

    /** How far a job is to get; it may not fall back on its way. */
    private static final class Progress {
        private final double percent;
        private double shown;

        Progress(double percent) {
            this.percent = percent;
        }

        Progress notBelow(Progress before) {
            shown = before.shown;
            return this;
        }

        boolean isReached(JsonNode job) {
            double now = job.at("/progress/percent").doubleValue();
            assertThat(now).as(job.toString()).isGreaterThanOrEqualTo(shown);
            shown = now;
            String state = job.get("state").textValue();
            if (percent == 100) {
                assertThat(state).as(job.toString()).isIn("RUNNING", "COMPLETED");
                return state.equals("COMPLETED");
            }
            assertThat(state).as(job.toString()).isIn("QUEUED", "RUNNING");
            return now >= percent;
        }
    }

    private void assertSameOutputs(String id, String local) {
        for (String kind : List.of("results", "errors")) {
            byte[] expected = output(local, kind);
            assertThat(expected).as(kind).isNotEmpty();
            assertThat(Arrays.mismatch(output(id, kind), expected))
                    .as("first byte of the " + kind + " that differs")
                    .isEqualTo(-1);
        }
    }

    private byte[] output(String id, String kind) {
        return service.http()
                .get("/v1/jobs/" + id + "/" + kind)
                .header("Accept-Encoding", "identity")
                .asBytes()
                .getBody();
    }

    @Test
    void a_crash_of_the_process_kills_a_task_manager_and_the_job_goes_on_with_its_replacement() throws Exception {
        haveTaskManagers(plain);
        String id = service.submit(SLOW.formatted(",\"itemDelayMillis\":1", "flink"));
        List<FlinkProcesses.TaskManager> before = cluster.taskManagers();
        await(id, new Progress(5));
        assertThat(service.post("/v1/jobs/" + id + "/crash", "{\"mode\":\"process\"}")
                        .getStatus())
                .isEqualTo(202);
        Process dead = firstToEnd(before);
        assertThat(dead.exitValue()).isEqualTo(PackedJar.KILLED);
        replaceTaskManagers();
        await(id, new Progress(100));
        assertThat(cluster.taskManagers()).hasSize(TASK_MANAGERS).containsAnyElementsOf(before);
        String local = service.submit(SLOW.formatted("", "local"));
        service.awaitState(local, "COMPLETED");
        assertSameOutputs(id, local);
    }

    @Test
    void a_job_takes_the_slots_of_a_task_manager_that_joins_and_goes_on_when_one_is_lost() throws Exception {
        haveTaskManagers(plain);
        cluster.taskManagers().get(0).kill();
        cluster.awaitFreeSlots(1);
        List<String> earlier = cluster.jobs();
        String id = service.submit(
                SLOW.formatted(",\"itemDelayMillis\":8", "flink").replaceFirst("\\{", "{\"results\":\"parts\","));
        Progress progress = new Progress(1);
        await(id, progress);
        cluster.awaitTasks(1);
        replaceTaskManagers();
        cluster.awaitTasks(2);
        cluster.taskManagers().get(0).kill();
        cluster.awaitTasks(1);
        replaceTaskManagers();
        await(id, new Progress(100).notBelow(progress));
        assertThat(cluster.jobs()).hasSize(earlier.size() + 1);
        String local = service.submit(SLOW.formatted("", "local"));
        service.awaitState(local, "COMPLETED");
        assertSameOutputs(id, local);
    }

    @Test
    void two_jobs_run_at_once_when_neither_may_take_all_slots() throws Exception {
        haveTaskManagers(plain);
        killService();
        startService(1);
        String first = service.submit(SLOW.formatted(",\"itemDelayMillis\":1", "flink"));
        String second = service.submit(SLOW.formatted(",\"itemDelayMillis\":1", "flink"));
        cluster.await("/overview", overview -> overview.path("slots-available").intValue() == 0);
        for (String id : List.of(first, second)) {
            await(id, new Progress(100));
        }
        assertSameOutputs(first, second);
    }

    private static Process firstToEnd(List<FlinkProcesses.TaskManager> taskManagers) throws Exception {
        var ends = taskManagers.stream()
                .map(taskManager -> taskManager.process().onExit())
                .toArray(java.util.concurrent.CompletableFuture[]::new);
        return (Process) java.util.concurrent.CompletableFuture.anyOf(ends).get(1, TimeUnit.MINUTES);
    }

    @Test
    void http_calls_are_made_by_task_managers_with_a_secret_that_nobody_else_is_told() throws Exception {
        haveTaskManagers(plain);
        int items = 60;
        try (Cities cities = new Cities()) {
            String id = service.submit("""
                    {"input":{"items":[%s]},"engine":"flink",
                     "processor":{"type":"http","url":"%s","concurrency":4,"timeoutMillis":600000,
                       "headers":{"Authorization":{"secret":"CITY_TOKEN"}}}}""".formatted("\"Oslo\",".repeat(items - 1) + "\"Oslo\"", cities.url()));
            assertThat(cities.called.await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(filesWith(SECRET)).isEmpty();
            assertThat(filesWith("CITY_TOKEN")).anyMatch(file -> file.endsWith("order.json"));
            String clusterJob = clusterJob();
            assertThat(answersAbout(clusterJob)).doesNotContain(SECRET);
            cities.open.countDown();
            JsonNode job = service.awaitState(id, "COMPLETED");
            assertThat(job.at("/outcome").textValue()).isEqualTo("SUCCEEDED");
            assertThat(cities.authorizations).hasSize(items).containsOnly(SECRET);
            assertThat(new String(output(id, "results"), UTF_8).lines()).hasSize(items);
            assertThat(answersAbout(clusterJob)).doesNotContain(SECRET);
        }
        assertThat(filesWith(SECRET)).isEmpty();
    }

    /** The job that the cluster works on. */
    private static String clusterJob() throws Exception {
        for (String job : cluster.jobs()) {
            if (cluster.text("/jobs/" + job).contains("\"state\":\"RUNNING\"")) {
                return job;
            }
        }
        throw new AssertionError("no job runs");
    }

    private static String answersAbout(String clusterJob) throws Exception {
        StringBuilder all = new StringBuilder();
        for (String path : List.of("", "/config", "/plan", "/accumulators", "/exceptions", "/checkpoints/config")) {
            String answer = cluster.text("/jobs/" + clusterJob + path);
            assertThat(answer).as(path).doesNotContain("\"errors\":[\"");
            all.append(answer);
        }
        for (String path : List.of("/jobmanager/config", "/jobmanager/environment", "/taskmanagers", "/jars")) {
            all.append(cluster.text(path));
        }
        return all.toString();
    }

    /** What the service and the cluster have written, logs among it, that has a text. */
    private static List<String> filesWith(String text) throws IOException {
        List<String> found = new ArrayList<>();
        List<Path> roots =
                List.of(directory.resolve("data"), directory.resolve("flink"), directory.resolve("stderr.log"));
        for (Path root : roots) {
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    if (new String(Files.readAllBytes(file), UTF_8).contains(text)) {
                        found.add(file.toString());
                    }
                }
            }
        }
        return found;
    }

    /** An endpoint that answers when it may. */
    private static final class Cities implements AutoCloseable {
        private final HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final ConcurrentLinkedQueue<String> authorizations = new ConcurrentLinkedQueue<>();
        private final CountDownLatch called = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        Cities() throws IOException {
            server.setExecutor(threads);
            server.createContext("/", this::answer);
            server.start();
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
        }

        private void answer(HttpExchange exchange) throws IOException {
            try (exchange) {
                called.countDown();
                open.await();
                @Nullable String authorization = exchange.getRequestHeaders().getFirst("Authorization");
                authorizations.add(String.valueOf(authorization));
                byte[] body = exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            server.stop(0);
            threads.shutdownNow();
        }
    }

    @Test
    void a_program_that_task_managers_do_not_have_pauses_the_job_and_one_that_they_have_is_run() throws Exception {
        haveTaskManagers(plain);
        String id = service.submit("""
                {"input":{"items":["one two","bob"]},"engine":"flink","processor":{"type":"command","name":"upper"}}""");
        JsonNode job = service.awaitState(id, "PAUSED");
        assertThat(job.at("/stateReason/code").textValue()).isEqualTo("PROCESSOR_UNAVAILABLE");
        assertThat(job.at("/stateReason/message").textValue()).contains("TaskManager", "upper", "resume");
        haveTaskManagers(Map.of("CHECKPOINT_RECOVERY_COMMAND", "upper=/usr/bin/tr,a-z,A-Z"));
        assertThat(service.post("/v1/jobs/" + id + "/resume", "").getStatus()).isEqualTo(202);
        service.awaitState(id, "COMPLETED");
        assertThat(new String(output(id, "results"), UTF_8)).isEqualTo("""
                {"index":0,"attempts":1,"output":"ONE TWO"}
                {"index":1,"attempts":1,"output":"BOB"}
                """);
    }

    @Test
    void a_plugin_of_the_service_works_in_task_managers_that_have_not_seen_it() throws Exception {
        replaceTaskManagers();
        String id = service.submit("""
                {"input":{"items":["one two","bob"]},"engine":"flink",
                 "processor":{"type":"plugin","name":"reverse","config":{"forbidden":"b"}}}""");
        service.awaitState(id, "COMPLETED");
        assertThat(new String(output(id, "results"), UTF_8)).isEqualTo("""
                {"index":0,"result":{"reversed":"owt eno"}}
                """);
        assertThat(new String(output(id, "errors"), UTF_8)).contains("\"index\":1", "bob");
    }
}
