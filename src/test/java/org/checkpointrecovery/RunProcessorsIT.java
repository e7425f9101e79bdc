package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Endpoints, programs and streams at work for {@code run}. */
class RunProcessorsIT {
    private static final int ITEMS = 600;
    private static final int KILLS = 3;
    private static final int AT_ONCE = 16;

    @TempDir
    Path directory;

    private Path file(String name) {
        return directory.resolve(name);
    }

    /** @param code of the exit */
    private record Ended(int code, String output, String log) {}

    private PackedJar start(String... options) throws Exception {
        Files.deleteIfExists(file("stderr.log"));
        return PackedJar.start(
                directory,
                Stream.concat(Stream.of("run"), Arrays.stream(options)).toArray(String[]::new));
    }

    private Ended run(byte[] input, String... options) throws Exception {
        try (PackedJar jar = start(options)) {
            jar.input(input);
            String output = jar.output();
            return new Ended(jar.exitCode(), output, jar.log());
        }
    }

    private Ended run(String... options) throws Exception {
        return run(new byte[0], options);
    }

    @Test
    void a_run_that_is_killed_repeats_no_more_calls_than_were_under_way() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed of the moments of death: " + seed);
        Random random = new Random(seed);
        Files.write(
                file("in.txt"),
                IntStream.range(0, ITEMS).mapToObj(String::valueOf).toList());
        try (CountingEndpoint endpoint = new CountingEndpoint(Duration.ofMillis(20), Duration.ofMillis(500), 100)) {
            String[] command = {
                "--input",
                file("in.txt").toString(),
                "--output",
                file("out.jsonl").toString(),
                "--batch-size",
                "50",
                "--url",
                endpoint.url(),
                "--concurrency",
                String.valueOf(AT_ONCE)
            };
            int last = 0;
            for (int kill = 0; kill < KILLS; kill++) {
                try (PackedJar jar = start(command)) {
                    int until = last + 30 + random.nextInt(60);
                    Await.until("enough calls", () -> endpoint.total() >= until);
                    LockSupport.parkNanos(random.nextInt(20_000_000));
                    jar.kill();
                    last = endpoint.total();
                }
            }
            Ended done = run(command);
            assertThat(done.code).as(done.log).isZero();
            assertThat(done.log).contains("Resuming at item ");
            assertThat(Files.readAllLines(file("out.jsonl")))
                    .isEqualTo(IntStream.range(0, ITEMS)
                            .mapToObj(i ->
                                    "{\"index\":" + i + ",\"status\":200,\"attempts\":1,\"body\":{\"you\":" + i + "}}")
                            .toList());
            assertThat(endpoint.calls()).as("one key for each item").hasSize(ITEMS);
            assertThat(endpoint.total() - ITEMS).as("seed %d", seed).isBetween(0, KILLS * AT_ONCE);
            try (Stream<Path> left = Files.list(directory)) {
                assertThat(left.map(path -> path.getFileName().toString()))
                        .containsExactlyInAnyOrder("in.txt", "out.jsonl", "stderr.log");
            }
        }
    }

    @Test
    void a_program_after_two_hyphens_gets_each_item_and_csv_is_one_cell_for_each_field() throws Exception {
        Ended ended = run(
                "one two\nbob\n".getBytes(StandardCharsets.UTF_8),
                "-i",
                "-",
                "-o",
                "-",
                "--output-format",
                "csv",
                "--",
                "tr",
                "a-z",
                "A-Z");
        assertThat(ended.code).as(ended.log).isZero();
        assertThat(ended.output).isEqualTo("index,attempts,output\n0,1,ONE TWO\n1,1,BOB\n"); // lines without \r
        assertThat(ended.log).contains("{\"total_items\":2,\"processed\":2,\"failed\":0,\"checkpoint_cleared\":true}");
    }

    @Test
    void a_run_that_pauses_itself_says_why_and_continues() throws Exception {
        Files.writeString(file("in.txt"), "1\n2\n3\n4\n5\n");
        String[] command = {
            "-i", file("in.txt").toString(), "-o", file("out.jsonl").toString(), "--max-attempts", "1"
        };
        String[] paused = with(command, "--pause-after-failed-items", "2", "--url", "http://127.0.0.1:1/");
        for (int call = 0; call < 2; call++) {
            Ended ended = run(paused);
            assertThat(ended.code).as(ended.log).isEqualTo(4);
            assertThat(ended.log).contains("CONNECTION_FAILED", "at item 0", "Run the same command again to continue");
        }
        try (CountingEndpoint endpoint = new CountingEndpoint(Duration.ofMillis(1), Duration.ofMillis(1), 100)) {
            String[] elsewhere = with(command, "--url", endpoint.url());
            Ended refused = run(elsewhere);
            assertThat(refused.code).isEqualTo(2);
            assertThat(refused.log).contains("belongs to another input, format or processor", "--fresh");
            assertThat(endpoint.total()).isZero();
            Ended fresh = run(with(elsewhere, "--fresh"));
            assertThat(fresh.code).as(fresh.log).isZero();
            assertThat(endpoint.total()).isEqualTo(5);
        }
    }

    @Test
    void a_retry_that_is_killed_continues_and_leaves_what_a_run_without_failures_leaves() throws Exception {
        int items = 400;
        Files.write(
                file("in.txt"),
                IntStream.range(0, items).mapToObj(String::valueOf).toList());
        String[] command = {
            "-i",
            file("in.txt").toString(),
            "-o",
            file("out.json").toString(),
            "--batch-size",
            "9",
            "--max-attempts",
            "1"
        };
        Ended failed = run(with(command, "--pause-after-failed-items", "1000", "--url", "http://127.0.0.1:1/"));
        assertThat(failed.code).as(failed.log).isEqualTo(5);
        try (CountingEndpoint endpoint = new CountingEndpoint(Duration.ofMillis(1), Duration.ofMillis(100), 50)) {
            String[] whole = with(command, "--concurrency", String.valueOf(AT_ONCE), "--url", endpoint.url());
            String[] retry = with(whole, "--retry-failed");
            try (PackedJar jar = start(with(retry, "--requests-per-second", "20"))) {
                Await.until("enough calls", () -> endpoint.total() >= 30);
                Ended locked = run(with(retry, "--fresh"));
                assertThat(locked.code).as(locked.log).isEqualTo(2);
                assertThat(locked.log).contains("locked by another run");
                jar.kill();
            }
            assertThat(endpoint.total()).isBetween(30, items - 1);
            Ended refused = run(whole);
            assertThat(refused.code).as(refused.log).isEqualTo(2);
            assertThat(refused.log).contains("unfinished retry of failed items", "--retry-failed");
            Ended done = run(retry);
            assertThat(done.code).as(done.log).isZero();
            assertThat(done.output)
                    .isEqualTo("{\"retried\":400,\"succeeded\":400,\"failed\":0,\"checkpoint_cleared\":true}\n");
            assertThat(endpoint.calls()).as("one key for each item").hasSize(items);
            assertThat(endpoint.total() - items).isBetween(0, AT_ONCE);
            assertThat(names()).containsExactlyInAnyOrder("in.txt", "out.json", "stderr.log");
            byte[] merged = Files.readAllBytes(file("out.json"));
            Ended again = run(whole);
            assertThat(again.code).as(again.log).isZero();
            assertThat(file("out.json")).hasBinaryContent(merged);
        }
    }

    private static String[] with(String[] command, String... more) {
        return Stream.concat(Arrays.stream(command), Arrays.stream(more)).toArray(String[]::new);
    }

    @Test
    void standard_input_is_kept_beside_a_checkpoint_and_nothing_without_one() throws Exception {
        byte[] lines = IntStream.range(0, 1000)
                .mapToObj(i -> "line " + i + "\n")
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.UTF_8);
        Ended whole = run(lines, "-i", "-", "-o", "-", "--quiet");
        assertThat(whole.code).as(whole.log).isZero();
        assertThat(whole.log).isEmpty();
        assertThat(whole.output).hasLineCount(1002);

        String[] command = {
            "-i", "-", "-o", "-", "--checkpoint", file("saved.json").toString(), "--batch-size", "10"
        };
        Ended crashed = run(lines, with(command, "--simulate-crash", "500"));
        assertThat(crashed.code).as(crashed.log).isEqualTo(3);
        assertThat(crashed.output).isEmpty();
        Ended resumed = run(command);
        assertThat(resumed.code).as(resumed.log).isZero();
        assertThat(resumed.log).contains("Continuing with ", "Resuming at item 490 (checkpoint)");
        assertThat(resumed.output).isEqualTo(whole.output);
        assertThat(List.of(names())).containsExactly("stderr.log");
    }

    /** The service crashes by itself, the run is killed as well. */
    @Test
    void a_spec_gives_the_results_of_a_service_when_its_run_is_killed() throws Exception {
        String json = "{\"input\":{\"items\":[\"id,name\",\"1,\\\"a, b\\\"\",\"\",\"\ufeff2,\u00e9\",\"3\""
                + ",\"4,x\"".repeat(60)
                + "]},\"format\":\"csv\",\"header\":[\"i\",\"n\"],\"batchSize\":4,\"commit\":\"each\",\"name\":\"n\","
                + "\"faults\":{\"crashAfterItems\":10,\"crashPoint\":\"torn-results\",\"failItems\":[5],"
                + "\"itemDelayMillis\":20}}";
        String spec = Files.writeString(file("job.json"), json).toString();
        Path output = file("out.jsonl");
        byte[] results;
        byte[] errors;
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            String id = service.submit(json);
            service.awaitState(id, "CRASHED");
            service.post("/v1/jobs/" + id + "/resume", "");
            service.awaitState(id, "COMPLETED");
            results = service.results(id);
            errors = service.http().get("/v1/jobs/" + id + "/errors").asBytes().getBody();
        }
        String[] command = {"--spec", spec, "-o", output.toString()};
        Ended crashed = run(command);
        assertThat(crashed.code).as(crashed.log).isEqualTo(3);
        try (PackedJar killed = start(command)) {
            Await.until("a checkpoint", () -> killed.log().contains("Checkpoint saved"));
            killed.kill();
        }
        assertThat(file("out.jsonl.checkpoint.json.items")).exists();
        Ended done = run(command);
        assertThat(done.code).as(done.log).isZero();
        assertThat(done.log).contains("Resuming at item ");
        assertThat(output).hasBinaryContent(results);
        assertThat(file("out.jsonl.errors.jsonl")).hasBinaryContent(errors);
        assertThat(new String(results, StandardCharsets.UTF_8)).hasLineCount(62).contains("\ufeff2");
        assertThat(List.of(names()))
                .containsExactlyInAnyOrder("data", "job.json", "out.jsonl", "out.jsonl.errors.jsonl", "stderr.log");
    }

    private String[] names() {
        String[] names = directory.toFile().list();
        return names == null ? new String[0] : names;
    }
}
