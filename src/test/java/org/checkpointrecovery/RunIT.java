package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The teaching program's own command. */
class RunIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Path SAMPLE = Path.of("data/sample_input.txt");

    @TempDir
    Path directory;

    @Test
    void the_sample_input_is_processed() throws Exception {
        Ended run = run(SAMPLE, "--batch-size", "3");
        assertThat(run.code).isZero();
        assertThat(JSON.readTree(run.output))
                .isEqualTo(JSON.readTree(
                        "{\"total_items\":10,\"processed\":10,\"failed\":0,\"checkpoint_cleared\":true}"));
        assertThat(run.log)
                .contains("Checkpoint saved: 10 of 10 items (100.0 %)", "Completed: 10 of 10 items (100.0 %)");
        assertThat(JSON.readTree(output().toFile())).isEqualTo(model(Files.readAllLines(SAMPLE)));
        assertThat(checkpoint()).doesNotExist();
        assertThat(directory.toFile().list()).containsExactlyInAnyOrder("output.json", "stderr.log");
    }

    @Test
    void a_run_in_which_every_item_fails_says_so_with_its_exit_code() throws Exception {
        Path input = directory.resolve("in.txt");
        Files.write(input, new byte[] {(byte) 0xff, '\n', (byte) 0xfe, '\n'});
        Ended run = run(input);
        assertThat(run.code).isEqualTo(5);
        assertThat(run.log).contains("Every item failed", "output.json.errors.jsonl");
        assertThat(JSON.readTree(run.output).get("failed").intValue()).isEqualTo(2);
        Files.write(input, new byte[] {(byte) 0xff, '\n', 'a', '\n'});
        assertThat(run(input).code).isZero();
    }

    /** What the Python program writes, said in the plainest Java. */
    private static ArrayNode model(List<String> lines) {
        ArrayNode results = JSON.createArrayNode();
        for (String line : lines) {
            String item = line.strip();
            if (!item.isEmpty()) {
                results.addObject()
                        .put("index", results.size() - 1)
                        .put("original", item)
                        .put("length", item.codePointCount(0, item.length()))
                        .put("word_count", item.split("\\s+", -1).length)
                        .put("uppercase", item.toUpperCase(Locale.ROOT));
            }
        }
        return results;
    }

    @Test
    void a_csv_file_goes_on_after_a_crash() throws Exception {
        Path input = directory.resolve("in.csv");
        Files.writeString(input, "a;b\r\n1;\"x\ny\"\r\n2\r\n3;z\r\n");
        String[] options = {"--format", "csv", "--delimiter", ";", "--batch-size", "1"};
        String[] crashing = Arrays.copyOf(options, options.length + 2);
        crashing[options.length] = "--simulate-crash";
        crashing[options.length + 1] = "2";
        assertThat(run(input, crashing).code).isEqualTo(3);
        assertThat(run(input, "--format", "jsonl").code)
                .as("byte positions of another format")
                .isEqualTo(2);
        assertThat(run(input, options).code).isZero();
        assertThat(JSON.readTree(output().toFile()).findValuesAsText("original"))
                .containsExactly("{\"a\":\"1\",\"b\":\"x\\ny\"}", "{\"a\":\"3\",\"b\":\"z\"}");
        assertThat(run(input, "--delimiter", ";").log).contains("--delimiter is for --format csv only");
        assertThat(run(input, "--format", "csv", "--delimiter", ";;").code).isEqualTo(2);
        assertThat(run(input, "--format", "tsv").log).contains("lines, raw-lines, jsonl, csv");
    }

    @Test
    void an_open_quotation_mark_ends_the_run_with_its_place_and_the_option_that_helps() throws Exception {
        Path input = directory.resolve("in.csv");
        Files.writeString(input, "1,Ana\n2,\"12 in\n3,c\n");
        Ended open = run(input, "--format", "csv", "--csv-header", "id,name");
        assertThat(open.code).isEqualTo(1);
        assertThat(open.log).contains("in line 2 of the input, at byte offset 8", "--csv-quote none");
        assertThat(output()).doesNotExist();
        assertThat(run(input, "--format", "csv", "--csv-header", "id,name", "--csv-quote", "none").code)
                .isZero();
        assertThat(JSON.readTree(output().toFile()).findValuesAsText("original"))
                .containsExactly(
                        "{\"id\":\"1\",\"name\":\"Ana\"}",
                        "{\"id\":\"2\",\"name\":\"\\\"12 in\"}",
                        "{\"id\":\"3\",\"name\":\"c\"}");
        assertThat(run(input, "--format", "csv", "--csv-quote", "none", "--csv-header", "none", "--csv-skip", "2").code)
                .isZero();
        assertThat(JSON.readTree(output().toFile()).findValuesAsText("original"))
                .containsExactly("{\"column_1\":\"3\",\"column_2\":\"c\"}");
        for (String[] wrong : new String[][] {
            {"--csv-header", "a,a"},
            {"--csv-header", "a,"},
            {"--csv-header", "None"},
            {"--csv-skip", "-1"},
            {"--csv-quote", "x"}
        }) {
            Ended refused = run(input, "--format", "csv", wrong[0], wrong[1]);
            assertThat(refused.code).as("%s %s", wrong[0], wrong[1]).isEqualTo(2);
            assertThat(refused.log).contains(wrong[0]);
            assertThat(run(input, wrong[0], "1").log).contains(wrong[0] + " is for --format csv only");
        }
    }

    @Test
    void a_batch_size_of_0_is_refused_in_one_line() throws Exception {
        Ended run = run(SAMPLE, "--batch-size", "0");
        assertThat(run.code).isEqualTo(2);
        assertThat(run.output).isEmpty();
        assertThat(run.log.lines()).hasSize(1).first().asString().contains("--batch-size", "\"0\"");
        assertThat(output()).doesNotExist();
    }

    @Test
    void a_simulated_crash_leaves_a_checkpoint_that_the_next_call_goes_on_from() throws Exception {
        Ended crashed = run(SAMPLE, "--batch-size", "3", "--simulate-crash", "7");
        assertThat(crashed.code).isEqualTo(3);
        assertThat(crashed.output).isEmpty();
        JsonNode checkpoint = JSON.readTree(checkpoint().toFile());
        assertThat(checkpoint.get("nextItem").longValue()).isEqualTo(6);
        assertThat(output()).doesNotExist();

        Ended again = run(SAMPLE, "--batch-size", "3", "--simulate-crash", "2");
        assertThat(again.code).isEqualTo(3);
        assertThat(JSON.readTree(checkpoint().toFile()).get("nextItem").longValue())
                .isEqualTo(6);
        assertThat(JSON.readTree(checkpoint().toFile()).get("run").longValue()).isEqualTo(1);

        Ended resumed = run(SAMPLE, "--batch-size", "2");
        assertThat(resumed.code).isZero();
        assertThat(resumed.log).contains("Resuming at item 6 (checkpoint)");
        assertThat(JSON.readTree(resumed.output).get("processed").longValue()).isEqualTo(10);
        assertThat(JSON.readTree(output().toFile())).isEqualTo(model(Files.readAllLines(SAMPLE)));
        assertThat(checkpoint()).doesNotExist();
    }

    @Test
    void a_corrupt_checkpoint_is_reported_and_set_aside() throws Exception {
        run(SAMPLE, "--batch-size", "3", "--simulate-crash", "7");
        byte[] damaged = Files.readAllBytes(checkpoint());
        damaged[20] ^= 1;
        Files.write(checkpoint(), damaged);

        Ended run = run(SAMPLE, "--batch-size", "3");
        assertThat(run.code).isZero();
        assertThat(run.log).contains("is damaged: checksum").contains("checkpoint.damaged-1.json");
        assertThat(directory.resolve("checkpoint.damaged-1.json")).hasBinaryContent(damaged);
        assertThat(JSON.readTree(output().toFile())).isEqualTo(model(Files.readAllLines(SAMPLE)));
    }

    @Test
    void a_changed_input_is_refused_until_the_checkpoint_is_given_up() throws Exception {
        Path input = Files.copy(SAMPLE, directory.resolve("input.txt"));
        run(input, "--batch-size", "3", "--simulate-crash", "7");
        Files.writeString(input, "other\nlines\n");

        Ended refused = run(input, "--batch-size", "3");
        assertThat(refused.code).isEqualTo(2);
        assertThat(refused.log).contains("--fresh");
        assertThat(checkpoint()).exists();

        Ended fresh = run(input, "--batch-size", "3", "--fresh");
        assertThat(fresh.code).isZero();
        assertThat(JSON.readTree(output().toFile())).isEqualTo(model(List.of("other", "lines")));
    }

    @Test
    void failed_items_are_set_aside() throws Exception {
        Path input = directory.resolve("input.txt");
        Files.write(input, "one\n\377\376\nthree\n".getBytes(StandardCharsets.ISO_8859_1));
        Ended run = run(input);
        assertThat(run.code).isZero();
        assertThat(JSON.readTree(run.output).get("failed").longValue()).isEqualTo(1);
        JsonNode error =
                JSON.readTree(directory.resolve("output.json.errors.jsonl").toFile());
        assertThat(error.at("/error/code").textValue()).isEqualTo("NOT_UTF8");
        assertThat(error.get("index").longValue()).isEqualTo(1);
        assertThat(JSON.readTree(output().toFile()).findValuesAsText("original"))
                .containsExactly("one", "three");
    }

    @Test
    void an_empty_input_gives_an_empty_array() throws Exception {
        Ended run = run(Files.createFile(directory.resolve("input.txt")));
        assertThat(run.code).isZero();
        assertThat(JSON.readTree(output().toFile())).isEqualTo(JSON.createArrayNode());
    }

    @Test
    void inputs_and_outputs_that_cannot_be_used_are_refused() throws Exception {
        assertThat(run(directory.resolve("nothing")).code).isEqualTo(2);
        assertThat(run(directory).code).isEqualTo(2);
        Path input = Files.copy(SAMPLE, directory.resolve("input.txt"));
        try (PackedJar jar =
                PackedJar.start(directory, "run", "--input", input.toString(), "--output", input.toString())) {
            assertThat(jar.exitCode()).isEqualTo(2);
        }
        assertThat(input).hasSameBinaryContentAs(SAMPLE);
    }

    @Test
    void the_output_is_exact_when_the_process_is_killed_again_and_again() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed of the moments of death: " + seed);
        Random random = new Random(seed);
        List<String> lines = IntStream.range(0, 40_000)
                .mapToObj(i -> "line " + i + " é " + "x".repeat(i % 50))
                .collect(Collectors.toList());
        Path input = Files.write(directory.resolve("input.txt"), lines);
        int killed = 0;
        boolean done = false;
        while (!done) {
            try (PackedJar jar = start(input, "--batch-size", "10", "--commit", "each")) {
                LockSupport.parkNanos(200_000_000L + random.nextInt(700_000_000));
                done = !jar.isAlive() || killed >= 12;
                if (done) {
                    assertThat(jar.exitCode()).as(jar.log()).isZero();
                } else {
                    killed++;
                }
            }
        }
        assertThat(killed).isPositive();
        assertThat(JSON.readTree(output().toFile())).isEqualTo(model(lines));
    }

    @Test
    void a_gigabyte_of_input_fits_into_64_mebibytes_of_memory() throws Exception {
        Path input = directory.resolve("input.txt");
        byte[] block = "The quick brown fox jumps over the lazy dog, again and again, until it is done.\n"
                .repeat(10_000)
                .getBytes(StandardCharsets.US_ASCII);
        long items = 0;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(input))) {
            for (long bytes = 0; bytes < 1_000_000_000; bytes += block.length) {
                out.write(block);
                items += 10_000;
            }
        }
        try (PackedJar jar = PackedJar.start(
                directory,
                List.of("-Xmx64m"),
                Map.of(),
                "run",
                "--input",
                input.toString(),
                "--output",
                output().toString())) {
            assertThat(jar.exitCode()).as(jar.log()).isZero();
            assertThat(JSON.readTree(jar.output()).get("processed").longValue()).isEqualTo(items);
        }
        long lines;
        try (var results = Files.lines(output())) {
            lines = results.count();
        }
        assertThat(lines).isEqualTo(items + 2);
    }

    private Path output() {
        return directory.resolve("output.json");
    }

    private Path checkpoint() {
        return directory.resolve("checkpoint.json");
    }

    /**
     * A process that ended.
     *
     * @param log of this process alone
     */
    private record Ended(int code, String output, String log) {}

    private PackedJar start(Path input, String... options) throws IOException {
        Files.deleteIfExists(directory.resolve("stderr.log"));
        String[] arguments = new String[options.length + 7];
        arguments[0] = "run";
        arguments[1] = "--input";
        arguments[2] = input.toString();
        arguments[3] = "--output";
        arguments[4] = output().toString();
        arguments[5] = "--checkpoint";
        arguments[6] = checkpoint().toString();
        System.arraycopy(options, 0, arguments, 7, options.length);
        return PackedJar.start(directory, arguments);
    }

    private Ended run(Path input, String... options) throws Exception {
        try (PackedJar jar = start(input, options)) {
            String output = jar.output();
            return new Ended(jar.exitCode(), output, jar.log());
        }
    }
}
