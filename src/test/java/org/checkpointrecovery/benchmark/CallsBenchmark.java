package org.checkpointrecovery.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.javalin.Javalin;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * Times a job that calls an endpoint for each line, beside a bare asynchronous loop on {@code java.net.http} that writes the
 * answers as they come and keeps no checkpoint; in turns. The endpoint, the service and the loop are a process each.
 *
 * <pre>java -cp target/test-classes:target/checkpoint-recovery.jar org.checkpointrecovery.benchmark.CallsBenchmark [ITEMS [AT_ONCE [ROUNDS]]]</pre>
 */
public final class CallsBenchmark {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String ECHO = "echo";
    /** Seldom enough not to weigh on what is measured, which the job's own times tell. */
    private static final long LOOK_AGAIN_NANOS = 50_000_000;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path directory;
    private final List<String> lines;
    private final int atOnce;

    private CallsBenchmark(Path directory, int items, int atOnce) throws IOException {
        this.directory = directory;
        this.atOnce = atOnce;
        SampleLines.write(directory.resolve("lines.txt"), items);
        this.lines = Files.readAllLines(directory.resolve("lines.txt"));
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 1 && arguments[0].equals(ECHO)) {
            echo();
            return;
        }
        int items = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20_000;
        int atOnce = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 64;
        int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
        Path directory = Files.createTempDirectory("calls");
        new CallsBenchmark(directory, items, atOnce).run(rounds);
    }

    private static void echo() {
        Javalin server = Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.routes.post("/", ctx -> ctx.result(ctx.bodyAsBytes()));
                })
                .start("127.0.0.1", 0);
        System.out.println("READY http://127.0.0.1:" + server.port());
    }

    private void run(int rounds) throws Exception {
        Process endpoint =
                java("-cp", "target/test-classes:target/checkpoint-recovery.jar", CallsBenchmark.class.getName(), ECHO);
        Process service = java(
                "-jar",
                "target/checkpoint-recovery.jar",
                "serve",
                "--port",
                "0",
                "--data",
                directory.resolve("data").toString(),
                "--input-dir",
                directory.toString());
        try {
            String target = ready(endpoint);
            String api = ready(service);
            double[] bare = new double[rounds];
            double[] job = new double[rounds];
            for (int round = 0; round < rounds; round++) {
                bare[round] = loop(target);
                job[round] = job(api, target);
            }
            System.out.println(
                    "rounds, bare loop: " + Arrays.toString(bare) + " s; job: " + Arrays.toString(job) + " s");
            double medianBare = median(bare);
            double medianJob = median(job);
            System.out.printf(
                    Locale.ROOT,
                    "%d items, %d at once: bare loop %.2f s (%.0f/s), job %.2f s (%.0f/s), ratio %.2f; service %s%n",
                    lines.size(),
                    atOnce,
                    medianBare,
                    lines.size() / medianBare,
                    medianJob,
                    lines.size() / medianJob,
                    medianBare / medianJob,
                    memory(service));
        } finally {
            service.destroy();
            endpoint.destroy();
        }
    }

    private static Process java(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @SuppressWarnings("resource") // it lives as long as the process
    private static String ready(Process process) throws IOException {
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        if (line == null || !line.startsWith("READY ")) {
            throw new IOException("it did not start: " + line);
        }
        return line.substring("READY ".length());
    }

    private double loop(String target) throws Exception {
        Semaphore places = new Semaphore(atOnce);
        long start = System.nanoTime();
        try (BufferedWriter answers = Files.newBufferedWriter(directory.resolve("answers.txt"))) {
            for (String line : lines) {
                places.acquire();
                HttpRequest request = HttpRequest.newBuilder(URI.create(target + "/"))
                        .POST(HttpRequest.BodyPublishers.ofString(line))
                        .build();
                var unused = client.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                        .whenComplete((answer, failure) -> {
                            try {
                                synchronized (answers) {
                                    answers.write(failure == null ? answer.body() : failure.toString());
                                    answers.write('\n');
                                }
                            } catch (IOException e) {
                                throw new IllegalStateException(e);
                            } finally {
                                places.release();
                            }
                        });
            }
            places.acquire(atOnce);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private double job(String api, String target) throws Exception {
        String spec = "{\"input\":{\"path\":\"lines.txt\"},\"processor\":{\"type\":\"http\",\"url\":\"" + target
                + "/\",\"concurrency\":" + atOnce + "}}";
        HttpRequest submit = HttpRequest.newBuilder(URI.create(api + "/v1/jobs"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(spec))
                .build();
        JsonNode job = JSON.readTree(
                client.send(submit, HttpResponse.BodyHandlers.ofString()).body());
        HttpRequest look = HttpRequest.newBuilder(
                        URI.create(api + "/v1/jobs/" + job.get("id").textValue()))
                .build();
        while (job.get("endedAt").isNull()) {
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            job = JSON.readTree(
                    client.send(look, HttpResponse.BodyHandlers.ofString()).body());
        }
        if (!job.get("outcome").asText().equals("SUCCEEDED")) {
            throw new IllegalStateException(job.toString());
        }
        return Duration.between(
                                Instant.parse(job.get("startedAt").textValue()),
                                Instant.parse(job.get("endedAt").textValue()))
                        .toMillis()
                / 1e3;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** What the kernel says of a process, where it can be asked. */
    private static String memory(Process process) throws IOException {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        if (!Files.exists(status)) {
            return "?";
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM") || line.startsWith("Threads"))
                .map(line -> line.replaceAll("\\s+", " "))
                .toList()
                .toString();
    }
}
