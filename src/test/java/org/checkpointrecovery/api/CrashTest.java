package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.processor.PlainTextStats;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Crashes on purpose, at every point, and what is there after the job was resumed. */
class CrashTest {
    private static final List<String> POINTS = List.of(
            "processing",
            "before-commit",
            "between-results-and-checkpoint",
            "torn-results",
            "torn-checkpoint",
            "corrupt-checkpoint");
    private static final List<String> ITEMS = List.of(
            "The quick brown fox", "zwei", "drei Wörter hier", "日本語", "five", "six", "seven", "eight", "nine", "ten");

    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;

    @BeforeAll
    static void startService() {
        service = TestServer.in(directory).allowProcessCrash().start();
        http = service.client();
        service.input("ten.txt", String.join("\n", ITEMS) + "\n");
    }

    @AfterEach
    void endAllJobs() {
        service.cancelAll();
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    private static String expected(Long... failed) {
        return IntStream.range(0, ITEMS.size())
                .filter(index -> !List.of(failed).contains((long) index))
                .mapToObj(index -> PlainTextStats.of(index, ITEMS.get(index)) + "\n")
                .collect(Collectors.joining());
    }

    private static String spec(int batchSize, String options, String faults) {
        return "{\"input\":{\"path\":\"ten.txt\"},\"batchSize\":" + batchSize + options + ",\"faults\":{" + faults
                + "}}";
    }

    static Stream<Arguments> everyPointAndWayToWork() {
        return POINTS.stream()
                .flatMap(point -> Stream.of(
                                "",
                                ",\"commit\":\"each\"",
                                ",\"parallelism\":4",
                                ",\"commit\":\"each\",\"parallelism\":2")
                        .map(options -> Arguments.of(point, options)));
    }

    @ParameterizedTest(name = "{0}{1}")
    @MethodSource("everyPointAndWayToWork")
    void a_crash_at_the_seventh_of_ten_items_leaves_60_percent_and_resume_makes_the_rest(String point, String options)
            throws IOException {
        boolean corrupt = point.equals("corrupt-checkpoint");
        String id = http.submit(spec(3, options, "\"crashAfterItems\":7,\"crashPoint\":\"" + point + "\""));
        Answer crashed = http.await(id, "CRASHED");

        long committed = corrupt ? 9 : 6;
        JsonNode progress = http.get("/v1/jobs/" + id + "/progress").is(200).json();
        assertThat(progress).isEqualTo(crashed.at("/progress"));
        assertThat(progress.path("totalItems").asLong()).isEqualTo(10);
        assertThat(progress.path("processedItems").asLong()).isEqualTo(committed);
        assertThat(progress.path("percent").asText()).isEqualTo(corrupt ? "90.0" : "60.0");
        assertThat(progress.path("etaSeconds").isNull()).isTrue();
        assertThat(crashed.text("/stateReason/code")).isEqualTo("SIMULATED_CRASH");
        assertThat(crashed.at("/runs/0/reason")).isEqualTo(crashed.at("/stateReason"));
        assertThat(crashed.text("/runs/0/end")).isEqualTo("CRASHED");
        assertThat(crashed.number("/runs/0/nextItem")).isEqualTo(committed);
        assertThat(crashed.texts("/allowedActions")).containsExactlyInAnyOrder("resume", "cancel", "delete");
        checkWhatTheCrashLeft(id, point, committed);

        Answer completed = http.resume(id);
        assertThat(http.results(id)).isEqualTo(expected());
        assertThat(Files.readString(service.jobFile(id, "results.jsonl"))).isEqualTo(expected());
        assertThat(completed.text("/outcome")).isEqualTo("SUCCEEDED");
        assertThat(completed.text("/progress/percent")).isEqualTo("100.0");
        assertThat(completed.at("/runs")).hasSize(2);
        assertThat(completed.number("/runs/1/firstItem")).isEqualTo(6);
        assertThat(completed.number("/runs/1/nextItem")).isEqualTo(10);
        assertThat(completed.number("/recovery/item")).isEqualTo(6);
        assertThat(completed.text("/recovery/from")).isEqualTo(corrupt ? "previous-checkpoint" : "checkpoint");
        if (corrupt) {
            assertThat(completed.text("/recovery/reason/code")).isEqualTo("CHECKPOINT_DAMAGED");
            assertThat(service.names("jobs/" + id)).anyMatch(name -> name.contains("damaged"));
        }
        http.get("/v1/jobs/" + id + "/checkpoint").isProblem(404, "not-found");
    }

    /** Something that resume has to repair, and that no client sees. */
    private static void checkWhatTheCrashLeft(String id, String point, long committed) throws IOException {
        Answer checkpoint = http.get("/v1/jobs/" + id + "/checkpoint");
        if (point.equals("corrupt-checkpoint")) {
            assertThat(checkpoint.isProblem(404, "not-found").text("/detail")).contains("damaged");
        } else {
            assertThat(checkpoint.is(200).number("/nextItem")).isEqualTo(committed);
            assertThat(checkpoint.number("/run")).isEqualTo(1);
            assertThat(checkpoint.text("/jobId")).isEqualTo(id);
            assertThat(checkpoint.bytes()).isEqualTo(Files.readAllBytes(service.jobFile(id, "checkpoint.json")));
            assertThat(checkpoint.number("/inputBytes"))
                    .isEqualTo(String.join("\n", ITEMS.subList(0, 6)).getBytes(UTF_8).length + 1);
        }
        String shown = http.results(id);
        assertThat(expected()).startsWith(shown);
        assertThat(shown.lines().count()).isEqualTo(committed);
        String onDisk = Files.readString(service.jobFile(id, "results.jsonl"));
        switch (point) {
            case "processing", "before-commit", "corrupt-checkpoint" ->
                assertThat(onDisk).isEqualTo(shown);
            case "between-results-and-checkpoint", "torn-checkpoint" -> {
                assertThat(onDisk.lines().count()).isEqualTo(9);
                assertThat(expected()).startsWith(onDisk);
            }
            case "torn-results" -> {
                assertThat(onDisk).doesNotEndWith("\n").hasSizeGreaterThan(shown.length());
                assertThat(expected()).startsWith(onDisk);
            }
            default -> throw new AssertionError(point);
        }
        assertThat(Files.exists(service.jobFile(id, "checkpoint.json.tmp"))).isEqualTo(point.equals("torn-checkpoint"));
    }

    @ParameterizedTest
    @MethodSource("everyPoint")
    void the_checkpoint_stands_before_the_batch_that_holds_the_item_whichever_item_it_is(String point) {
        for (int crashAfter = 1; crashAfter <= 10; crashAfter++) {
            String id =
                    http.submit(spec(3, "", "\"crashAfterItems\":" + crashAfter + ",\"crashPoint\":\"" + point + "\""));
            Answer crashed = http.await(id, "CRASHED");
            long before = (crashAfter - 1L) / 3 * 3;
            boolean corrupt = point.equals("corrupt-checkpoint");
            assertThat(crashed.number("/progress/processedItems"))
                    .as("after %d", crashAfter)
                    .isEqualTo(corrupt ? Math.min(10, before + 3) : before);
            assertThat(crashed.at("/progress/percent").decimalValue()).isLessThan(BigDecimal.valueOf(100));
            if (!corrupt) {
                http.get("/v1/jobs/" + id + "/checkpoint").is(before == 0 ? 404 : 200);
            }
            Answer completed = http.resume(id);
            assertThat(completed.number("/runs/1/firstItem")).isEqualTo(before);
            assertThat(completed.text("/recovery/from"))
                    .isEqualTo(before == 0 ? "beginning" : corrupt ? "previous-checkpoint" : "checkpoint");
            assertThat(completed.at("/recovery/reason").isNull()).isEqualTo(!corrupt);
            assertThat(http.results(id)).isEqualTo(expected());
        }
    }

    static Stream<String> everyPoint() {
        return POINTS.stream();
    }

    @ParameterizedTest
    @MethodSource("everyPoint")
    void beyond_the_last_item_no_crash_comes(String point) {
        String id = http.complete(spec(3, "", "\"crashAfterItems\":11,\"crashPoint\":\"" + point + "\""));
        assertThat(http.job(id).at("/runs")).hasSize(1);
        assertThat(http.results(id)).isEqualTo(expected());
    }

    @ParameterizedTest
    @MethodSource("everyPoint")
    void failed_items_count_and_are_in_the_errors_once(String point) {
        String faults = "\"failItems\":[1,7,9],\"crashAfterItems\":8,\"crashPoint\":\"" + point + "\"";
        String id = http.submit(spec(2, "", faults));
        Answer crashed = http.await(id, "CRASHED");
        boolean corrupt = point.equals("corrupt-checkpoint");
        assertThat(crashed.number("/progress/processedItems")).isEqualTo(corrupt ? 8 : 6);
        assertThat(crashed.number("/progress/failedItems")).isEqualTo(corrupt ? 2 : 1);
        assertThat(http.errors(id).lines()).hasSize(corrupt ? 2 : 1);
        Answer completed = http.resume(id);
        assertThat(completed.text("/outcome")).isEqualTo("PARTIAL");
        assertThat(http.results(id)).isEqualTo(expected(1L, 7L, 9L));
        String clean = http.complete(spec(2, "", "\"failItems\":[1,7,9]"));
        assertThat(http.errors(id)).isEqualTo(http.errors(clean));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"commit\":\"each\",\"parallelism\":2"})
    void a_crash_that_a_request_orders_does_not_wait_for_the_item_in_work(String options) {
        String id = http.submit(spec(3, options, "\"itemDelayMillis\":60000"));
        http.await(id, "RUNNING");
        Answer ordered = http.ask(id, "crash");
        assertThat(ordered.is(202).texts("/allowedActions")).containsExactlyInAnyOrder("pause", "cancel", "crash");
        Answer crashed = http.await(id, "CRASHED");
        assertThat(crashed.number("/progress/processedItems")).isZero();
        assertThat(crashed.text("/progress/percent")).isEqualTo("0.0");
        assertThat(http.ask(id, "crash").is(200).state()).isEqualTo("CRASHED");
    }

    @ParameterizedTest
    @MethodSource("everyPoint")
    void a_crash_that_a_request_orders_strikes_the_batch_of_the_item_that_it_counts_to(String point) {
        String id = http.submit(spec(2, ",\"commit\":\"each\"", "\"itemDelayMillis\":10"));
        http.await(id, "RUNNING");
        http.post("/v1/jobs/" + id + "/crash", "{\"point\":\"" + point + "\",\"afterItems\":3}")
                .is(202);
        Answer crashed = http.await(id, "CRASHED");
        assertThat(crashed.number("/progress/processedItems")).isEven().isLessThan(10);
        assertThat(crashed.text("/stateReason/message")).contains(point);
        Answer completed = http.resume(id);
        assertThat(completed.at("/runs")).hasSize(2);
        assertThat(http.results(id)).isEqualTo(expected());
    }

    @Test
    void a_job_can_be_crashed_in_run_after_run_and_its_progress_never_falls() {
        String id = http.submit(spec(1, ",\"commit\":\"each\"", "\"crashAfterItems\":1,\"itemDelayMillis\":5"));
        long last = 0;
        int crashes = 0;
        while (true) {
            Answer job = Await.until(
                    "the run ended",
                    () -> http.job(id),
                    seen -> !List.of("QUEUED", "RUNNING").contains(seen.state()));
            long processed = job.number("/progress/processedItems");
            assertThat(processed).isGreaterThanOrEqualTo(last);
            last = processed;
            if (job.state().equals("COMPLETED")) {
                break;
            }
            crashes++;
            String point = POINTS.get(crashes % (POINTS.size() - 1));
            http.ask(id, "resume").is(202);
            // Refused if the job is not RUNNING yet, or no more.
            Await.until("it runs", () -> http.job(id).state(), state -> !state.equals("QUEUED"));
            http.post("/v1/jobs/" + id + "/crash", "{\"point\":\"" + point + "\",\"afterItems\":2}");
        }
        assertThat(crashes).isGreaterThan(2);
        Answer job = http.job(id);
        assertThat(job.at("/runs")).hasSize(crashes + 1);
        for (int run = 1; run <= crashes; run++) {
            assertThat(job.number("/runs/" + run + "/firstItem"))
                    .isEqualTo(job.number("/runs/" + (run - 1) + "/nextItem"));
        }
        assertThat(http.results(id)).isEqualTo(expected());
    }

    @Test
    void a_crash_of_the_process_is_answered_before_the_process_halts() {
        String id = http.submit(spec(3, "", "\"itemDelayMillis\":60000"));
        http.await(id, "RUNNING");
        Answer ordered = http.post("/v1/jobs/" + id + "/crash", "{\"mode\":\"process\"}");
        assertThat(ordered.is(202).id()).isEqualTo(id);
        Await.until("the process halts", service::halts, halts -> halts == 1);
    }

    @Test
    void a_crash_of_the_process_has_to_be_allowed(@TempDir Path other) {
        try (TestServer careful = TestServer.in(other).start()) {
            careful.input("ten.txt", String.join("\n", ITEMS));
            ServiceClient client = careful.client();
            String id = client.submit(spec(3, "", "\"itemDelayMillis\":60000"));
            client.await(id, "RUNNING");
            client.post("/v1/jobs/" + id + "/crash", "{\"mode\":\"process\"}").isProblem(403, "forbidden");
            assertThat(client.job(id).state()).isEqualTo("RUNNING");
            assertThat(careful.halts()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"mode\":\"machine\"} /mode",
                "{\"mode\":null} /mode",
                "{\"point\":\"later\"} /point",
                "{\"point\":null} /point",
                "{\"afterItems\":-1} /afterItems",
                "{\"afterItems\":\"1\"} /afterItems",
                "{\"afterItems\":null} /afterItems",
                "{\"when\":1} /when"
            })
    void an_order_that_is_not_understood_is_a_422(String bodyAndField) {
        String[] parts = bodyAndField.split(" ", 2);
        String id = http.submit(spec(3, "", "\"itemDelayMillis\":60000"));
        http.await(id, "RUNNING");
        http.post("/v1/jobs/" + id + "/crash", parts[0]).isInvalid(parts[1]);
        assertThat(http.job(id).state()).isEqualTo("RUNNING");
    }

    @Test
    void without_faults_there_are_no_crashes_and_no_job_offers_them(@TempDir Path other) {
        MoodyDisk disk = new MoodyDisk();
        try (TestServer serious = TestServer.in(other).noFaults().disk(disk).start()) {
            ServiceClient client = serious.client();
            client.post("/v1/jobs", "{\"input\":{\"items\":[]},\"faults\":{}}").isInvalid("/faults");
            client.post("/v1/jobs", "{\"input\":{\"items\":[]},\"faults\":{\"crashAfterItems\":0}}")
                    .isInvalid("/faults", "/faults/crashAfterItems");
            client.complete("{\"input\":{\"items\":[]},\"faults\":null}");
            disk.holdResults();
            String id = client.submit("{\"input\":{\"items\":[\"a\"]}}");
            disk.awaitHeldResults();
            client.ask(id, "crash").isProblem(403, "forbidden");
            client.post("/v1/jobs/" + id + "/crash", "{\"point\":\"x\"}").isInvalid("/point");
            assertThat(client.job(id).texts("/allowedActions")).containsExactlyInAnyOrder("pause", "cancel");
            client.delete("/v1/jobs/" + id).isConflict("RUNNING", "pause", "cancel");
            disk.releaseResults();
            assertThat(client.await(id, "COMPLETED").at("/runs")).hasSize(1);
        }
    }
}
