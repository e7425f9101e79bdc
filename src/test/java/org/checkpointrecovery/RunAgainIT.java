package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.checkpointrecovery.processor.PlainTextStats;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The {@code run} command, called again over what an earlier call left, and called with what cannot be used. */
class RunAgainIT {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path directory;

    private final List<PackedJar> started = new ArrayList<>();

    @BeforeEach
    void copySample() throws IOException {
        Files.copy(Path.of("data", "sample_input.txt"), input());
    }

    @AfterEach
    void killWhatRuns() {
        started.forEach(PackedJar::close);
    }

    private Path input() {
        return directory.resolve("in.txt");
    }

    private Path output() {
        return directory.resolve("out.json");
    }

    private Path checkpoint() {
        return directory.resolve("cp.json");
    }

    private PackedJar start(String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "run",
                "--input",
                input().toString(),
                "--output",
                output().toString(),
                "--checkpoint",
                checkpoint().toString()));
        arguments.addAll(List.of(more));
        return startWith(arguments.toArray(String[]::new));
    }

    private PackedJar startWith(String... arguments) throws IOException {
        Files.deleteIfExists(directory.resolve("stderr.log"));
        PackedJar jar = PackedJar.start(directory, arguments);
        started.add(jar);
        return jar;
    }

    /** Runs to the end, and fails unless it ends with this code and without a stack trace. */
    private PackedJar run(int code, String... more) throws IOException {
        return ended(code, start(more));
    }

    private static PackedJar ended(int code, PackedJar jar) {
        assertThat(jar.exitCode()).as(jar.log()).isEqualTo(code);
        assertThat(jar.log()).doesNotContain("\tat ");
        return jar;
    }

    /** What a plain loop over the lines makes of them. */
    private static ArrayNode model(String text) throws IOException {
        ArrayNode results = JSON.createArrayNode();
        for (String line : text.split("\n", -1)) {
            if (!line.isBlank()) {
                results.add(JSON.readTree(PlainTextStats.of(results.size(), line.strip())));
            }
        }
        return results;
    }

    private void assertWhole(PackedJar done, int items) throws IOException {
        JsonNode summary = JSON.readTree(done.output());
        assertThat(summary.path("total_items").asInt()).isEqualTo(items);
        assertThat(summary.path("processed").asInt()).isEqualTo(items);
        assertThat(summary.path("checkpoint_cleared").asBoolean()).isTrue();
        assertThat(JSON.readTree(output().toFile())).isEqualTo(model(Files.readString(input())));
        assertThat(checkpoint()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "before-commit",
                "between-results-and-checkpoint",
                "torn-results",
                "torn-checkpoint",
                "corrupt-checkpoint"
            })
    void a_crash_at_any_point_is_made_good_also_with_another_batch_size(String point) throws IOException {
        run(3, "--batch-size", "3", "--simulate-crash", "5", "--crash-point", point);
        PackedJar done = run(0, "--batch-size", "4", "--parallelism", "2");
        assertWhole(done, 10);
        if (point.equals("corrupt-checkpoint")) {
            assertThat(done.log()).contains("cp.json is damaged", "kept as cp.damaged-1.json");
        }
    }

    @Test
    void a_call_that_goes_on_crashes_again_after_as_many_more_items() throws IOException {
        for (int expected : new int[] {3, 6, 9}) {
            run(3, "--batch-size", "3", "--simulate-crash", "4");
            assertThat(JSON.readTree(checkpoint().toFile()).path("nextItem").asInt())
                    .isEqualTo(expected);
        }
        assertWhole(run(0, "--batch-size", "3", "--simulate-crash", "4"), 10);
    }

    @Test
    void what_stands_in_the_output_stays_until_the_new_one_is_whole() throws IOException {
        Files.writeString(output(), "the old one");
        run(3, "--batch-size", "3", "--simulate-crash", "7");
        assertThat(output()).hasContent("the old one");
        assertWhole(run(0, "--batch-size", "3"), 10);
    }

    @Test
    void all_that_is_wrong_with_the_options_is_said_at_once() throws IOException {
        PackedJar refused = startWith(
                "run",
                "--input",
                directory.resolve("missing").toString(),
                "--output",
                directory.resolve("no/directory").toString(),
                "--checkpoint",
                checkpoint().toString(),
                "--batch-size",
                "many",
                "--parallelism",
                "65",
                "--commit",
                "never",
                "--simulate-crash",
                "0",
                "--crash-point",
                "nowhere",
                "--max-item-bytes",
                "1X");
        ended(2, refused);
        for (String option : List.of(
                "--input",
                "--output",
                "--batch-size",
                "--parallelism",
                "--commit",
                "--simulate-crash",
                "--crash-point",
                "--max-item-bytes")) {
            assertThat(refused.log().lines().filter(line -> line.startsWith(option + " ")))
                    .as("%s in %s", option, refused.log())
                    .hasSize(1);
        }
        assertThat(refused.log().lines()).hasSize(8);
    }

    @Test
    void the_command_line_explains_itself() throws IOException {
        assertThat(ended(0, startWith("run", "--help")).output()).contains("--simulate-crash", "Exit codes", "--fresh");
        assertThat(ended(0, startWith("--version")).output()).contains("checkpoint-recovery 1.");
        assertThat(ended(2, startWith()).log()).contains("serve", "run");
        assertThat(run(2, "--bach-size", "3").log()).contains("--bach-size");
    }

    @Test
    void a_run_that_is_stopped_goes_on_and_two_at_once_keep_out_of_each_others_way() throws IOException {
        Files.writeString(
                input(),
                IntStream.range(0, 20_000).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining()));
        PackedJar first = start("--batch-size", "1", "--commit", "each");
        Await.until("it has committed", () -> Files.exists(checkpoint()), there -> there);
        assertThat(run(2, "--batch-size", "1").log()).contains("another run");
        assertThat(run(2, "--batch-size", "1", "--fresh").log()).contains("another run");
        assertThat(first.isAlive()).isTrue();
        first.terminate();
        assertThat(first.exitCode()).isIn(1, 143);
        assertThat(output()).doesNotExist();
        long reached = JSON.readTree(checkpoint().toFile()).path("nextItem").asLong();
        assertThat(reached).isPositive();
        PackedJar done = run(0);
        assertThat(done.log()).contains("Resuming at item " + reached);
        assertWhole(done, 20_000);
    }
}
