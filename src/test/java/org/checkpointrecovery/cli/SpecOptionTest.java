package org.checkpointrecovery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.checkpointrecovery.Await;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The {@code run} command with a spec instead of options. */
class SpecOptionTest {
    private static final String ITEMS = "\"input\":{\"items\":[\"one two\",\"\",\" bob\",\"three\",\"four\",\"five\"]}";
    private static final String LINES = "one two\n\n bob\nthree\nfour\nfive\n";

    @TempDir
    private Path directory;

    @BeforeEach
    void writeLines() throws IOException {
        Files.writeString(file("in.txt"), LINES);
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private Path spec(String json) throws IOException {
        return Files.writeString(file("job.json"), json);
    }

    private Printed run(String... options) {
        return Printed.by(
                Stream.concat(Stream.of("run"), Arrays.stream(options)).toArray(String[]::new));
    }

    private Printed runSpec(String... more) {
        return run(Stream.concat(
                        Stream.of(
                                "--spec",
                                file("job.json").toString(),
                                "-o",
                                file("out.jsonl").toString()),
                        Arrays.stream(more))
                .toArray(String[]::new));
    }

    private static void assertCode(int code, Printed printed) {
        assertThat(printed.code()).as(printed.errors()).isEqualTo(code);
    }

    /** The crash would hit a call that processes more than the last three of the five items. */
    private void assertContinuesAtThirdItem(String... more) throws IOException {
        String[] options = Stream.concat(Arrays.stream(more), Stream.of("--simulate-crash", "4"))
                .toArray(String[]::new);
        assertCode(0, runSpec(options));
        assertThat(file("out.jsonl")).hasContent(expected());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private String expected(String... options) throws IOException {
        Path output = file("expected.jsonl");
        assertCode(
                0,
                run(Stream.concat(
                                Stream.of("-q", "-i", file("in.txt").toString(), "-o", output.toString()),
                                Arrays.stream(options))
                        .toArray(String[]::new)));
        String results = Files.readString(output);
        Files.delete(output);
        return results;
    }

    @Test
    void inline_items_give_the_results_of_a_file_and_leave_nothing_but_them() throws IOException {
        spec("{" + ITEMS + ",\"batchSize\":2,\"name\":\"a name\",\"labels\":{\"a\":\"b\"}}");
        Printed done = runSpec();
        assertCode(0, done);
        assertThat(done.output())
                .isEqualTo("{\"total_items\":5,\"processed\":5,\"failed\":0,\"checkpoint_cleared\":true}\n");
        assertThat(file("out.jsonl")).hasContent(expected());
        assertThat(names()).containsExactly("in.txt", "job.json", "out.jsonl");
    }

    @Test
    void an_empty_list_of_items_gives_an_empty_output() throws IOException {
        spec("{\"input\":{\"items\":[]}}");
        assertCode(0, runSpec());
        assertThat(file("out.jsonl")).isEmptyFile();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "{\"input\":{\"path\":\"elsewhere\"}}", "{\"input\":{\"fileId\":\"0mwswktvf-hhalxud2\"}}"})
    void the_input_may_be_an_option(String json) throws IOException {
        spec(json);
        assertCode(0, runSpec("-q", "-i", file("in.txt").toString()));
        assertThat(file("out.jsonl")).hasContent(expected());
    }

    @Test
    void the_input_may_be_a_path_in_the_spec_with_its_encoding() throws IOException {
        Files.write(file("wide.txt"), LINES.getBytes(StandardCharsets.UTF_16LE));
        spec("{\"input\":{\"path\":\"" + file("wide.txt") + "\",\"encoding\":\"UTF-16LE\"},\"batchSize\":2}");
        assertCode(0, runSpec("-q"));
        assertThat(file("out.jsonl")).hasContent(expected());
        spec("{\"input\":{\"path\":\"" + file("missing") + "\"}}");
        assertThat(runSpec().errorLines())
                .containsExactly("--spec " + file("job.json") + ": /input/path " + file("missing") + " does not exist");
    }

    @Test
    void a_spec_is_read_from_standard_input() throws IOException {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(("{" + ITEMS + "}").getBytes(StandardCharsets.UTF_8)));
        try {
            assertCode(0, run("-q", "--spec", "-", "-o", file("out.jsonl").toString()));
        } finally {
            System.setIn(before);
        }
        assertThat(file("out.jsonl")).hasContent(expected());
        assertThat(run("--spec", "-", "-i", "-", "-o", file("out.jsonl").toString())
                        .errorLines())
                .containsExactly("--spec - and --input - both read standard input; name a file for one of them");
    }

    /** As a shell passes the output of a program: {@code --spec <(program)}. */
    @Test
    void a_spec_may_be_a_pipe() throws Exception {
        spec("{" + ITEMS + "}");
        Path pipe = file("pipe");
        assertThat(Await.end(new ProcessBuilder("mkfifo", pipe.toString()).start()))
                .isZero();
        Process writer = new ProcessBuilder(
                        "sh", "-c", "cat \"$0\" > \"$1\"", file("job.json").toString(), pipe.toString())
                .start();
        assertCode(
                0, run("-q", "--spec", pipe.toString(), "-o", file("out.jsonl").toString()));
        assertThat(Await.end(writer)).isZero();
        assertThat(file("out.jsonl")).hasContent(expected());
    }

    @Test
    void a_program_that_an_option_provides_gives_the_results_of_the_same_run_with_options() throws IOException {
        String program = "up=/usr/bin/tr,a-z,A-Z";
        String expected = expected("--command", program);
        spec("{\"processor\":{\"type\":\"command\",\"name\":\"up\"},\"batchSize\":2}");
        assertCode(0, runSpec("-q", "-i", file("in.txt").toString(), "--command", program));
        assertThat(file("out.jsonl")).hasContent(expected);
        assertThat(expected).contains("ONE TWO");
        assertThat(runSpec("-i", file("in.txt").toString(), "--command", "down=/usr/bin/tr")
                        .errorLines())
                .containsExactly("--spec " + file("job.json")
                        + ": /processor/name is \"up\", an unknown command; expected one of: down");
    }

    @Test
    void inline_items_stay_beside_the_checkpoint_after_a_crash_and_are_not_written_again() throws IOException {
        spec("{" + ITEMS + ",\"batchSize\":2}");
        assertCode(3, runSpec("--simulate-crash", "3"));
        Path items = file("out.jsonl.checkpoint.json.items");
        assertThat(items).hasContent(LINES);
        FileTime written = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(items, written);
        assertCode(3, runSpec("--simulate-crash", "1"));
        assertThat(Files.getLastModifiedTime(items)).isEqualTo(written);
        assertContinuesAtThirdItem();
        assertThat(names()).containsExactly("in.txt", "job.json", "out.jsonl");
    }

    @Test
    void lost_or_damaged_items_are_written_again() throws IOException {
        spec("{" + ITEMS + ",\"batchSize\":2}");
        assertCode(3, runSpec("--simulate-crash", "3"));
        Files.writeString(file("out.jsonl.checkpoint.json.items"), "torn");
        assertCode(3, runSpec("--simulate-crash", "1"));
        Files.delete(file("out.jsonl.checkpoint.json.items"));
        assertCode(0, runSpec());
        assertThat(file("out.jsonl")).hasContent(expected());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void the_crash_of_a_spec_is_for_the_first_call(int item) throws IOException {
        spec("{" + ITEMS + ",\"batchSize\":2,\"faults\":{\"crashAfterItems\":" + item + "}}");
        assertCode(3, runSpec());
        assertCode(0, runSpec());
        assertThat(file("out.jsonl")).hasContent(expected());
        assertCode(3, runSpec());
        assertCode(3, runSpec("--fresh"));
        assertCode(0, runSpec());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"input\":{\"items\":[\"one two\",\"bob\",\"three\",\"four\",\"six\"]}}",
                "{" + ITEMS + ",\"format\":\"raw-lines\"}",
                "{" + ITEMS + ",\"faults\":{\"failItems\":[0]}}",
                "{" + ITEMS + ",\"processor\":{\"type\":\"http\",\"url\":\"http://127.0.0.1:1/\"}}"
            })
    void a_changed_spec_does_not_continue_a_run_and_changes_nothing(String changed) throws IOException {
        spec("{" + ITEMS + ",\"batchSize\":2}");
        assertCode(3, runSpec("--simulate-crash", "3"));
        spec(changed);
        Printed refused = runSpec();
        assertCode(2, refused);
        assertThat(refused.errors()).contains("belongs to another input, format or processor", "pass --fresh");
        spec("{" + ITEMS + ",\"batchSize\":3,\"commit\":\"each\",\"parallelism\":2,\"maxFailedItems\":7}");
        assertContinuesAtThirdItem();
    }

    @Test
    void a_spec_continues_the_same_run_that_options_began() throws IOException {
        String[] options = {
            "-i", file("in.txt").toString(), "-o", file("out.jsonl").toString(), "-b", "2"
        };
        assertCode(
                3,
                run(Stream.concat(Arrays.stream(options), Stream.of("--simulate-crash", "3"))
                        .toArray(String[]::new)));
        spec("{}");
        assertContinuesAtThirdItem("-i", file("in.txt").toString());
    }

    @Test
    void items_that_fail_in_the_spec_fail_and_the_limit_of_the_spec_ends_the_run() throws IOException {
        spec("{" + ITEMS + ",\"faults\":{\"failItems\":[1,2]},\"maxFailedItems\":1}");
        assertCode(1, runSpec());
        spec("{" + ITEMS + ",\"faults\":{\"failItems\":[1,2]}}");
        assertCode(0, runSpec());
        assertThat(file("out.jsonl.errors.jsonl")).content().hasLineCount(2);
    }

    @Test
    void a_csv_in_items_that_the_processor_cannot_use_is_refused_by_its_place_in_the_spec() throws IOException {
        spec("{\"input\":{\"items\":[\"a,b\",\"1,2\"]},\"format\":\"csv\",\"processor\":"
                + "{\"type\":\"http\",\"url\":\"http://127.0.0.1:1/\",\"body\":\"{c}\"}}");
        assertThat(runSpec().errorLines())
                .containsExactly("--spec " + file("job.json")
                        + ": /processor/body names the unknown field {c}; the fields of the input are a, b");
        spec("{\"input\":{\"items\":[\"a,a\",\"1,2\"]},\"format\":\"csv\"}");
        assertThat(runSpec().errors())
                .startsWith("--spec " + file("job.json") + ": /input cannot be read as CSV: ")
                .contains("both named \"a\"");
        assertThat(names()).containsExactly("in.txt", "job.json");
    }

    @Test
    void options_that_describe_a_job_are_refused_beside_a_spec_all_at_once_with_its_problems() throws IOException {
        spec("{\"batchSize\":0}");
        assertThat(runSpec("-b", "3", "--commit", "group", "-f", "csv", "--csv-skip", "1", "--url", "x", "--", "tr")
                        .errorLines())
                .containsExactlyInAnyOrder(
                        "--batch-size cannot be combined with --spec; put it into the spec instead",
                        "--commit cannot be combined with --spec; put it into the spec instead",
                        "--format cannot be combined with --spec; put it into the spec instead",
                        "--csv-skip cannot be combined with --spec; put it into the spec instead",
                        "--url cannot be combined with --spec; put it into the spec instead",
                        "A program after -- cannot be combined with --spec; set --command NAME=PROGRAM, and use the"
                                + " name in the spec",
                        "--spec " + file("job.json") + ": /batchSize must be between 1 and 1000000 (got 0)",
                        "--spec " + file("job.json") + ": /input is required: name the file with --input, or send"
                                + " {\"items\": […]} or {\"path\": …}");
    }

    @Test
    void a_variable_that_describes_a_job_is_refused_too_and_none_names_a_spec() throws IOException {
        spec("{" + ITEMS + "}");
        Map<String, String> environment =
                Map.of("CHECKPOINT_RECOVERY_BATCH_SIZE", "3", "CHECKPOINT_RECOVERY_QUIET", "true");
        String[] command = {
            "run",
            "--spec",
            file("job.json").toString(),
            "-o",
            file("out.jsonl").toString()
        };
        assertThat(Printed.by(environment, command).errorLines())
                .containsExactly("--batch-size cannot be combined with --spec; put it into the spec instead");
        Printed unnamed = Printed.by(Map.of("CHECKPOINT_RECOVERY_SPEC", "x"), "run", "-o", "/o");
        assertThat(unnamed.errors())
                .contains("CHECKPOINT_RECOVERY_SPEC names no option", "Missing required option: '--input=FILE'");
    }

    @Test
    void one_crash_is_enough() throws IOException {
        spec("{" + ITEMS + ",\"faults\":{\"crashAfterItems\":1}}");
        assertThat(runSpec("--simulate-crash", "3").errorLines())
                .containsExactly("--simulate-crash cannot be combined with --spec " + file("job.json")
                        + ": /faults/crashAfterItems; remove one of them");
        assertThat(runSpec("--crash-point", "torn-results").errorLines())
                .containsExactly("--crash-point cannot be combined with --spec unless --simulate-crash is set");
    }

    @Test
    void a_spec_that_is_no_file_is_refused() throws IOException {
        assertThat(runSpec("-q").errorLines()).containsExactly("--spec " + file("job.json") + " does not exist");
        Files.createDirectory(file("job.json"));
        assertThat(runSpec("-q").errorLines()).containsExactly("--spec " + file("job.json") + " is a directory");
        assertThat(run("--spec", "", "-o", "/o").code()).isEqualTo(2);
    }

    @Test
    void a_run_does_not_replace_its_spec() throws IOException {
        String json = "{" + ITEMS + "}";
        spec(json);
        for (String option : List.of("-o", "--checkpoint")) {
            String other = option.equals("-o") ? "--checkpoint" : "-o";
            Printed refused = run(
                    "--spec",
                    file("job.json").toString(),
                    option,
                    file("job.json").toString(),
                    other,
                    file("x").toString());
            assertCode(2, refused);
            assertThat(refused.errors()).contains("is also a file of this run; name other files");
            assertThat(file("job.json")).hasContent(json);
        }
    }

    @Test
    void nothing_but_a_regular_file_is_replaced_by_items() throws IOException {
        spec("{" + ITEMS + "}");
        Path items = Files.createSymbolicLink(file("out.jsonl.checkpoint.json.items"), file("in.txt"));
        Printed refused = runSpec();
        assertCode(2, refused);
        assertThat(refused.errors()).contains(items + " is in the way: it is not a regular file");
        assertThat(items).isSymbolicLink();
        assertThat(file("in.txt")).hasContent(LINES);
    }

    @Test
    void without_a_spec_the_input_and_the_output_are_required() throws IOException {
        assertThat(run().errorLines())
                .containsExactly(
                        "Missing required options: '--input=FILE', '--output=FILE'",
                        "See checkpoint-recovery run --help.");
        spec("{" + ITEMS + "}");
        assertThat(run("--spec", file("job.json").toString()).errorLines())
                .containsExactly("Missing required option: '--output=FILE'", "See checkpoint-recovery run --help.");
    }
}
