package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client sees of a job that is under way. */
class ShownProgressTest {
    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;

    @BeforeAll
    static void startService() {
        service = TestServer.in(directory).workers(2).start();
        http = service.client();
        service.input(
                "300.txt", IntStream.range(0, 300).mapToObj(i -> "line " + i).collect(Collectors.joining("\n")));
    }

    @AfterEach
    void endAllJobs() {
        service.cancelAll();
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    private static JsonNode progress(String id) {
        return http.get("/v1/jobs/" + id + "/progress").is(200).json();
    }

    @Test
    void what_is_shown_only_grows_and_counts_whole_batches() {
        Instant before = Instant.now();
        String id = http.submit("{\"input\":{\"path\":\"300.txt\"},\"batchSize\":7,\"commit\":\"each\","
                + "\"faults\":{\"itemDelayMillis\":1,\"failItems\":[0,10,299]}}");
        List<JsonNode> seen = new ArrayList<>();
        do {
            seen.add(progress(id));
        } while (!seen.get(seen.size() - 1).path("state").asText().equals("COMPLETED"));

        long last = 0;
        BigDecimal lastPercent = BigDecimal.ZERO;
        int running = 0;
        for (JsonNode progress : seen) {
            long processed = progress.path("processedItems").asLong();
            BigDecimal percent = progress.path("percent").decimalValue();
            assertThat(processed).isGreaterThanOrEqualTo(last);
            assertThat(processed % 7 == 0 || processed == 300).isTrue();
            assertThat(progress.path("succeededItems").asLong()
                            + progress.path("failedItems").asLong())
                    .isEqualTo(processed);
            assertThat(percent).isGreaterThanOrEqualTo(lastPercent);
            if (progress.path("state").asText().equals("RUNNING") && processed > 0) {
                running++;
                assertThat(percent.movePointRight(1).longValueExact()).isEqualTo(Math.min(999, processed * 1000 / 300));
                assertThat(progress.path("totalItems").asLong()).isEqualTo(300);
                assertThat(progress.path("itemsPerSecond").asDouble()).isPositive();
                assertThat(progress.path("elapsedSeconds").asDouble()).isPositive();
                assertThat(progress.path("etaSeconds").isNumber()).isTrue();
                assertThat(Instant.parse(progress.path("lastCheckpointAt").asText()))
                        .isBetween(before.minusSeconds(1), Instant.now());
            }
            last = processed;
            lastPercent = percent;
        }
        assertThat(running).isPositive();
        assertThat(lastPercent).isEqualByComparingTo("100");
        Answer job = http.job(id);
        assertThat(job.at("/progress")).isEqualTo(progress(id));
        assertThat(Instant.parse(job.text("/endedAt"))).isAfterOrEqualTo(Instant.parse(job.text("/startedAt")));
        assertThat(Instant.parse(job.text("/startedAt"))).isAfterOrEqualTo(Instant.parse(job.text("/createdAt")));
        assertThat(job.at("/progress/etaSeconds").isNull()).isTrue();
    }

    @Test
    void small_jobs_behind_a_long_one_are_not_starved_when_there_are_two_workers() {
        String slow = http.submit("{\"input\":{\"items\":[\"a\"]},\"faults\":{\"itemDelayMillis\":60000}}");
        http.await(slow, "RUNNING");
        List<String> small = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            small.add(http.submit("{\"input\":{\"items\":[\"a\"]}}"));
        }
        small.forEach(id -> http.await(id, "COMPLETED"));
        assertThat(http.job(slow).state()).isEqualTo("RUNNING");
    }

    @Test
    void ids_sort_by_time() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ids.add(http.submit("{\"start\":false,\"input\":{\"items\":[]}}"));
        }
        assertThat(ids).isSorted().doesNotHaveDuplicates();
    }
}
