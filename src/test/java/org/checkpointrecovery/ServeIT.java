package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kong.unirest.core.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service as its users start it, killed as theirs will be. */
class ServeIT {
    private static final int KILLS = 20;
    private static final String KEY = "Idempotency-Key";

    @TempDir
    Path directory;

    @Test
    void results_are_exact_when_the_service_is_killed_twenty_times_in_one_job() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed of the moments of death: " + seed);
        Random random = new Random(seed);
        int items = 3000;
        writeLines("lines.txt", items);
        String spec =
                "{\"input\":{\"path\":\"lines.txt\"},\"batchSize\":3,\"commit\":\"each\",\"faults\":{\"failItems\":[0,7,1500,2999]%s}}";
        byte[] expected;
        String id;
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            String clean = service.submit(spec.formatted(""));
            id = service.submit(spec.formatted(",\"itemDelayMillis\":4"));
            service.awaitState(clean, "COMPLETED");
            expected = service.results(clean);
        }
        long shown = 0;
        for (int kill = 1; kill < KILLS; kill++) { // the first one was the end of the block above
            try (PackedJar jar = PackedJar.serve(directory);
                    Service service = new Service(jar.url())) {
                long before = shown;
                JsonNode job = service.await(id, now -> processed(now) > before || isCompleted(now));
                assertThat(isCompleted(job)).as("the job lasts for all kills").isFalse();
                LockSupport.parkNanos(random.nextInt(300_000_000));
                job = service.job(id);
                assertThat(processed(job)).isGreaterThanOrEqualTo(shown);
                shown = processed(job);
            }
        }
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            JsonNode job = service.awaitState(id, "COMPLETED");
            assertThat(service.results(id)).isEqualTo(expected);
            assertThat(job.get("runs")).hasSize(KILLS + 1);
            assertThat(job.get("outcome").textValue()).isEqualTo("PARTIAL");
            for (int run = 1; run < job.get("runs").size(); run++) {
                assertThat(job.at("/runs/" + run + "/firstItem")).isEqualTo(job.at("/runs/" + (run - 1) + "/nextItem"));
            }
        }
    }

    @Test
    void a_crash_of_the_process_is_answered_first_and_the_next_start_goes_on() throws Exception {
        writeLines("lines.txt", 200);
        String id;
        try (PackedJar jar = PackedJar.serve(directory, "--allow-process-crash");
                Service service = new Service(jar.url())) {
            id = service.submit(
                    "{\"input\":{\"path\":\"lines.txt\"},\"batchSize\":5,\"faults\":{\"itemDelayMillis\":10}}");
            service.await(id, job -> processed(job) >= 10);
            HttpResponse<String> answer = service.post(
                    "/v1/jobs/" + id + "/crash", "{\"mode\":\"process\",\"point\":\"between-results-and-checkpoint\"}");
            assertThat(answer.getStatus()).isEqualTo(202);
            assertThat(Service.json(answer).get("id").textValue()).isEqualTo(id);
            assertThat(jar.exitCode()).isEqualTo(PackedJar.KILLED);
        }
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            JsonNode job = service.awaitState(id, "COMPLETED");
            assertThat(job.at("/runs/0/end").textValue()).isEqualTo("CRASHED");
            assertThat(job.at("/runs/0/reason/code").textValue()).isEqualTo("SERVICE_STOPPED_UNEXPECTEDLY");
            assertThat(job.at("/recovery/from").textValue()).isEqualTo("checkpoint");
            String clean = service.submit("{\"input\":{\"path\":\"lines.txt\"}}");
            service.awaitState(clean, "COMPLETED");
            assertThat(service.results(id)).isEqualTo(service.results(clean));
        }
    }

    @Test
    void an_orderly_stop_ends_the_batch_and_leaves_the_job_queued() throws Exception {
        writeLines("lines.txt", 100);
        String id;
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            id = service.submit(
                    "{\"input\":{\"path\":\"lines.txt\"},\"batchSize\":10,\"faults\":{\"itemDelayMillis\":20}}");
            service.await(id, job -> processed(job) >= 10);
            jar.terminate();
            assertThat(jar.exitCode()).isIn(0, 143);
            assertThat(jar.log()).contains("RUNNING -> QUEUED").contains("Stopped");
        }
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            JsonNode job = service.awaitState(id, "COMPLETED");
            assertThat(job.at("/runs/0/end").textValue()).isEqualTo("STOPPED");
            assertThat(job.at("/runs/0/nextItem").longValue() % 10).isZero();
            assertThat(job.at("/runs/1/firstItem")).isEqualTo(job.at("/runs/0/nextItem"));
        }
    }

    @Test
    void without_auto_resume_an_interrupted_job_stays_crashed_until_it_is_resumed() throws Exception {
        writeLines("lines.txt", 100);
        String id;
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            id = service.submit(
                    "{\"input\":{\"path\":\"lines.txt\"},\"batchSize\":10,\"faults\":{\"itemDelayMillis\":10}}");
            service.await(id, job -> processed(job) >= 10);
        }
        try (PackedJar jar = PackedJar.serve(directory, "--no-auto-resume");
                Service service = new Service(jar.url())) {
            JsonNode job = service.job(id);
            assertThat(job.get("state").textValue()).isEqualTo("CRASHED");
            assertThat(job.at("/stateReason/code").textValue()).isEqualTo("SERVICE_STOPPED_UNEXPECTEDLY");
            assertThat(service.post("/v1/jobs/" + id + "/resume", "{}").getStatus())
                    .isEqualTo(202);
            service.awaitState(id, "COMPLETED");
        }
    }

    @Test
    void a_key_is_known_after_the_service_was_killed() throws Exception {
        String body = "{\"input\":{\"items\":[\"a\"]}}";
        String id;
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            HttpResponse<String> first = submitWithKey(service, body);
            assertThat(first.getStatus()).isEqualTo(201);
            id = Service.json(first).get("id").textValue();
        }
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            HttpResponse<String> again = submitWithKey(service, body);
            assertThat(again.getStatus()).isEqualTo(201);
            assertThat(again.getHeaders().getFirst("Idempotency-Replayed")).isEqualTo("true");
            assertThat(Service.json(again).get("id").textValue()).isEqualTo(id);
            assertThat(submitWithKey(service, "{\"input\":{\"items\":[\"b\"]}}").getStatus())
                    .isEqualTo(422);
        }
    }

    private static HttpResponse<String> submitWithKey(Service service, String body) {
        return service.http()
                .post("/v1/jobs")
                .header(KEY, "\"the key\"".replace(' ', '-'))
                .contentType("application/json")
                .body(body)
                .asString();
    }

    @Test
    void a_second_service_on_the_same_data_does_not_start() throws Exception {
        try (PackedJar jar = PackedJar.serve(directory)) {
            jar.url();
            try (PackedJar second = PackedJar.serve(directory)) {
                assertThat(second.exitCode()).isEqualTo(1);
                assertThat(second.output()).isEmpty();
                assertThat(second.log())
                        .contains("is in use by another service. Nothing was changed. Stop that service, or use another"
                                + " directory with --data.")
                        .doesNotContain("\tat ");
            }
            assertThat(jar.isAlive()).isTrue();
        }
    }

    @Test
    void a_service_whose_port_is_taken_does_not_start() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                PackedJar jar = PackedJar.start(
                        directory,
                        "serve",
                        "--port",
                        String.valueOf(taken.getLocalPort()),
                        "--data",
                        directory.resolve("data").toString())) {
            assertThat(jar.exitCode()).isEqualTo(1);
            assertThat(jar.log().lines().filter(line -> !line.contains(" INFO ")))
                    .singleElement()
                    .asString()
                    .contains("Cannot listen on 127.0.0.1:" + taken.getLocalPort(), "--port")
                    .doesNotContain("try again");
        }
    }

    @Test
    void options_that_cannot_be_used_are_all_named() throws Exception {
        try (PackedJar jar = PackedJar.start(
                directory, "serve", "--port", "70000", "--workers", "0", "--host", "0.0.0.0", "--max-upload", "1X")) {
            assertThat(jar.exitCode()).isEqualTo(2);
            assertThat(jar.log().lines())
                    .hasSize(4)
                    .anyMatch(line -> line.contains("--port") && line.contains("70000"))
                    .anyMatch(line -> line.contains("--workers"))
                    .anyMatch(line -> line.contains("--token-file"))
                    .anyMatch(line -> line.contains("--max-upload") && line.contains("1X"));
        }
    }

    @Test
    void an_unknown_option_ends_the_start() throws Exception {
        try (PackedJar jar = PackedJar.start(directory, "serve", "--prot", "1")) {
            assertThat(jar.exitCode()).isEqualTo(2);
            assertThat(jar.log()).contains("Unknown option: --prot. Did you mean: --port?");
        }
    }

    @Test
    void options_also_come_from_the_environment() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), "0123456789abcdef\n");
        Map<String, String> environment = Map.of(
                "CHECKPOINT_RECOVERY_PORT",
                "0",
                "CHECKPOINT_RECOVERY_DATA",
                directory.resolve("elsewhere").toString(),
                "CHECKPOINT_RECOVERY_TOKEN_FILE",
                token.toString(),
                "CHECKPOINT_RECOVERY_NO_FAULTS",
                "true");
        try (PackedJar jar = PackedJar.start(directory, List.of(), environment, "serve");
                Service service = new Service(jar.url())) {
            assertThat(service.http().get("/v1/jobs").asString().getStatus()).isEqualTo(401);
            service.http().config().setDefaultHeader("Authorization", "Bearer 0123456789abcdef");
            assertThat(service.http().get("/v1/jobs").asString().getStatus()).isEqualTo(200);
            assertThat(service.post("/v1/jobs", "{\"input\":{\"items\":[]},\"faults\":{}}")
                            .getStatus())
                    .isEqualTo(422);
            assertThat(directory.resolve("elsewhere").resolve("lock")).exists();
            assertThat(jar.log()).contains("tokens=[admin (admin)]").doesNotContain("0123456789abcdef");
        }
    }

    private void writeLines(String name, int count) throws IOException {
        String lines = IntStream.range(0, count)
                .mapToObj(i -> "line " + i + (i % 5 == 0 ? " ñandú ßtraße" : " of plain words"))
                .collect(Collectors.joining("\n"));
        Files.writeString(directory.resolve(name), lines);
    }

    private static long processed(JsonNode job) {
        return job.at("/progress/processedItems").longValue();
    }

    private static boolean isCompleted(JsonNode job) {
        return job.get("state").textValue().equals("COMPLETED");
    }

    @Test
    void wrong_tokens_are_one_line_in_the_log() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), "correct-horse-battery-staple");
        try (PackedJar jar = PackedJar.serve(directory, "--token-file", token.toString());
                Service service = new Service(jar.url())) {
            for (int i = 0; i < 7; i++) {
                assertThat(service.http()
                                .get("/v1/jobs")
                                .header("Authorization", "Bearer guess " + i)
                                .asString()
                                .getStatus())
                        .isEqualTo(401);
            }
            jar.terminate();
            assertThat(jar.exitCode()).isIn(0, 143);
            assertThat(jar.log().lines().filter(line -> line.contains("had a wrong token")))
                    .hasSize(1)
                    .first()
                    .asString()
                    .contains("7 requests from 127.0.0.1");
            assertThat(jar.log()).doesNotContain("guess ");
        }
    }

    @Test
    void the_log_tells_who_requested_what_and_which_tokens_are_used() throws Exception {
        String ci = "bring-work-and-steer-it";
        String ops = "do-whatever-is-needed";
        Path tokens = Files.writeString(directory.resolve("tokens"), "ci:submit:" + ci + "\nops:admin:" + ops + "\n");
        try (PackedJar jar = PackedJar.serve(directory, "--token-file", tokens.toString());
                Service service = new Service(jar.url())) {
            service.http().config().setDefaultHeader("Authorization", "Bearer " + ci);
            String id = service.submit("{\"input\":{\"items\":[\"a\"]},\"start\":false}");
            String job = "/v1/jobs/" + id;
            assertThat(service.http().delete(job).asString().getStatus()).isEqualTo(403);
            assertThat(service.post(job + "/cancel", "{}").getStatus()).isEqualTo(202);
            assertThat(service.post(job + "/cancel", "{}").getStatus()).isEqualTo(200);
            Files.writeString(tokens, "ci:boss:" + ci);
            Await.until("the log tells of a broken file", () -> jar.log().contains("the role of ci must be one of"));
            assertThat(service.job(id).get("submittedBy").textValue()).isEqualTo("ci");
            Files.writeString(tokens, "ops:admin:" + ops);
            Await.until("the log tells of the new tokens", () -> jar.log().contains("Reloaded --token-file"));
            service.http().config().setDefaultHeader("Authorization", "Bearer " + ops);
            assertThat(service.http().delete(job).asString().getStatus()).isEqualTo(204);
            jar.terminate();
            assertThat(jar.exitCode()).isIn(0, 143);
            assertThat(jar.log())
                    .contains("tokens=[ci (submit), ops (admin)]")
                    .contains("Job " + id + ": submitted by ci, CREATED")
                    .containsOnlyOnce("Job " + id + ": cancel requested by ci")
                    .containsOnlyOnce("Job " + id + ": delete requested by ops")
                    .containsOnlyOnce("The service keeps using what it has read before: [ci (submit), ops (admin)]")
                    .doesNotContain(ci, ops);
        }
    }
}
