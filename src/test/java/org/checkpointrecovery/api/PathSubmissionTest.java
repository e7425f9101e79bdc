package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Inputs that are named by a path: within the input directory, and the same at every run. */
class PathSubmissionTest {
    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;

    @BeforeAll
    static void startService() throws IOException {
        service = TestServer.in(directory).start();
        http = service.client();
        service.input("words.txt", "one\ntwo\n");
        service.input("sub/deeper/words.txt", "three\n");
        service.input("wörter 😀.txt", "four\n");
        Files.writeString(directory.resolve("secret.txt"), "secret\n");
        Files.createSymbolicLink(service.inputs().resolve("out.txt"), directory.resolve("secret.txt"));
        Files.createSymbolicLink(service.inputs().resolve("up"), directory);
        Files.createSymbolicLink(
                service.inputs().resolve("in.txt"), service.inputs().resolve("words.txt"));
        Files.createSymbolicLink(service.inputs().resolve("nowhere"), Path.of("gone"));
        Files.createSymbolicLink(service.inputs().resolve("loop"), Path.of("loop"));
        Files.createSymbolicLink(service.inputs().resolve("data"), service.data());
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    private static String spec(String path) {
        return "{\"input\":{\"path\":\"" + path + "\"}}";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "words.txt",
                "./words.txt",
                "sub/deeper/words.txt",
                "sub//deeper/../../words.txt",
                "wörter 😀.txt",
                "in.txt"
            })
    void a_file_within_the_input_directory_is_read(String path) {
        String id = http.complete(spec(path));
        assertThat(http.results(id)).contains("\"index\":0");
        assertThat(http.job(id).text("/spec/input/path")).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                "../secret.txt",
                "sub/../../secret.txt",
                "/etc/passwd",
                "/",
                "out.txt",
                "up/secret.txt",
                "up/inputs/words.txt/../../secret.txt",
                "data/lock",
                "../data/lock",
                "nowhere",
                "loop",
                "sub",
                ".",
                "not there.txt",
                "words.txt/x",
                "file:///etc/passwd",
                "~/x",
                "sub\\\\deeper\\\\words.txt",
                "a\\u0000b",
                "words.txt\\n"
            })
    void any_other_path_is_a_422_that_names_the_field(String path) {
        Answer answer = http.post("/v1/jobs", spec(path));
        assertThat(answer.isInvalid("/input/path").text("/errors/0/message")).doesNotContain(directory.toString());
    }

    @Test
    void a_path_longer_than_4096_characters_is_a_422_and_a_shorter_one_is_not_there() {
        http.post("/v1/jobs", spec("a".repeat(4097))).isInvalid("/input/path");
        http.post("/v1/jobs", spec("a".repeat(4096))).isInvalid("/input/path");
        http.post("/v1/jobs", spec("a/".repeat(2047) + "b")).isInvalid("/input/path");
    }

    @Test
    void a_file_that_the_service_itself_keeps_is_no_input_also_where_it_is_below_the_input_directory(
            @TempDir Path other) throws IOException {
        Path inputs = other.resolve("inputs");
        Files.createDirectories(inputs);
        try (TestServer nested = TestServer.in(inputs).start()) {
            String id = nested.client().complete("{\"input\":{\"items\":[\"a\"]}}");
            Files.createSymbolicLink(
                    nested.inputs().resolve("link"), nested.data().resolve("jobs"));
            nested.client()
                    .post("/v1/jobs", spec("link/" + id + "/results.jsonl"))
                    .isInvalid("/input/path");
        }
    }

    @Test
    void an_input_that_changed_between_two_runs_fails_the_job_and_its_results_stay_readable() throws IOException {
        Path file = service.input("changing.txt", "a\nb\nc\nd\n");
        FileTime modified = Files.getLastModifiedTime(file);
        String spec = "{\"input\":{\"path\":\"changing.txt\"},\"batchSize\":2,\"faults\":{\"crashAfterItems\":3}}";
        String id = http.submit(spec);
        http.await(id, "CRASHED");
        String before = http.results(id);

        service.input("changing.txt", "a\nb\nC\nd\n");
        Files.setLastModifiedTime(file, modified);
        checkThatItFails(id, "INPUT_CHANGED", before);
        service.input("changing.txt", "a\nb\nc\nd\ne\n");
        checkThatItFails(id, "INPUT_CHANGED", before);
        Files.delete(file);
        checkThatItFails(id, "INPUT_MISSING", before);

        service.input("changing.txt", "a\nb\nc\nd\n");
        Files.setLastModifiedTime(file, FileTime.from(modified.toInstant().plus(Duration.ofSeconds(2))));
        http.resume(id);
        assertThat(http.results(id)).startsWith(before).hasLineCount(4);
        assertThat(http.job(id).number("/recovery/item")).isEqualTo(2);
    }

    private static void checkThatItFails(String id, String code, String results) {
        http.ask(id, "resume").is(202);
        Answer failed = http.await(id, "FAILED");
        assertThat(failed.text("/stateReason/code")).isEqualTo(code);
        assertThat(failed.text("/stateReason/message")).contains("resume");
        assertThat(failed.texts("/allowedActions")).containsExactlyInAnyOrder("resume", "cancel", "delete");
        assertThat(failed.number("/progress/processedItems")).isEqualTo(2);
        assertThat(http.results(id)).isEqualTo(results);
    }

    @Test
    void lines_end_in_lf_or_crlf_a_byte_order_mark_is_skipped_and_the_last_line_may_not_end() {
        service.input("mixed.txt", "\ufeffone\r\n\r\n  two \nthree\rstill three\n\n\t\n\u2003\nfour");
        String id = http.complete("{\"input\":{\"path\":\"mixed.txt\"},\"batchSize\":1}");
        Answer results = http.get("/v1/jobs/" + id + "/results", "Accept", "application/json");
        assertThat(results.json().findValuesAsText("original"))
                .containsExactly("one", "two", "three\rstill three", "four");
        assertThat(results.json().findValuesAsText("index")).containsExactly("0", "1", "2", "3");
        assertThat(http.job(id).number("/progress/totalItems")).isEqualTo(4);
    }
}
