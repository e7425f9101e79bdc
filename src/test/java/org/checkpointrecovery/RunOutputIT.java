package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the packed {@code run} command does where something else than a regular file is to be written or read. */
class RunOutputIT {
    private static final String RESULTS = "\"original\":\"one\"";

    @TempDir
    Path directory;

    private Path input = Path.of("");
    private Path output = Path.of("");

    @BeforeEach
    void makeInput() throws IOException {
        input = Files.write(directory.resolve("in.txt"), "one\n\377\nthree\n".getBytes(StandardCharsets.ISO_8859_1));
        output = directory.resolve("out.json");
    }

    private record Ended(int code, String log) {}

    private Ended run(String... more) throws IOException {
        Files.deleteIfExists(directory.resolve("stderr.log"));
        List<String> arguments = new ArrayList<>(List.of("run", "--output", output.toString()));
        if (!List.of(more).contains("--input")) {
            arguments.addAll(List.of("--input", input.toString()));
        }
        arguments.addAll(List.of(more));
        try (PackedJar jar = PackedJar.start(directory, arguments.toArray(String[]::new))) {
            String unused = jar.output();
            return new Ended(jar.exitCode(), jar.log());
        }
    }

    private static void makeNode(Path path, String... how) throws Exception {
        List<String> command = new ArrayList<>(List.of(how));
        command.add(1, path.toString());
        assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    }

    private static Object nodeType(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 0170000;
    }

    /** The files of a run, by what follows the name of its output. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".errors.jsonl",
                ".partial",
                ".checkpoint.json",
                ".checkpoint.json.tmp",
                ".checkpoint.previous.json"
            })
    void a_pipe_where_a_file_is_to_be_written_is_refused_and_kept(String suffix) throws Exception {
        Path pipe = directory.resolve("out.json" + suffix);
        makeNode(pipe, "mkfifo");
        Object type = nodeType(pipe);
        Ended run = run();
        assertThat(run.code).as(run.log).isEqualTo(2);
        assertThat(run.log).contains(pipe.toString()).contains("not a regular file");
        assertThat(nodeType(pipe)).isEqualTo(type);
        assertThat(directory.toFile().list()).containsExactlyInAnyOrder("in.txt", "stderr.log", "out.json" + suffix);
    }

    @Test
    void a_device_is_refused_and_kept() throws Exception {
        makeNode(output, "mknod", "c", "1", "3"); // what /dev/null is
        Object type = nodeType(output);
        Ended run = run();
        assertThat(run.code).as(run.log).isEqualTo(2);
        assertThat(run.log).contains("a device, not a regular file");
        assertThat(nodeType(output)).isEqualTo(type);
    }

    /** As {@code /dev/stdout} is. */
    @Test
    void a_link_to_standard_output_is_refused_and_kept() throws Exception {
        Files.createSymbolicLink(output, Path.of("/proc/self/fd/1"));
        Ended run = run();
        assertThat(run.code).as(run.log).isEqualTo(2);
        assertThat(run.log).contains("not a regular file");
        assertThat(output).isSymbolicLink();
    }

    @Test
    void links_are_written_through() throws Exception {
        Path other = Files.createDirectory(directory.resolve("other"));
        Path target = Files.writeString(other.resolve("results.json"), "old");
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r-----"));
        Files.createSymbolicLink(output, Path.of("other/results.json"));
        Path errors = Files.createSymbolicLink(
                directory.resolve("out.json.errors.jsonl"),
                Path.of("other/../other/errors.jsonl")); // leads nowhere yet
        Path checkpoint = Files.createSymbolicLink(
                directory.resolve("out.json.checkpoint.json"), other.resolve("checkpoint.json"));
        Ended crashed = run("--batch-size", "1", "--simulate-crash", "3");
        assertThat(crashed.code).as(crashed.log).isEqualTo(3);
        assertThat(other.resolve("checkpoint.json")).isRegularFile();
        assertThat(other.resolve("results.json.partial")).isRegularFile();
        assertThat(target).hasContent("old");
        Ended run = run();
        assertThat(run.code).as(run.log).isZero();
        assertThat(run.log).contains("Resuming at item");
        assertThat(List.of(output, errors, checkpoint)).allMatch(Files::isSymbolicLink);
        assertThat(target).content().contains(RESULTS);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .isEqualTo("rw-r-----");
        assertThat(other.resolve("errors.jsonl")).content().contains("NOT_UTF8");
        assertThat(other.toFile().list()).containsExactlyInAnyOrder("results.json", "errors.jsonl");
    }

    @Test
    void a_link_to_the_input_is_not_written_through() throws Exception {
        Files.createSymbolicLink(output, input);
        byte[] before = Files.readAllBytes(input);
        Ended run = run();
        assertThat(run.code).as(run.log).isEqualTo(2);
        assertThat(run.log).contains("must be different files");
        assertThat(input).hasBinaryContent(before);
    }

    @Test
    void links_that_lead_nowhere_are_refused() throws Exception {
        Files.createSymbolicLink(output, directory.resolve("missing/out.json"));
        Ended run = run();
        assertThat(run.code).isEqualTo(2);
        assertThat(run.log).contains("in a directory that does not exist");
        Files.delete(output);
        Files.createSymbolicLink(output, output);
        Ended looped = run();
        assertThat(looped.code).as(looped.log).isEqualTo(2);
        assertThat(looped.log).contains("leads to itself");
    }

    @Test
    void a_pipe_is_no_input() throws Exception {
        Path pipe = directory.resolve("pipe");
        makeNode(pipe, "mkfifo");
        Path link = Files.createSymbolicLink(directory.resolve("link"), pipe);
        for (String in : List.of(pipe.toString(), link.toString(), "/dev/stdin", "/dev/null")) {
            Ended run = run("--input", in);
            assertThat(run.code).as(run.log).isEqualTo(2);
            assertThat(run.log).contains("--input " + in + " is not a regular file");
        }
        assertThat(output).doesNotExist();
    }

    @Test
    void an_input_may_be_a_link() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), input);
        Ended run = run("--input", link.toString());
        assertThat(run.code).as(run.log).isZero();
        assertThat(output).content().contains(RESULTS);
    }

    @Test
    void a_retry_writes_through_links_and_keeps_permissions() throws Exception {
        Path other = Files.createDirectory(directory.resolve("other"));
        Files.createSymbolicLink(output, Path.of("other/results.json"));
        Path errors =
                Files.createSymbolicLink(directory.resolve("out.json.errors.jsonl"), Path.of("other/errors.jsonl"));
        assertThat(run("--max-item-bytes", "4").code).isZero();
        for (String name : List.of("results.json", "errors.jsonl")) {
            Files.setPosixFilePermissions(other.resolve(name), PosixFilePermissions.fromString("rw-r-----"));
        }
        Ended crashed = run("--retry-failed", "--simulate-crash", "2");
        assertThat(crashed.code).as(crashed.log).isEqualTo(3);
        assertThat(other.resolve("errors.jsonl")).content().contains("ITEM_TOO_LONG");
        Ended run = run("--retry-failed");
        assertThat(run.code).as(run.log).isZero();
        assertThat(run.log).contains("Failed again: 1. See " + other.resolve("errors.jsonl"));
        assertThat(List.of(output, errors)).allMatch(Files::isSymbolicLink);
        assertThat(other.resolve("results.json")).content().contains("\"original\":\"three\"");
        assertThat(other.resolve("errors.jsonl")).content().contains("NOT_UTF8").doesNotContain("ITEM_TOO_LONG");
        for (String name : List.of("results.json", "errors.jsonl")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(other.resolve(name))))
                    .isEqualTo("rw-r-----");
        }
        assertThat(other.toFile().list()).containsExactlyInAnyOrder("results.json", "errors.jsonl");
        assertThat(directory.toFile().list())
                .containsExactlyInAnyOrder("in.txt", "other", "out.json", "out.json.errors.jsonl", "stderr.log");
    }

    @Test
    void a_retry_takes_no_streams() throws Exception {
        assertThat(run().code).isZero();
        for (List<String> streams : List.of(List.of("--input", "-"), List.of("--output", "-"))) {
            List<String> options = new ArrayList<>(List.of("run", "--retry-failed"));
            options.addAll(streams);
            options.addAll(
                    streams.contains("--input")
                            ? List.of("--output", output.toString())
                            : List.of("--input", input.toString()));
            try (PackedJar jar = PackedJar.start(directory, options.toArray(String[]::new))) {
                String unused = jar.output();
                assertThat(jar.exitCode()).isEqualTo(2);
                assertThat(jar.log()).contains("--retry-failed reads the files of a completed run");
            }
        }
        assertThat(output).content().contains(RESULTS);
    }
}
