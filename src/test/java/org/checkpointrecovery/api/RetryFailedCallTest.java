package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new job over the failed items of another. */
class RetryFailedCallTest {
    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;

    @BeforeAll
    static void startService() {
        service = TestServer.in(directory).maxItem(100).start();
        http = service.client();
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    private static final String SPEC = "{\"name\":\"first\",\"input\":{\"items\":[\"a\",\" b \",\"\",\"c\",\"d\"]},"
            + "\"batchSize\":2,\"parallelism\":2,\"commit\":\"each\",\"faults\":{\"failItems\":[1,3]}}";

    @Test
    void the_same_request_under_the_same_key_makes_one_child() {
        String parent = http.complete(SPEC);
        String path = "/v1/jobs/" + parent + "/retry-failed";
        Answer child = http.post(path, "{}", "Idempotency-Key", "retry-1").is(201);
        assertThat(child.header("Idempotency-Replayed")).isEmpty();
        Answer again = http.post(path, "{}", "Idempotency-Key", "retry-1").is(201);
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(again.id()).isEqualTo(child.id());
        assertThat(http.post(path, "{}", "Idempotency-Key", "retry-2").is(201).id())
                .isNotEqualTo(child.id());
        String other = http.complete(SPEC);
        http.post("/v1/jobs/" + other + "/retry-failed", "{}", "Idempotency-Key", "retry-1")
                .isInvalid("Idempotency-Key");
        http.post(path, "{}", "Idempotency-Key", "no spaces").isInvalid("Idempotency-Key");
        http.post("/v1/jobs", SPEC, "Idempotency-Key", "retry-1").isInvalid("Idempotency-Key");
    }

    @Test
    void the_child_processes_the_failed_items_alone_under_their_old_indexes() {
        String parent = http.complete(SPEC);
        assertThat(http.job(parent).texts("/allowedActions")).containsExactlyInAnyOrder("retry-failed", "delete");
        Answer child = http.ask(parent, "retry-failed").is(201);
        assertThat(child.header("Location")).isEqualTo("/v1/jobs/" + child.id());
        assertThat(child.id()).isNotEqualTo(parent);
        assertThat(child.text("/parentId")).isEqualTo(parent);
        assertThat(child.text("/spec/input/failedItemsOf")).isEqualTo(parent);
        assertThat(child.at("/spec/faults").isNull()).isTrue();
        for (String same : new String[] {"name", "batchSize", "parallelism", "commit", "onItemError", "processor"}) {
            assertThat(child.at("/spec/" + same)).isEqualTo(http.job(parent).at("/spec/" + same));
        }

        Answer completed = http.await(child.id(), "COMPLETED");
        assertThat(completed.text("/outcome")).isEqualTo("SUCCEEDED");
        assertThat(completed.number("/progress/totalItems")).isEqualTo(2);
        assertThat(http.results(child.id())).isEqualTo("""
                {"index":1,"original":"b","length":1,"word_count":1,"uppercase":"B"}
                {"index":3,"original":"d","length":1,"word_count":1,"uppercase":"D"}
                """);
        assertThat(http.results(parent)).hasLineCount(2);
        http.ask(child.id(), "retry-failed").isConflict("COMPLETED", "delete");
    }

    @Test
    void the_child_needs_nothing_of_its_parent() throws IOException {
        service.input("parent.txt", "a\nb\nc\n");
        String parent =
                http.complete("{\"input\":{\"path\":\"parent.txt\"},\"batchSize\":1,\"faults\":{\"failItems\":[0,2]}}");
        String first = http.ask(parent, "retry-failed").is(201).id();
        String second = http.ask(parent, "retry-failed").is(201).id();
        assertThat(second).isNotEqualTo(first);
        http.delete("/v1/jobs/" + parent).is(204);
        Files.delete(service.inputs().resolve("parent.txt"));
        http.await(first, "COMPLETED");
        assertThat(http.await(second, "COMPLETED").text("/parentId")).isEqualTo(parent);
        assertThat(http.results(second)).isEqualTo(http.results(first)).hasLineCount(2);
    }

    @Test
    void items_that_fail_again_keep_their_index_and_can_be_tried_once_more() {
        byte[] lines = ("fine\n\377bad\n" + "x".repeat(101) + "\nfine\n").getBytes(ISO_8859_1);
        String parent = http.complete("{\"input\":{\"fileId\":\"" + http.upload(lines) + "\"}}");
        String child = http.ask(parent, "retry-failed").is(201).id();
        assertThat(http.await(child, "COMPLETED").text("/outcome")).isEqualTo("ALL_FAILED");
        String expected = http.errors(parent).replace(" It begins at byte offset 10 of the input.", "");
        assertThat(http.errors(child)).isEqualTo(expected).hasLineCount(2);
        String grandchild = http.ask(child, "retry-failed").is(201).id();
        assertThat(http.await(grandchild, "COMPLETED").text("/parentId")).isEqualTo(child);
        assertThat(http.errors(grandchild)).isEqualTo(expected);
    }

    @Test
    void without_failed_items_or_without_the_input_it_is_refused() throws IOException {
        String fine = http.complete("{\"input\":{\"items\":[\"a\"]}}");
        assertThat(http.ask(fine, "retry-failed")
                        .isConflict("COMPLETED", "delete")
                        .text("/detail"))
                .contains("no failed items");

        Path file = service.input("gone.txt", "a\nb\n");
        String spec = "{\"input\":{\"path\":\"gone.txt\"},\"faults\":{\"failItems\":[1]}}";
        String parent = http.complete(spec);
        Files.writeString(file, "a\nB\nc\n");
        assertThat(http.ask(parent, "retry-failed").isProblem(409, "conflict").text("/detail"))
                .contains("changed");
        Files.delete(file);
        Answer gone = http.ask(parent, "retry-failed").isProblem(409, "conflict");
        assertThat(gone.state()).isEqualTo("COMPLETED");
        assertThat(gone.text("/detail")).contains("no longer exists");

        String file2 = http.upload("a\nb\n".getBytes(ISO_8859_1));
        String uploaded = http.complete("{\"input\":{\"fileId\":\"" + file2 + "\"},\"faults\":{\"failItems\":[1]}}");
        http.delete("/v1/files/" + file2).is(204);
        http.ask(uploaded, "retry-failed").isProblem(409, "conflict");
        assertThat(service.names("jobs")).noneMatch(name -> name.startsWith("."));
    }

    @Test
    void a_cancelled_or_failed_job_offers_it_once_failed_items_are_committed() {
        String crashed = http.submit("{\"input\":{\"items\":[\"a\",\"b\",\"c\"]},\"batchSize\":1,"
                + "\"faults\":{\"failItems\":[0],\"crashAfterItems\":2}}");
        http.await(crashed, "CRASHED");
        http.ask(crashed, "retry-failed").isConflict("CRASHED", "resume", "cancel", "delete");
        assertThat(http.ask(crashed, "cancel").is(202).texts("/allowedActions"))
                .containsExactlyInAnyOrder("retry-failed", "delete");
        String child = http.ask(crashed, "retry-failed").is(201).id();
        http.await(child, "COMPLETED");
        assertThat(http.results(child)).startsWith("{\"index\":0,").hasLineCount(1);

        String failed = http.submit("{\"input\":{\"items\":[\"a\",\"b\",\"c\"]},\"batchSize\":1,\"maxFailedItems\":1,"
                + "\"faults\":{\"failItems\":[0,2]}}");
        assertThat(http.await(failed, "FAILED").texts("/allowedActions"))
                .containsExactlyInAnyOrder("resume", "cancel", "retry-failed", "delete");
        String other = http.ask(failed, "retry-failed").is(201).id();
        http.await(other, "COMPLETED");
        assertThat(http.results(other)).startsWith("{\"index\":0,").hasLineCount(1);
    }

    @Test
    void a_child_that_crashed_goes_on_as_any_job(@TempDir Path other) {
        MoodyDisk disk = new MoodyDisk();
        try (TestServer held = TestServer.in(other).disk(disk).start()) {
            ServiceClient client = held.client();
            String parent = client.complete(
                    "{\"input\":{\"items\":[\"a\",\"b\",\"c\",\"d\"]},\"batchSize\":1,\"commit\":\"each\","
                            + "\"faults\":{\"failItems\":[0,1,3]}}");
            disk.holdResults();
            String child = client.ask(parent, "retry-failed").is(201).id();
            disk.awaitHeldResults();
            client.post("/v1/jobs/" + child + "/crash", "{\"point\":\"between-results-and-checkpoint\"}")
                    .is(202);
            disk.releaseResults();
            client.await(child, "CRASHED");
            client.resume(child);
            assertThat(client.results(child)).isEqualTo("""
                    {"index":0,"original":"a","length":1,"word_count":1,"uppercase":"A"}
                    {"index":1,"original":"b","length":1,"word_count":1,"uppercase":"B"}
                    {"index":3,"original":"d","length":1,"word_count":1,"uppercase":"D"}
                    """);
        }
    }
}
