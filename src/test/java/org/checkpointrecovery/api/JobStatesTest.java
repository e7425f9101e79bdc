package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.checkpointrecovery.Await;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a job says to what is asked of it, in every state. */
class JobStatesTest {
    /** 20x is done, 200 was so already, 409 is not allowed. */
    private static final String TABLE = """
                       start  pause  resume  cancel  crash  retry-failed  delete
            CREATED    202    409    409     202     409    409           204
            QUEUED     200    202    200     202     409    409           409
            RUNNING    200    202    200     202     202    409           409
            PAUSING    409    200    409     202     409    409           409
            PAUSED     409    200    202     202     409    409           204
            CANCELLING 409    409    409     200     409    409           409
            CANCELLED  409    409    409     200     409    409           204
            CRASHED    409    409    202     202     200    409           204
            FAILED     409    409    202     202     409    409           204
            COMPLETED  409    409    409     409     409    409           204
            """;

    private static final String ITEMS = "{\"input\":{\"items\":[\"a\",\"b\",\"c\",\"d\"]},\"batchSize\":2,";

    /** A job that stays in its first batch until it is cancelled or crashed. */
    private static final String SLOW = ITEMS + "\"faults\":{\"itemDelayMillis\":60000}}";

    private static final MoodyDisk DISK = new MoodyDisk();

    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;

    @BeforeAll
    static void startService() {
        service = TestServer.in(directory).disk(DISK).workers(1).maxQueued(2).start();
        http = service.client();
    }

    @AfterEach
    void endAllJobs() {
        DISK.releaseResults();
        service.cancelAll();
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    static Stream<Arguments> everyStateAndVerb() {
        List<String> lines = TABLE.lines().toList();
        String[] verbs = lines.get(0).strip().split(" +", -1);
        List<Arguments> all = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(" +", -1);
            List<String> allowed = new ArrayList<>();
            for (int i = 0; i < verbs.length; i++) {
                if (!cells[i + 1].equals("200") && !cells[i + 1].equals("409")) {
                    allowed.add(verbs[i]);
                }
            }
            for (int i = 0; i < verbs.length; i++) {
                all.add(Arguments.of(cells[0], verbs[i], Integer.parseInt(cells[i + 1]), allowed));
            }
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @MethodSource("everyStateAndVerb")
    void a_verb_is_done_or_so_already_or_not_allowed(String state, String verb, int status, List<String> allowed) {
        String id = jobThatIs(state);
        Answer before = http.job(id);
        assertThat(before.state()).isEqualTo(state);
        assertThat(before.texts("/allowedActions")).containsExactlyInAnyOrderElementsOf(allowed);

        Answer answer = verb.equals("delete") ? http.delete("/v1/jobs/" + id) : http.ask(id, verb);

        switch (status) {
            case 409 -> {
                answer.isConflict(state, allowed.toArray(String[]::new));
                assertThat(answer.text("/detail")).contains(state, id);
                assertThat(http.job(id).state()).isEqualTo(state);
            }
            case 200 -> {
                assertThat(answer.is(200).state()).isEqualTo(state);
                assertThat(http.job(id).state()).isEqualTo(state);
            }
            case 204 -> {
                assertThat(answer.is(204).bytes()).isEmpty();
                http.get("/v1/jobs/" + id).isProblem(404, "not-found");
            }
            default -> {
                assertThat(answer.is(202).id()).isEqualTo(id);
                DISK.releaseResults();
                checkWhatBecomesOf(id, verb);
            }
        }
    }

    private void checkWhatBecomesOf(String id, String verb) {
        switch (verb) {
            case "start", "resume" -> http.await(id, "COMPLETED");
            case "cancel" -> http.await(id, "CANCELLED");
            case "crash" -> http.await(id, "CRASHED");
            // Where no item is committed yet, the batch in work ends first; it would take two minutes.
            case "pause" -> assertThat(http.job(id).state()).isIn("PAUSING", "PAUSED");
            default -> throw new AssertionError(verb);
        }
    }

    private String jobThatIs(String state) {
        switch (state) {
            case "CREATED" -> {
                return http.submit(ITEMS + "\"start\":false}");
            }
            case "QUEUED" -> {
                DISK.holdResults();
                String first = http.submit(ITEMS + "\"name\":\"in the way\"}");
                http.await(first, "RUNNING");
                return http.submit(ITEMS + "\"name\":\"waits\"}");
            }
            case "RUNNING" -> {
                String id = http.submit(SLOW);
                http.await(id, "RUNNING");
                return id;
            }
            case "PAUSING", "CANCELLING" -> {
                DISK.holdResults();
                String id = http.submit(ITEMS + "\"commit\":\"each\"}");
                DISK.awaitHeldResults();
                http.ask(id, state.equals("PAUSING") ? "pause" : "cancel").is(202);
                return id;
            }
            case "PAUSED" -> {
                String id = jobThatIs("QUEUED");
                assertThat(http.ask(id, "pause").is(202).state()).isEqualTo("PAUSED");
                DISK.releaseResults();
                return id;
            }
            case "CANCELLED" -> {
                String id = jobThatIs("CREATED");
                assertThat(http.ask(id, "cancel").is(202).state()).isEqualTo("CANCELLED");
                return id;
            }
            case "CRASHED" -> {
                String id = http.submit(ITEMS + "\"faults\":{\"crashAfterItems\":3}}");
                http.await(id, "CRASHED");
                return id;
            }
            case "FAILED" -> {
                Path file = service.input("changing.txt", "a\nb\n");
                FileTime modified = TestServer.modifiedAt(file);
                String id = http.submit("{\"start\":false,\"input\":{\"path\":\"changing.txt\"}}");
                service.input("changing.txt", "a\nb\nc\n");
                http.ask(id, "start").is(202);
                http.await(id, "FAILED");
                service.input("changing.txt", "a\nb\n");
                TestServer.setModifiedAt(file, modified);
                return id;
            }
            case "COMPLETED" -> {
                return http.complete(ITEMS + "\"name\":\"done\"}");
            }
            default -> throw new AssertionError(state);
        }
    }

    @Test
    void every_state_and_verb_was_tried() {
        assertThat(everyStateAndVerb()).hasSize(10 * 7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"start", "pause", "resume", "cancel", "crash", "retry-failed"})
    void a_verb_takes_no_body_or_an_empty_object_and_nothing_else(String verb) {
        String path = "/v1/jobs/" + http.submit(ITEMS + "\"start\":false}") + "/" + verb;
        int withoutBody = verb.equals("start") ? 202 : verb.equals("cancel") ? 202 : 409;
        assertThat(http.post(path, "{\"force\":true}").isInvalid("/force").text("/detail"))
                .contains("Nothing was changed");
        http.post(path, "[]").isInvalid("");
        http.post(path, "null").isInvalid("");
        http.post(path, "{").isProblem(400, "invalid-json");
        http.post(path, "{} {}").isProblem(400, "invalid-json");
        http.post(path, " ".repeat(1024 * 1024 + 1)).isProblem(413, "too-large");
        ServiceClient.send(http.request("POST", path).contentType("text/plain").body("{}"))
                .isProblem(415, "unsupported-media-type");
        http.post(path + "?now=true", "{}").isInvalid("now");
        DISK.holdResults(); // else the job could have ended before it is started again
        ServiceClient.send(http.request("POST", path).contentType("text/plain")).is(withoutBody);
        http.post(path, "{}").is(verb.equals("start") || verb.equals("cancel") ? 200 : 409);
        DISK.releaseResults();
    }

    @Test
    void pause_ends_with_a_whole_batch_and_resume_goes_on_behind_it() {
        DISK.holdResults();
        String id = http.submit(ITEMS + "\"commit\":\"each\"}");
        DISK.awaitHeldResults();
        assertThat(http.ask(id, "pause").is(202).state()).isEqualTo("PAUSING");
        DISK.releaseResults();
        Answer paused = http.await(id, "PAUSED");
        assertThat(paused.number("/progress/processedItems")).isEqualTo(2);
        assertThat(paused.text("/runs/0/end")).isEqualTo("PAUSED");
        assertThat(paused.number("/runs/0/nextItem")).isEqualTo(2);
        assertThat(paused.at("/stateReason").isNull()).isTrue();

        Answer completed = http.resume(id);
        assertThat(completed.number("/runs/1/firstItem")).isEqualTo(2);
        assertThat(completed.number("/runs/1/nextItem")).isEqualTo(4);
        assertThat(completed.text("/recovery/from")).isEqualTo("checkpoint");
        assertThat(completed.number("/recovery/item")).isEqualTo(2);
        assertThat(completed.at("/recovery/reason").isNull()).isTrue();
        assertThat(http.results(id)).isEqualTo(http.results(http.complete(ITEMS + "\"start\":true}")));
    }

    @Test
    void a_job_in_line_that_is_paused_begins_when_it_is_resumed() {
        String id = jobThatIs("PAUSED");
        assertThat(http.job(id).at("/runs")).isEmpty();
        Answer completed = http.resume(id);
        assertThat(completed.at("/runs")).hasSize(1);
        assertThat(completed.at("/recovery").isNull()).isTrue();
    }

    @Test
    void a_cancelled_job_keeps_what_it_has_committed() {
        String id = jobThatIs("CRASHED");
        String results = http.results(id);
        assertThat(results.lines()).hasSize(2);
        Answer cancelled = http.ask(id, "cancel").is(202);
        assertThat(cancelled.state()).isEqualTo("CANCELLED");
        assertThat(cancelled.at("/stateReason").isNull()).isTrue();
        assertThat(cancelled.at("/endedAt").isTextual()).isTrue();
        assertThat(cancelled.number("/progress/processedItems")).isEqualTo(2);
        assertThat(http.results(id)).isEqualTo(results);
    }

    @Test
    void an_item_that_fails_ends_the_job_where_the_spec_says_so_with_its_checkpoint_before_the_batch() {
        String id = http.submit(ITEMS + "\"onItemError\":\"fail\",\"faults\":{\"failItems\":[3]}}");
        Answer failed = http.await(id, "FAILED");
        assertThat(failed.text("/stateReason/code")).isEqualTo("ITEM_FAILED");
        assertThat(failed.text("/stateReason/message")).contains("Item 3", "FAULT_INJECTED");
        assertThat(failed.number("/progress/processedItems")).isEqualTo(2);
        assertThat(failed.text("/runs/0/end")).isEqualTo("FAILED");
        assertThat(failed.text("/runs/0/reason/code")).isEqualTo("ITEM_FAILED");
        assertThat(failed.texts("/allowedActions")).containsExactlyInAnyOrder("resume", "cancel", "delete");
        assertThat(http.get("/v1/jobs/" + id + "/checkpoint").number("/nextItem"))
                .isEqualTo(2);
        assertThat(http.results(id).lines()).hasSize(2);
        http.ask(id, "resume").is(202);
        Answer again = Await.until(
                "the second run failed",
                () -> http.job(id),
                job -> job.json().at("/runs/1/end").isTextual());
        assertThat(again.state()).isEqualTo("FAILED");
        assertThat(again.number("/runs/1/firstItem")).isEqualTo(2);
    }

    @Test
    void more_failed_items_than_the_spec_allows_end_the_job() {
        String allowed = ITEMS + "\"maxFailedItems\":1,\"faults\":{\"failItems\":[1]}}";
        assertThat(http.job(http.complete(allowed)).text("/outcome")).isEqualTo("PARTIAL");
        String id = http.submit(ITEMS + "\"maxFailedItems\":1,\"faults\":{\"failItems\":[1,2]}}");
        Answer failed = http.await(id, "FAILED");
        assertThat(failed.text("/stateReason/code")).isEqualTo("TOO_MANY_FAILED_ITEMS");
        assertThat(failed.number("/progress/processedItems")).isEqualTo(2);
        assertThat(failed.number("/progress/failedItems")).isEqualTo(1);
    }

    @Test
    void a_job_whose_items_all_failed_is_completed_and_says_so() {
        String id = http.complete(ITEMS + "\"faults\":{\"failItems\":[0,1,2,3,99]}}");
        Answer job = http.job(id);
        assertThat(job.text("/outcome")).isEqualTo("ALL_FAILED");
        assertThat(job.number("/progress/failedItems")).isEqualTo(4);
        assertThat(job.number("/progress/succeededItems")).isZero();
        assertThat(http.results(id)).isEmpty();
        assertThat(http.errors(id).lines()).hasSize(4);
    }

    @Test
    void a_deleted_job_leaves_nothing() {
        String id = jobThatIs("CRASHED");
        http.delete("/v1/jobs/" + id).is(204);
        assertThat(service.names("jobs")).noneMatch(name -> name.contains(id));
        for (String path : List.of("", "/progress", "/checkpoint", "/results", "/errors")) {
            http.get("/v1/jobs/" + id + path).isProblem(404, "not-found");
        }
        for (String verb : List.of("start", "pause", "resume", "cancel", "crash", "retry-failed")) {
            http.ask(id, verb).isProblem(404, "not-found");
        }
        http.delete("/v1/jobs/" + id).isProblem(404, "not-found");
    }

    @Test
    void when_as_many_jobs_wait_as_may_the_next_is_refused_until_one_begins() {
        String created = http.submit(ITEMS + "\"start\":false}");
        String crashed = jobThatIs("CRASHED");
        String failedItems = http.complete(ITEMS + "\"faults\":{\"failItems\":[1]}}");
        DISK.holdResults();
        String running = http.submit(ITEMS + "\"name\":\"runs\"}");
        http.await(running, "RUNNING");
        String first = http.submit(ITEMS + "\"name\":\"first\"}");
        String second = http.submit(ITEMS + "\"name\":\"second\"}");

        int kept = service.names("jobs").size();
        for (Answer refused : Arrays.asList(
                http.post("/v1/jobs", ITEMS + "\"name\":\"third\"}"),
                http.ask(created, "start"),
                http.ask(crashed, "resume"),
                http.ask(failedItems, "retry-failed"))) {
            refused.isProblem(429, "queue-full");
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isPositive();
        }
        assertThat(service.names("jobs")).hasSize(kept);
        assertThat(http.job(created).state()).isEqualTo("CREATED");
        assertThat(http.job(crashed).state()).isEqualTo("CRASHED");
        http.submit(ITEMS + "\"start\":false}");

        http.ask(second, "cancel").is(202);
        String third = http.submit(ITEMS + "\"name\":\"third\"}");
        http.post("/v1/jobs", ITEMS + "\"name\":\"fourth\"}").isProblem(429, "queue-full");
        DISK.releaseResults();
        for (String id : List.of(running, first, third)) {
            http.await(id, "COMPLETED");
        }
        http.ask(created, "start").is(202);
        http.await(created, "COMPLETED");
    }

    @Test
    void jobs_that_wait_begin_in_the_order_in_which_they_came() {
        DISK.holdResults();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ids.add(http.submit(ITEMS + "\"name\":\"" + i + "\"}"));
            DISK.awaitHeldResults();
        }
        DISK.releaseResults();
        List<Instant> began = new ArrayList<>();
        for (String id : ids) {
            began.add(Instant.parse(http.await(id, "COMPLETED").text("/startedAt")));
        }
        assertThat(began).isSorted();
    }
}
