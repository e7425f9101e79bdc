package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists of jobs and files, page by page. */
class ListTest {
    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;
    private static final List<String> JOBS = new ArrayList<>();
    private static final List<String> FILES = new ArrayList<>();

    @BeforeAll
    static void startServiceWithJobsAndFiles() {
        service = TestServer.in(directory).start();
        http = service.client();
        for (int i = 0; i < 60; i++) {
            String start = i % 10 == 0 ? "true" : "false";
            JOBS.add(http.submit("{\"start\":" + start + ",\"input\":{\"items\":[\"a\"]}}"));
            FILES.add(http.upload(new byte[] {'a', '\n'}));
        }
        JOBS.stream().filter(id -> JOBS.indexOf(id) % 10 == 0).forEach(id -> http.await(id, "COMPLETED"));
        Collections.reverse(JOBS);
        Collections.reverse(FILES);
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    private static List<String> ids(Answer page) {
        String list = page.is(200).json().has("jobs") ? "jobs" : "files";
        List<String> ids = new ArrayList<>();
        page.at("/" + list).forEach(each -> ids.add(each.path("id").asText()));
        return ids;
    }

    private static List<String> allPages(String path, int pageSize) {
        List<String> all = new ArrayList<>();
        String next = "";
        for (int pages = 0; pages < 100; pages++) {
            Answer page = http.get(path + "pageSize=" + pageSize + next);
            List<String> ids = ids(page);
            all.addAll(ids);
            JsonNode token = page.at("/nextPageToken");
            if (token.isNull()) {
                return all;
            }
            assertThat(ids).hasSize(pageSize);
            next = "&pageToken=" + token.asText();
        }
        throw new AssertionError("The pages never end");
    }

    @Test
    void the_newest_comes_first_and_50_on_a_page() {
        Answer first = http.get("/v1/jobs");
        assertThat(ids(first)).isEqualTo(JOBS.subList(0, 50));
        Answer second = http.get("/v1/jobs?pageToken=" + first.text("/nextPageToken"));
        assertThat(ids(second)).isEqualTo(JOBS.subList(50, 60));
        assertThat(second.at("/nextPageToken").isNull()).isTrue();
        assertThat(first.at("/jobs/0")).isEqualTo(http.job(JOBS.get(0)).json());
        Answer files = http.get("/v1/files");
        assertThat(ids(files)).isEqualTo(FILES.subList(0, 50));
        assertThat(files.at("/files/0"))
                .isEqualTo(http.get("/v1/files/" + FILES.get(0)).json());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 30, 59, 60, 61, 500})
    void pages_of_any_size_hold_everything_once(int pageSize) {
        assertThat(allPages("/v1/jobs?", pageSize)).isEqualTo(JOBS);
        assertThat(allPages("/v1/files?", pageSize)).isEqualTo(FILES);
    }

    @Test
    void jobs_are_listed_by_state() {
        List<String> completed = allPages("/v1/jobs?state=COMPLETED&", 2);
        assertThat(completed).hasSize(6).isSubsetOf(JOBS);
        assertThat(allPages("/v1/jobs?state=CREATED&", 10)).hasSize(54).doesNotContainAnyElementsOf(completed);
        for (String none :
                List.of("QUEUED", "RUNNING", "PAUSING", "PAUSED", "CANCELLING", "CANCELLED", "CRASHED", "FAILED")) {
            Answer page = http.get("/v1/jobs?state=" + none).is(200);
            assertThat(page.at("/jobs")).isEmpty();
            assertThat(page.at("/nextPageToken").isNull()).isTrue();
        }
    }

    @Test
    void several_states_are_listed_together() {
        List<String> completed = allPages("/v1/jobs?state=COMPLETED&", 2);
        assertThat(allPages("/v1/jobs?state=COMPLETED,CREATED&", 7)).isEqualTo(JOBS);
        assertThat(allPages("/v1/jobs?state=FAILED%2CCOMPLETED&", 7)).isEqualTo(completed);
        http.get("/v1/jobs?state=FAILED,").isInvalid("state");
        http.get("/v1/jobs?state=FAILED,failed,x").isInvalid("state");
        http.get("/v1/jobs?state=FAILED&state=CRASHED").isInvalid("state");
    }

    @Test
    void jobs_are_counted_by_state() {
        Answer summary = http.get("/v1/jobs/summary").is(200);
        assertThat(summary.number("/total")).isEqualTo(60);
        assertThat(summary.number("/states/COMPLETED")).isEqualTo(6);
        assertThat(summary.number("/states/CREATED")).isEqualTo(54);
        assertThat(summary.at("/states")).hasSize(10);
        http.get("/v1/jobs/summary?state=FAILED").isInvalid("state");
        http.delete("/v1/jobs/summary").isProblem(405, "method-not-allowed");
    }

    @Test
    void jobs_are_found_by_labels_name_processor_parent_and_time() {
        String blue =
                http.submit("{\"start\":false,\"name\":\"night run\",\"labels\":{\"team\":\"blue\",\"env\":\"a:b ü\"},"
                        + "\"input\":{\"items\":[]}}");
        String red = http.submit(
                "{\"start\":false,\"name\":\"a night\",\"labels\":{\"team\":\"red\"},\"input\":{\"items\":[]},"
                        + "\"processor\":{\"type\":\"http\",\"url\":\"http://localhost:1/\"}}");
        try {
            assertThat(allPages("/v1/jobs?label=team:blue&", 1)).containsExactly(blue);
            assertThat(allPages("/v1/jobs?label=team&", 1)).containsExactly(red, blue);
            assertThat(allPages("/v1/jobs?label=team&sort=createdAt&", 1)).containsExactly(blue, red);
            assertThat(allPages("/v1/jobs?label=team&sort=name&", 1)).containsExactly(red, blue);
            assertThat(allPages("/v1/jobs?sort=name&", 7))
                    .startsWith(red, blue, JOBS.get(59))
                    .hasSize(62);
            assertThat(allPages("/v1/jobs?label=team&label=env:a%3Ab+%C3%BC&", 1))
                    .containsExactly(blue);
            assertThat(allPages("/v1/jobs?label=team:blue&label=team:red&", 1)).isEmpty();
            assertThat(allPages("/v1/jobs?name=night&", 1)).containsExactly(blue);
            assertThat(allPages("/v1/jobs?name=Night&", 1)).isEmpty();
            assertThat(allPages("/v1/jobs?processor=http&", 1)).containsExactly(red);
            assertThat(allPages("/v1/jobs?parentId=" + blue + "&", 1)).isEmpty();
            String created = http.job(blue).text("/createdAt");
            assertThat(allPages("/v1/jobs?label=team:blue&createdAfter=" + created + "&", 1))
                    .isEmpty();
            assertThat(allPages("/v1/jobs?label=team:blue&createdBefore=" + created + "&", 1))
                    .isEmpty();
            assertThat(allPages(
                            "/v1/jobs?createdAfter=2026-01-01T00:00:00%2B01:00&createdBefore=9999-12-31T23:59:59Z&",
                            500))
                    .hasSize(62);
            http.patch("/v1/jobs/" + red, "{\"labels\":{\"team\":\"blue\"}}").is(200);
            assertThat(allPages("/v1/jobs?label=team:blue&", 1)).containsExactly(red, blue);
        } finally {
            http.delete("/v1/jobs/" + blue).is(204);
            http.delete("/v1/jobs/" + red).is(204);
        }
    }

    @Test
    void a_token_belongs_to_its_filter_and_order() {
        String token = http.get("/v1/jobs?state=CREATED&pageSize=1").is(200).text("/nextPageToken");
        http.get("/v1/jobs?pageSize=3&sort=-createdAt&state=CREATED&pageToken=" + token)
                .is(200);
        for (String other : List.of("", "state=COMPLETED&", "state=CREATED&sort=name&", "state=CREATED&label=a&")) {
            http.get("/v1/jobs?" + other + "pageToken=" + token).isInvalid("pageToken");
        }
        for (String wrong : List.of(
                JOBS.get(0), token + ".x", token + ".YQ", token.substring(0, token.length() - 1), "." + token)) {
            http.get("/v1/jobs?state=CREATED&pageToken=" + wrong).isInvalid("pageToken");
        }
        String named = http.get("/v1/jobs?sort=name&pageSize=1").is(200).text("/nextPageToken");
        http.get("/v1/jobs?sort=name&pageToken=" + named + ".%25").isInvalid("pageToken");
    }

    @Test
    void wrong_filters_are_all_named() {
        http.get(
                        "/v1/jobs?label=a%20b&name=&processor=ftp&createdAfter=yesterday&createdBefore=2026-11-23&parentId=x&sort=id")
                .isInvalid("label", "name", "processor", "createdAfter", "createdBefore", "parentId", "sort");
        http.get("/v1/jobs?label=").isInvalid("label");
        http.get("/v1/jobs?label=team:").isInvalid("label");
        http.get("/v1/jobs?label=:blue").isInvalid("label");
        http.get("/v1/jobs?createdAfter=2026-11-23T10:15:30+01:00").isInvalid("createdAfter");
        http.get("/v1/jobs?" + "label=a&".repeat(20) + "label=b").isInvalid("label");
        http.get("/v1/files?label=a").isInvalid("label");
    }

    @Test
    void a_page_goes_on_behind_what_was_deleted_in_between() {
        String extra = http.submit("{\"start\":false,\"input\":{\"items\":[]}}");
        Answer first = http.get("/v1/jobs?pageSize=1").is(200);
        assertThat(ids(first)).containsExactly(extra);
        http.delete("/v1/jobs/" + extra).is(204);
        assertThat(ids(http.get("/v1/jobs?pageSize=1&pageToken=" + first.text("/nextPageToken"))))
                .containsExactly(JOBS.get(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0", "501", "-1", "+5", "1.0", "1e2", "", "ten", "99999999999999999999", "%zz", "%ff", "5%00"})
    void a_page_size_is_a_whole_number_from_1_to_500(String size) throws IOException {
        for (String path : List.of("/v1/jobs", "/v1/files")) {
            try (RawHttp raw = new RawHttp(service)) {
                raw.head("GET " + path + "?pageSize=" + size);
                raw.answer().isInvalid("pageSize");
            }
        }
    }

    @Test
    void parameters_that_are_wrong_unknown_or_given_twice_are_all_named() {
        http.get("/v1/jobs?state=completed").isInvalid("state");
        http.get("/v1/jobs?state=").isInvalid("state");
        http.get("/v1/jobs?pageToken=nope").isInvalid("pageToken");
        http.get("/v1/jobs?pageToken=..%2F..%2Fetc").isInvalid("pageToken");
        http.get("/v1/jobs?page=2&size=5").isInvalid("page", "size");
        http.get("/v1/jobs?pageSize=5&pageSize=5").isInvalid("pageSize");
        http.get("/v1/jobs?pagesize=5").isInvalid("pagesize");
        http.get("/v1/files?state=COMPLETED").isInvalid("state");
        http.get("/v1/jobs?&").isInvalid("", "");
        http.get("/v1/jobs?state=x&pageSize=0&pageToken=y").isInvalid("state", "pageToken", "pageSize");
        http.get("/v1/files?pageSize=0&pageToken=y").isInvalid("pageSize", "pageToken");
    }

    @Test
    void a_job_that_is_deleted_while_it_is_listed_does_no_harm() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Future<Integer> deletions = other.submit(() -> {
                int deleted = 0;
                while (!over.get()) {
                    String id = http.submit("{\"start\":false,\"input\":{\"items\":[\"short-lived\"]}}");
                    http.delete("/v1/jobs/" + id).is(204);
                    deleted++;
                }
                return deleted;
            });
            for (int i = 0; i < 60; i++) {
                Answer page = http.get("/v1/jobs?pageSize=3");
                assertThat(ids(page)).isNotEmpty();
                String newest = ids(page).get(0);
                assertThat(http.get("/v1/jobs/" + newest).status()).isIn(200, 404);
            }
            over.set(true);
            assertThat(deletions.get()).isPositive();
        } finally {
            over.set(true);
            other.shutdownNow();
        }
    }

    @Test
    void a_job_whose_items_were_lost_is_still_shown() throws IOException {
        String id = http.submit("{\"start\":false,\"input\":{\"items\":[\"a\"]}}");
        Files.delete(service.writtenFile(id, "input.txt"));
        try {
            assertThat(ids(http.get("/v1/jobs?pageSize=2"))).containsExactly(id, JOBS.get(0));
            assertThat(http.get("/v1/jobs/" + id).is(200).at("/spec/input/items"))
                    .isEmpty();
        } finally {
            http.delete("/v1/jobs/" + id).is(204);
        }
    }
}
