package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.checkpointrecovery.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs on a cluster: what it makes of them is byte for byte what the service itself does. */
class FlinkEngineTest extends OnCluster {
    /** A job whose ranges are many, and take some time. */
    private static String slow(String file, int millis) {
        return spec(
                file,
                ",\"batchSize\":10,\"commit\":\"each\",\"faults\":{\"itemDelayMillis\":" + millis
                        + ",\"failItems\":[4,33,150]}");
    }

    private void isAsLocal(String id, String spec) {
        String local = http.complete(spec + "}");
        assertThat(http.results(id)).isEqualTo(http.results(local)).isNotEmpty();
        assertThat(errors(id)).isEqualTo(errors(local));
        Answer flink = http.job(id);
        Answer there = http.job(local);
        for (String count : new String[] {"totalItems", "processedItems", "succeededItems", "failedItems", "percent"}) {
            assertThat(flink.at("/progress/" + count)).as(count).isEqualTo(there.at("/progress/" + count));
        }
        assertThat(flink.text("/outcome")).isEqualTo(there.text("/outcome"));
        assertThat(ranges(id)).doesNotExist();
        assertThat(files(id).parts()).doesNotExist();
        assertThat(files(id).partIndex()).doesNotExist();
    }

    @Test
    void the_parts_are_the_results_if_the_spec_says_so() throws Exception {
        String spec = spec(upload(2000), ",\"batchSize\":100,\"faults\":{\"failItems\":[0,5,777,1999]}");
        String id = http.complete(spec + ",\"results\":\"parts\"" + FLINK);
        String local = http.complete(spec + "}");
        assertThat(http.job(id).text("/spec/results")).isEqualTo("parts");
        assertThat(files(id).results()).doesNotExist();
        assertThat(files(id).parts()).isDirectory();
        assertThat(ranges(id)).doesNotExist();
        for (int lives = 0; lives < 2; lives++) {
            for (String query : List.of(
                    "results",
                    "errors",
                    "errors/summary",
                    "results?from=777&limit=40",
                    "errors?from=6",
                    "results?merged=true")) {
                assertSame(id, local, query, "Accept", "*/*");
            }
            for (String type : List.of("text/csv", "application/json")) {
                assertSame(id, local, "results", "Accept", type);
                assertSame(id, local, "results?from=1990", "Accept", type);
            }
            String whole = http.results(local);
            for (int[] range : new int[][] {{0, 9}, {1000, 90_000}, {whole.length() / 2, whole.length()}}) {
                assertSame(id, local, "results", "Range", "bytes=" + range[0] + "-" + range[1]);
            }
            service.restart();
            http = service.client();
        }
        String retry =
                http.post("/v1/jobs/" + id + "/retry-failed", "{}").is(201).id();
        http.await(retry, "COMPLETED");
        assertThat(http.get("/v1/jobs/" + id + "/results?merged=true").is(200).text())
                .hasLineCount(2000);
        http.delete("/v1/jobs/" + id).is(204);
        assertThat(files(id).directory()).doesNotExist();
    }

    private void assertSame(String id, String local, String path, String header, String value) {
        Answer expected = http.get("/v1/jobs/" + local + "/" + path, header, value);
        Answer found = http.get("/v1/jobs/" + id + "/" + path, header, value);
        assertThat(found.text())
                .as("%s, %s", path, value)
                .isEqualTo(expected.text())
                .isNotEmpty();
        assertThat(found.status()).isEqualTo(expected.status()).isBetween(200, 206);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {",\"batchSize\":7", "", ",\"batchSize\":10,\"commit\":\"each\"", ",\"format\":\"raw-lines\""})
    void a_job_has_the_results_of_the_local_engine(String options) {
        int items = options.contains("each") ? 500 : 20_000;
        String spec = spec(upload(items), options + ",\"faults\":{\"failItems\":[0,5,499]}");
        isAsLocal(http.complete(spec + FLINK), spec);
    }

    static List<Arguments> inputs() {
        return List.of(
                arguments("jsonl", "{\"a\":1}\n\nno JSON\n[2]\n\"x\"\n"),
                arguments("csv", "name,text\nann,\"two\nlines\"\nragged\nbob,\"a \"\"quoted\"\" one\"\r\nzoe,end"),
                arguments("csv", "name,text\n"),
                arguments("csv\",\"header\":\"none", "\ufeff1,\"a\nb\"\n2\n3,c\n4,d\n"),
                arguments("csv\",\"header\":\"none\",\"quote\":\"none", "1,\"a\n2,\"b\"\n\"3,c\n4,\"\n"),
                arguments("csv\",\"quote\":\"none", "sep=;\r\nid;\"name\r\n1;\"a\r\n2;b\"\r\n3\r\n"),
                arguments("csv", "\ufeffsep=|\n|x\n1|\"a\nb\"\n2|c\n3|d\n"),
                arguments("lines", ""));
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void every_format_is_cut_into_ranges_where_an_item_ends(String format, String text) {
        String file = http.upload(text.getBytes(UTF_8));
        String spec = spec(file, ",\"batchSize\":1,\"commit\":\"each\",\"format\":\"" + format + "\"");
        String local = http.complete(spec + "}");
        String flink = http.complete(spec + FLINK);
        assertThat(http.results(flink)).isEqualTo(http.results(local));
        assertThat(errors(flink)).isEqualTo(errors(local));
    }

    @Test
    void an_open_quotation_mark_fails_a_job_before_anything_is_called() {
        String file = http.upload("a,b\n1,2\n3,\"4\n5,6\n".getBytes(UTF_8));
        String spec = spec(file, ",\"batchSize\":1,\"format\":\"csv\"");
        String flink = http.submit(spec + FLINK);
        for (int run = 1; run <= 2; run++) {
            Answer failed = http.await(flink, "FAILED");
            assertThat(failed.text("/stateReason/code")).isEqualTo("OPEN_QUOTE");
            assertThat(failed.text("/stateReason/message")).contains("line 3", "byte offset 10");
            assertThat(failed.at("/runs")).hasSize(run);
            http.ask(flink, "resume").is(202);
        }
        http.await(flink, "FAILED");
    }

    /**
     * Watches a job with ranges of 10 items. Returns each number of processed items that was shown, none of which was more than
     * those on disk.
     */
    private List<Long> processedUntil(String id, String state) throws IOException {
        List<Long> shown = new ArrayList<>();
        Answer job;
        do {
            job = http.job(id);
            shown.add(job.number("/progress/processedItems"));
            long finished = finishedItems(id);
            if (Files.exists(
                    ranges(id))) { // else the job is done, and they may have been deleted while they were counted
                assertThat(shown.get(shown.size() - 1)).isLessThanOrEqualTo(finished);
            }
        } while (!job.state().equals(state));
        return shown;
    }

    private long finishedItems(String id) throws IOException {
        try (Stream<Path> records = Files.walk(files(id).parts())) {
            long items = 0;
            for (Path record :
                    records.filter(file -> file.endsWith("range.json")).toList()) {
                for (JsonNode batch : new JsonMapper().readTree(record.toFile()).path("batches")) {
                    items += batch.path("succeeded").asLong()
                            + batch.path("failed").asLong();
                }
            }
            return items;
        } catch (NoSuchFileException | FileNotFoundException | UncheckedIOException e) {
            return 0;
        }
    }

    @Test
    void a_task_manager_that_is_lost_half_way_changes_nothing() throws Exception {
        String spec = slow(upload(600), 10);
        String id = http.submit(spec + FLINK);
        awaitProcessed(id, 100);
        cluster.replaceTaskManager();
        assertThat(processedUntil(id, "COMPLETED")).isSorted().endsWith(600L);
        isAsLocal(id, spec.replace("\"itemDelayMillis\":10", "\"itemDelayMillis\":0"));
        assertThat(http.job(id).at("/runs")).hasSize(1);
    }

    @Test
    void a_paused_job_goes_on_where_it_was() throws Exception {
        String spec = slow(upload(400), 10);
        String id = http.submit(spec + FLINK);
        awaitProcessed(id, 50);
        assertThat(http.ask(id, "pause").is(202).state()).isEqualTo("PAUSING");
        Answer paused = http.await(id, "PAUSED");
        assertThat(paused.at("/stateReason").isNull()).isTrue();
        long processed = paused.number("/progress/processedItems");
        assertThat(processed).isBetween(50L, 390L);
        http.ask(id, "resume").is(202);
        assertThat(processedUntil(id, "COMPLETED"))
                .isSorted()
                .startsWith(processed)
                .endsWith(400L);
        isAsLocal(id, spec.replace("\"itemDelayMillis\":10", "\"itemDelayMillis\":0"));
        assertThat(http.job(id).at("/runs/1/firstItem").asLong()).isBetween(50L, processed);
    }

    @ParameterizedTest
    @CsvSource({"3000, 1", "200, 20"})
    void a_pause_does_not_wait_for_the_range_in_progress_and_keeps_what_is_done_of_it(int items, int millis)
            throws Exception {
        String file = upload(items);
        String spec = spec(file, ",\"batchSize\":" + items + ",\"faults\":{\"itemDelayMillis\":" + millis + "}");
        String id = http.submit(spec + FLINK);
        Await.until("a range is begun", () -> isRangeBegun(id));
        http.ask(id, "pause").is(202);
        Answer paused = http.await(id, "PAUSED");
        long kept = paused.number("/progress/processedItems");
        assertThat(kept).isBetween(1L, items - 1L);
        assertThat(finishedItems(id)).isEqualTo(kept);
        assertThat(http.results(id)).as("the batch is not complete").isEmpty();
        http.ask(id, "resume").is(202);
        assertThat(processedUntil(id, "COMPLETED")).isSorted().startsWith(kept).endsWith((long) items);
        isAsLocal(id, spec.replaceFirst("\"itemDelayMillis\":\\d+", "\"itemDelayMillis\":0"));
    }

    private boolean isRangeBegun(String id) throws IOException {
        if (!Files.exists(ranges(id))) {
            return false;
        }
        try (Stream<Path> files = Files.list(ranges(id))) {
            return files.anyMatch(file ->
                    file.getFileName().toString().startsWith(".new-") && Files.exists(file.resolve("results.jsonl")));
        }
    }

    @Test
    void the_service_finds_its_job_in_the_cluster_again() throws Exception {
        String spec = slow(upload(600), 10);
        String id = http.submit(spec + FLINK);
        awaitProcessed(id, 50);
        service.restart();
        http = service.client();
        assertThat(http.job(id).number("/progress/processedItems")).isGreaterThanOrEqualTo(50);
        awaitProcessed(id, 300);
        assertThat(submissions(id).at("/list")).hasSize(1);
        http.await(id, "COMPLETED");
        isAsLocal(id, spec.replace("\"itemDelayMillis\":10", "\"itemDelayMillis\":0"));
        assertThat(http.job(id).text("/runs/0/end")).isEqualTo("STOPPED");
    }

    @Test
    void a_cancelled_job_ends_in_the_cluster_too() throws Exception {
        String id = http.submit(slow(upload(5000), 20) + FLINK);
        // What the cluster has processed is shown before it is committed.
        Await.until("results are committed", () -> http.results(id), results -> !results.isEmpty());
        String clusterJob = submissions(id).at("/list/0/clusterJob").asText();
        http.ask(id, "cancel").is(202);
        http.await(id, "CANCELLED");
        assertThat(cluster.state(clusterJob)).isEqualTo("CANCELED");
        assertThat(ranges(id)).doesNotExist();
        assertThat(http.results(id)).isNotEmpty();
        http.delete("/v1/jobs/" + id).is(204);
    }

    @Test
    void an_item_that_may_not_fail_ends_the_job_at_its_batch() {
        String file = upload(3000);
        String spec = spec(file, ",\"batchSize\":100,\"onItemError\":\"fail\",\"faults\":{\"failItems\":[1234]}");
        String flink = http.submit(spec + FLINK);
        Answer failed = http.await(flink, "FAILED");
        String local = http.submit(spec + "}");
        Answer there = http.await(local, "FAILED");
        assertThat(failed.at("/stateReason")).isEqualTo(there.at("/stateReason"));
        assertThat(failed.number("/progress/processedItems")).isEqualTo(1200);
        assertThat(http.results(flink)).isEqualTo(http.results(local));
        http.ask(flink, "resume").is(202);
        http.await(flink, "FAILED");
        assertThat(http.job(flink).at("/runs")).hasSize(2);
        assertThat(http.results(flink)).isEqualTo(http.results(local));
    }

    @Test
    void failed_items_are_tried_again_on_the_cluster() {
        String file = upload(3000);
        String flink = http.complete(spec(file, ",\"batchSize\":100,\"faults\":{\"failItems\":[7,1234,2999]}") + FLINK);
        String child = http.post("/v1/jobs/" + flink + "/retry-failed").is(201).id();
        Answer done = http.await(child, "COMPLETED");
        assertThat(done.text("/spec/engine")).isEqualTo("flink");
        String clean = http.complete(spec(file, "") + "}");
        assertThat(http.get("/v1/jobs/" + child + "/results?merged=true").text())
                .isEqualTo(http.results(clean));
    }

    @Test
    void a_cluster_that_does_not_answer_is_asked_so_long_and_no_longer() throws Exception {
        service.close();
        service = TestServer.in(directory)
                .cluster(URI.create("http://127.0.0.1:1"))
                .clusterPatience(Duration.ofSeconds(1))
                .start();
        http = service.client();
        String spec = spec(upload(100), ",\"batchSize\":10");
        String id = http.submit(spec + FLINK);
        Answer failed = http.await(id, "FAILED");
        assertThat(failed.text("/stateReason/code")).isEqualTo("CLUSTER_FAILED");
        assertThat(failed.text("/stateReason/message")).contains("http://127.0.0.1:1", "after 1 s", "resume");
        service.stop();
        service.cluster(cluster.url()).clusterPatience(Duration.ofSeconds(30)).start();
        http = service.client();
        http.resume(id);
        isAsLocal(id, spec);
    }

    @Test
    void a_job_whose_tasks_run_waits_for_nothing_and_the_next_one_for_a_slot() {
        String file = upload(400);
        String first = http.submit(
                spec(file, ",\"batchSize\":100,\"commit\":\"each\",\"faults\":{\"itemDelayMillis\":50}") + FLINK);
        Answer job = Await.until(
                "its tasks have been looked at often",
                () -> http.job(first),
                seen -> seen.at("/progress/elapsedSeconds").asDouble() >= 5);
        assertThat(job.state()).isEqualTo("RUNNING");
        assertThat(job.at("/waitingFor").isNull()).as("%s", job).isTrue();
        String second = http.submit(spec(file, "") + FLINK);
        Await.until(
                "the next one waits",
                () -> http.job(second).at("/waitingFor").asText().equals("slots: 0 of 2 free"));
        http.ask(first, "cancel");
        assertThat(http.await(second, "COMPLETED").at("/waitingFor").isNull()).isTrue();
    }

    @Test
    void metrics_say_what_the_cluster_has() {
        Await.until( // a job of another test may just be ending there
                "both slots are free",
                () -> http.get("/metrics").is(200).text(),
                text -> text.contains("checkpoint_recovery_cluster_slots{state=\"free\"} 2.0"));
        assertThat(http.get("/metrics").is(200).text().lines())
                .contains(
                        "checkpoint_recovery_cluster_reachable 1.0",
                        "checkpoint_recovery_cluster_taskmanagers 2.0",
                        "checkpoint_recovery_cluster_slots{state=\"free\"} 2.0",
                        "checkpoint_recovery_cluster_slots{state=\"used\"} 0.0",
                        "checkpoint_recovery_cluster_waiting_jobs 0.0");
    }

    @Test
    void threads_of_the_service_are_not_for_a_cluster() {
        http.post("/v1/jobs", "{\"input\":{\"items\":[\"a\"]},\"engine\":\"flink\",\"parallelism\":2}")
                .isInvalid("/parallelism");
    }
}
