package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The results of a job with those of the jobs that tried its failed items again. */
class MergedDownloadTest {
    private static final String ITEMS = "{\"input\":{\"items\":["
            + IntStream.range(0, 200).mapToObj(i -> "\"item " + i + "\"").collect(Collectors.joining(","))
            + "]},\"batchSize\":7";

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

    private Answer merged(String id) {
        return http.get("/v1/jobs/" + id + "/results?merged=true");
    }

    private String retried(String id) {
        String child = http.ask(id, "retry-failed").is(201).id();
        http.await(child, "COMPLETED");
        return child;
    }

    @Test
    void they_are_those_of_a_job_in_which_nothing_failed() {
        String clean = http.results(http.complete(ITEMS + "}"));
        String parent = http.complete(ITEMS + ",\"faults\":{\"failItems\":[0,3,4,100,199]}}");
        assertThat(merged(parent).is(200).text()).isEqualTo(http.results(parent));
        String child = retried(parent);
        assertThat(merged(child).is(200).text()).isEqualTo(clean);
        assertThat(merged(parent).is(200).text()).isEqualTo(clean);
        Answer whole = merged(child);
        assertThat(whole.header("Content-Type")).isEqualTo("application/x-ndjson");
        assertThat(whole.header("Accept-Ranges")).isEqualTo("none");
        assertThat(whole.header("ETag")).isEmpty();
        assertThat(http.get("/v1/jobs/" + child + "/results?merged=false").text())
                .isEqualTo(http.results(child));
    }

    @Test
    void a_child_of_a_child_belongs_to_the_family_and_others_do_not() {
        http.complete(ITEMS + ",\"faults\":{\"failItems\":[1]}}");
        String bad = "x".repeat(101);
        String parent = http.complete(
                "{\"input\":{\"fileId\":\"" + http.upload(("a\n" + bad + "\n\nb\n").getBytes(UTF_8)) + "\"}}");
        String child = retried(parent);
        String grandchild = retried(child);
        assertThat(merged(grandchild).is(200).text())
                .isEqualTo(http.results(parent))
                .hasLineCount(2);
    }

    @Test
    void of_an_item_with_two_results_it_has_one() {
        String clean = http.results(http.complete(ITEMS + "}"));
        String parent = http.complete(ITEMS + ",\"faults\":{\"failItems\":[5,6,7]}}");
        String first = retried(parent);
        String second = retried(parent);
        assertThat(merged(first).is(200).text()).isEqualTo(clean);
        assertThat(merged(second).is(200).text()).isEqualTo(clean);
    }

    @Test
    void they_come_as_a_json_array_too() {
        String parent = http.complete("{\"input\":{\"items\":[\"a\",\"b\"]},\"faults\":{\"failItems\":[0]}}");
        String child = retried(parent);
        Answer array = http.get("/v1/jobs/" + child + "/results?merged=true", "Accept", "application/json");
        assertThat(array.is(200).json()).hasSize(2);
        assertThat(array.at("/0/index").intValue()).isZero();
        String empty = http.complete("{\"input\":{\"items\":[]}}");
        assertThat(merged(empty).is(200).text()).isEmpty();
        assertThat(http.get("/v1/jobs/" + empty + "/results?merged=true", "Accept", "application/json")
                        .json())
                .isEmpty();
    }

    @Test
    void without_the_first_job_they_cannot_be_told() {
        String parent = http.complete("{\"input\":{\"items\":[\"a\",\"b\"]},\"faults\":{\"failItems\":[0]}}");
        String child = retried(parent);
        http.delete("/v1/jobs/" + parent).is(204);
        assertThat(merged(child).isProblem(409, "conflict").text("/detail")).contains(parent, child, "was deleted");
        http.get("/v1/jobs/" + child + "/results").is(200);
    }

    @Test
    void the_jobs_above_a_deleted_one_are_merged_without_it_and_what_descends_from_it() {
        String bad = "x".repeat(101);
        String root = http.complete("{\"input\":{\"fileId\":\"" + http.upload(("a\n" + bad + "\nb\n").getBytes(UTF_8))
                + "\"},\"faults\":{\"failItems\":[2]}}");
        String child = retried(root);
        String grandchild = retried(child);
        assertThat(merged(root).is(200).text())
                .hasLineCount(2)
                .isEqualTo(merged(grandchild).is(200).text());
        http.delete("/v1/jobs/" + child).is(204);
        assertThat(merged(root).is(200).text()).isEqualTo(http.results(root)).hasLineCount(1);
        assertThat(merged(grandchild).isProblem(409, "conflict").text("/detail"))
                .contains(child, grandchild, "was deleted");
    }

    @Test
    void the_parameter_is_true_or_false() {
        String job = http.complete("{\"input\":{\"items\":[\"a\"]}}");
        assertThat(http.get("/v1/jobs/" + job + "/results?merged=yes")
                        .isProblem(422, "invalid-request")
                        .wrongFields())
                .containsExactly("merged");
    }
}
