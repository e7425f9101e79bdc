package org.checkpointrecovery.processor.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.Asked;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.Processors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs as processors: small shell scripts here, each started as the program that it is. */
class CommandProcessorTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    /** One that the process of the tests surely has; it is the child's own where it has none. */
    private static final String INHERITED = "PWD";

    @TempDir
    private Path directory;

    private Path script(String lines) throws IOException {
        Path script = Files.createTempFile(directory, "script", ".sh");
        Files.writeString(script, "#!/bin/sh\n" + lines);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return script;
    }

    private ConcurrentProcessor processor(CommandMode mode, int concurrency, Duration timeout, String script)
            throws Exception {
        List<String> command = List.of(script(script).toString(), "an argument", "$HOME; `id`");
        return new CommandKind(
                        new Commands(Map.of("test", command), Set.of(INHERITED), List.of("/usr/bin/setsid")),
                        "--command")
                .build(new CommandOptions("test", mode, concurrency, timeout.toMillis()));
    }

    @Test
    void an_item_goes_in_and_its_result_comes_out() throws Exception {
        try (ConcurrentProcessor processor = processor(CommandMode.PER_ITEM, 2, LONG, "tr a-z A-Z\necho")) {
            assertThat(Asked.result(Asked.ask(processor, 3, "two words")))
                    .isEqualTo("{\"index\":3,\"attempts\":1,\"output\":\"TWO WORDS\"}");
            assertThat(Asked.result(Asked.ask(processor, 4, "{\"n\": 1.50}")))
                    .isEqualTo("{\"index\":4,\"attempts\":1,\"output\":{\"N\":1.50}}");
        }
    }

    @Test
    void arguments_are_handed_on_word_by_word_and_no_shell_reads_them() throws Exception {
        try (ConcurrentProcessor processor =
                processor(CommandMode.PER_ITEM, 1, LONG, "printf '%s|%s|%s|%s' \"$#\" \"$1\" \"$2\" \"$ITEM_INDEX\"")) {
            assertThat(Asked.result(Asked.ask(processor, 7, "x")))
                    .isEqualTo("{\"index\":7,\"attempts\":1,\"output\":\"2|an argument|$HOME; `id`|7\"}");
        }
    }

    @Test
    void an_exit_code_other_than_0_fails_the_item_with_the_end_of_standard_error() throws Exception {
        String script = "cat >/dev/null\nyes noise | head -n 3000 >&2\necho 'no such colour' >&2\nexit 3";
        try (ConcurrentProcessor processor = processor(CommandMode.PER_ITEM, 1, LONG, script)) {
            assertThat(Asked.failure(Asked.ask(processor, 0, "x")))
                    .startsWith("COMMAND_FAILED 1 The command \"test\" ended with exit code 3: ")
                    .endsWith("noise no such colour")
                    .hasSizeLessThan(2200);
        }
    }

    @Test
    void a_program_need_not_read_its_item_and_may_answer_before_it_has() throws Exception {
        String large = "x".repeat(1024 * 1024 - 10);
        try (ConcurrentProcessor processor = processor(CommandMode.PER_ITEM, 1, LONG, "echo done")) {
            assertThat(Asked.result(Asked.ask(processor, 0, large)))
                    .isEqualTo("{\"index\":0,\"attempts\":1,\"output\":\"done\"}");
        }
        try (ConcurrentProcessor processor = processor(CommandMode.PER_ITEM, 1, LONG, "cat")) {
            assertThat(Asked.result(Asked.ask(processor, 0, large))).contains(large);
        }
    }

    @Test
    void too_much_output_fails_the_item() throws Exception {
        try (ConcurrentProcessor processor = processor(CommandMode.PER_ITEM, 1, LONG, "exec yes")) {
            assertThat(Asked.failure(Asked.ask(processor, 0, "x"))).startsWith("ANSWER_TOO_LARGE 1 ");
        }
        try (ConcurrentProcessor processor = processor(CommandMode.STREAM, 1, LONG, "yes | tr -d '\\n'")) {
            assertThat(Asked.failure(Asked.ask(processor, 0, "x"))).startsWith("ANSWER_TOO_LARGE 1 ");
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_item_that_takes_too_long_fails_and_its_processes_are_killed(CommandMode mode) throws Exception {
        Path pids = directory.resolve("pids");
        String script = "sleep 1000 &\necho $! $$ >> " + pids + "\nwait\n";
        try (ConcurrentProcessor processor = processor(mode, 1, Duration.ofMillis(500), script)) {
            assertThat(Asked.failure(Asked.ask(processor, 0, "x")))
                    .isEqualTo("TIMED_OUT 1 The command \"test\" took longer than 500 ms (timeoutMillis) and was "
                            + "killed.");
            awaitDead(pids);
            assertThat(Asked.failure(Asked.ask(processor, 1, "y"))).startsWith("TIMED_OUT 1 ");
        }
        awaitDead(pids);
    }

    @ParameterizedTest
    @EnumSource
    void no_process_is_left_when_the_processor_is_closed(CommandMode mode) throws Exception {
        Path pids = directory.resolve("pids");
        ConcurrentProcessor processor = processor(mode, 3, LONG, "echo $$ >> " + pids + "\nexec sleep 1000");
        for (int index = 0; index < 3; index++) {
            var unused = Asked.begin(processor, index, "x");
        }
        Await.until(
                "three run",
                () -> Files.exists(pids) && Files.readAllLines(pids).size() >= 3);
        processor.close();
        awaitDead(pids);
    }

    @Test
    void a_process_that_a_command_leaves_behind_holds_no_item_and_is_killed() throws Exception {
        Path pids = directory.resolve("pids");
        String script = "sleep 1000 <&0 &\necho $! >> " + pids + "\necho done\n";
        try (ConcurrentProcessor processor = processor(CommandMode.PER_ITEM, 1, LONG, script)) {
            assertThat(Asked.result(Asked.ask(processor, 0, "x"))).endsWith("\"output\":\"done\"}");
            assertThat(Asked.result(Asked.ask(processor, 1, "y".repeat(200_000))))
                    .endsWith("\"output\":\"done\"}");
        }
        awaitDead(pids);
        Files.delete(pids);
        try (ConcurrentProcessor processor = processor(CommandMode.STREAM, 1, LONG, "read -r line\n" + script)) {
            assertThat(Asked.result(Asked.ask(processor, 0, "x"))).contains("\"output\":\"done\"}");
            assertThat(Asked.result(Asked.ask(processor, 1, "y"))).contains("\"output\":\"done\"}");
        }
        awaitDead(pids);
    }

    @Test
    void a_process_that_leaves_the_group_holds_no_item() throws Exception {
        Path pids = directory.resolve("pids");
        String script = "setsid sleep 1000 &\necho $! >> " + pids + "\necho done\n";
        try (ConcurrentProcessor processor = processor(CommandMode.PER_ITEM, 1, LONG, script)) {
            assertThat(Asked.result(Asked.ask(processor, 0, "x"))).endsWith("\"output\":\"done\"}");
        } finally {
            for (String pid : Files.readAllLines(pids)) {
                ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_command_that_closes_its_output_and_lives_on_is_ended_by_the_time_out(CommandMode mode) throws Exception {
        Path pids = directory.resolve("pids");
        String script = "echo $$ >> " + pids + "\nexec 1>&- 2>&-\nexec sleep 1000";
        try (ConcurrentProcessor processor = processor(mode, 1, Duration.ofMillis(500), script)) {
            assertThat(Asked.failure(Asked.ask(processor, 0, "x"))).matches("(TIMED_OUT|COMMAND_FAILED) .*");
        }
        awaitDead(pids);
    }

    @Test
    void a_command_inherits_a_few_variables_and_those_that_the_operator_names() throws Exception {
        try (ConcurrentProcessor processor = processor(CommandMode.PER_ITEM, 1, LONG, "exec env")) {
            List<String> names = Asked.result(Asked.ask(processor, 3, "x"))
                    .transform(result -> Stream.of(result.replaceAll(".*\"output\":\"(.*)\"}", "$1")
                                    .split("\\\\n"))
                            .map(line -> line.split("=", 2)[0])
                            .toList());
            assertThat(names).contains("PATH", "JOB_ID", "ITEM_INDEX");
            assertThat(names)
                    .isSubsetOf(
                            "PATH",
                            "HOME",
                            "LANG",
                            "LC_ALL",
                            "TMPDIR",
                            "JOB_ID",
                            "ITEM_INDEX",
                            "PWD",
                            "_",
                            "SHLVL",
                            INHERITED);
            assertThat(names.contains(INHERITED)).isEqualTo(System.getenv(INHERITED) != null);
            assertThat(names).as("this test can fail").doesNotContainAnyElementsOf(Set.of("JAVA_HOME", "MAVEN_HOME"));
        }
    }

    private static void awaitDead(Path pids) throws Exception {
        for (String line : Files.readAllLines(pids)) {
            for (String pid : line.split(" ", -1)) {
                ProcessHandle process = ProcessHandle.of(Long.parseLong(pid)).orElse(null);
                if (process != null) {
                    Await.result(process.onExit());
                }
            }
        }
    }

    @Test
    void a_stream_answers_each_line_with_a_line_from_one_process() throws Exception {
        try (ConcurrentProcessor processor =
                processor(CommandMode.STREAM, 1, LONG, "while read -r line; do echo \"$$ $line\"; done")) {
            String first = Asked.result(Asked.ask(processor, 0, "a b"));
            String second = Asked.result(Asked.ask(processor, 1, "c"));
            assertThat(first).matches("\\{\"index\":0,\"attempts\":1,\"output\":\"\\d+ a b\"}");
            assertThat(second).matches("\\{\"index\":1,\"attempts\":1,\"output\":\"\\d+ c\"}");
            assertThat(second.replaceAll(".*\"(\\d+) c.*", "$1")).isEqualTo(first.replaceAll(".*\"(\\d+) a.*", "$1"));
        }
    }

    @Test
    void an_item_whose_stream_dies_is_tried_again_on_a_new_one() throws Exception {
        Path once = directory.resolve("once");
        String script = "read -r line\nif [ ! -e " + once + " ]; then touch " + once
                + "; exit 9; fi\necho \"$line\"\nread -r line\necho gone >&2\nexit 4";
        try (ConcurrentProcessor processor = processor(CommandMode.STREAM, 1, LONG, script)) {
            assertThat(Asked.result(Asked.ask(processor, 0, "a")))
                    .isEqualTo("{\"index\":0,\"attempts\":2,\"output\":\"a\"}");
            assertThat(Asked.result(Asked.ask(processor, 1, "b")))
                    .as("the process that lives on dies of it, a new one answers")
                    .isEqualTo("{\"index\":1,\"attempts\":2,\"output\":\"b\"}");
        }
    }

    @Test
    void an_item_whose_streams_die_twice_fails() throws Exception {
        try (ConcurrentProcessor processor =
                processor(CommandMode.STREAM, 1, LONG, "read -r line\necho \"bad $line\" >&2\nexit 9")) {
            assertThat(Asked.failure(Asked.ask(processor, 0, "a")))
                    .startsWith("COMMAND_FAILED 2 The command \"test\" did not answer")
                    .endsWith("with exit code 9: bad a");
        }
    }

    @Test
    void a_line_too_many_is_never_taken_for_the_answer_to_the_next_item() throws Exception {
        try (ConcurrentProcessor processor = processor(
                CommandMode.STREAM, 1, LONG, "while read -r line; do printf '%s\\nand more\\n' \"$line\"; done")) {
            for (int index = 0; index < 5; index++) {
                assertThat(Asked.result(Asked.ask(processor, index, "item " + index)))
                        .isEqualTo("{\"index\":" + index + ",\"attempts\":1,\"output\":\"item " + index + "\"}");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void many_items_are_answered_each_with_its_own(CommandMode mode) throws Exception {
        String script = mode == CommandMode.STREAM ? "exec cat" : "cat";
        try (ConcurrentProcessor processor = processor(mode, 4, LONG, script)) {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int index = 0; index < 60; index++) {
                answers.add(Asked.begin(processor, index, "item " + index));
            }
            for (int index = 0; index < 60; index++) {
                assertThat(Asked.result(Asked.await(answers.get(index))))
                        .isEqualTo("{\"index\":" + index + ",\"attempts\":1,\"output\":\"item " + index + "\"}");
            }
        }
    }

    @Test
    void a_program_that_cannot_be_started_fails_the_item() throws Exception {
        CommandKind kind = new CommandKind(
                new Commands(Map.of("gone", List.of("/nowhere/at/all")), Set.of(), List.of()), "--command");
        for (CommandMode mode : CommandMode.values()) {
            try (ConcurrentProcessor processor = kind.build(new CommandOptions("gone", mode, 1, LONG.toMillis()))) {
                assertThat(Asked.failure(Asked.ask(processor, 0, "x")))
                        .startsWith("COMMAND_FAILED")
                        .contains("cannot be started");
            }
        }
    }

    @Test
    void only_commands_that_the_operator_named_are_run() {
        CommandKind kind =
                new CommandKind(new Commands(Map.of("resize", List.of("/bin/cat")), Set.of(), List.of()), "--command");
        CommandOptions spec = new CommandOptions("/bin/sh", CommandMode.PER_ITEM, 1, LONG.toMillis());
        assertThat(kind.problems(spec, Format.LINES)).singleElement().satisfies(problem -> {
            assertThat(problem.option()).containsExactly("name");
            assertThat(problem.message()).contains("\"/bin/sh\"", "expected one of: resize");
        });
        assertThatThrownBy(() -> kind.build(spec)).isInstanceOf(Processors.UnavailableException.class);
    }
}
