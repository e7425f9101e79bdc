package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Endpoints, programs and plugins at work for a service that is killed. */
class ProcessorsIT {
    /** Set them to 10000 and 5 for a measurement. */
    private static final int ITEMS = Integer.getInteger("calls.items", 1500);

    private static final int KILLS = Integer.getInteger("calls.kills", 3);
    private static final int AT_ONCE = 64;

    @TempDir
    Path directory;

    @Test
    void a_service_that_is_killed_repeats_no_more_calls_than_were_under_way() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed of the moments of death: " + seed);
        Random random = new Random(seed);
        String rows = IntStream.range(0, ITEMS)
                .mapToObj(i -> i + ",\"row " + i + "\nof many\"\r\n")
                .collect(Collectors.joining());
        Files.writeString(directory.resolve("rows.csv"), "number,text\r\n" + rows);
        try (CountingEndpoint endpoint = new CountingEndpoint(Duration.ofMillis(20), Duration.ofSeconds(2), 500)) {
            String id;
            int lastTotal = 0;
            try (PackedJar jar = PackedJar.serve(directory);
                    Service service = new Service(jar.url())) {
                id = service.submit("""
                        {"input":{"path":"rows.csv"},"format":"csv","batchSize":100,
                         "processor":{"type":"http","url":"%s","concurrency":%d}}""".formatted(endpoint.url(), AT_ONCE));
                lastTotal = awaitCalls(endpoint, lastTotal, random);
            }
            for (int kill = 1; kill < KILLS; kill++) {
                try (PackedJar jar = PackedJar.serve(directory);
                        Service service = new Service(jar.url())) {
                    service.awaitState(id, "RUNNING");
                    lastTotal = awaitCalls(endpoint, lastTotal, random);
                }
            }
            try (PackedJar jar = PackedJar.serve(directory);
                    Service service = new Service(jar.url())) {
                JsonNode job = service.awaitState(id, "COMPLETED");
                assertThat(job.at("/outcome").textValue()).isEqualTo("SUCCEEDED");
                assertThat(job.at("/runs")).hasSize(KILLS + 1);
                String expected = IntStream.range(0, ITEMS)
                        .mapToObj(i ->
                                "{\"index\":" + i + ",\"status\":200,\"attempts\":1,\"body\":{\"you\":{\"number\":\""
                                        + i + "\",\"text\":\"row " + i + "\\nof many\"}}}\n")
                        .collect(Collectors.joining());
                assertThat(new String(service.results(id), StandardCharsets.UTF_8))
                        .isEqualTo(expected);
            }
            assertThat(endpoint.calls()).hasSize(ITEMS).containsKey("\"" + id + "-0\"");
            int repeated = endpoint.total() - ITEMS;
            System.out.println(KILLS + " kills in " + ITEMS + " items: " + repeated + " calls were repeated");
            assertThat(repeated).isBetween(0, KILLS * AT_ONCE);
        }
    }

    /** Waits until some more calls were made, and then for a moment that nobody knows. */
    private static int awaitCalls(CountingEndpoint endpoint, int before, Random random) {
        int wanted = before + ITEMS / (KILLS + 2);
        Await.until("calls were made", () -> endpoint.total() >= wanted);
        LockSupport.parkNanos(random.nextInt(50_000_000));
        return endpoint.total();
    }

    @Test
    void a_program_ends_with_a_service_that_is_killed() throws Exception {
        Path pid = directory.resolve("pid");
        Path script = Files.writeString(directory.resolve("slow.sh"), """
                #!/bin/sh
                echo $$ > PID.new
                mv PID.new PID
                exec sleep 1000
                """.replace("PID", pid.toString()));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        try (PackedJar jar = PackedJar.serve(directory, "--command", "slow=" + script);
                Service service = new Service(jar.url())) {
            service.submit("""
                    {"input":{"items":["a"]},"processor":{"type":"command","name":"slow","mode":"stream"}}""");
            Await.until("the program runs", () -> Files.exists(pid));
        }
        ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).ifPresent(process -> {
            try {
                Await.result(process.onExit());
            } catch (Exception e) {
                throw new AssertionError("the program outlives the service", e);
            }
        });
    }

    @Test
    void options_that_cannot_be_used_stop_the_start_and_are_all_named() throws Exception {
        Files.writeString(directory.resolve("empty.jar"), "no jar");
        try (PackedJar jar = PackedJar.serve(
                directory,
                "--command",
                "no program",
                "--command",
                "a=relative",
                "--command",
                "b=/nowhere",
                "--plugins",
                directory.toString())) {
            assertThat(jar.exitCode()).isEqualTo(2);
            assertThat(jar.log())
                    .contains(
                            "--command \"no program\" must be NAME=/path/to/program",
                            "--command a: the program \"relative\" must be an absolute path",
                            "--command b: the program /nowhere does not exist",
                            "plugin empty.jar names no class");
        }
    }
}
