package org.checkpointrecovery.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
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
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.checkpointrecovery.engine.range.RangeRecord;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.engine.range.Submissions;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.JobFiles;
import org.checkpointrecovery.storage.LocalDisk;
import org.checkpointrecovery.storage.PartFiles;

/**
 * Measures how many finished ranges the service commits in a second: a job on a cluster whose ranges are all on disk when it
 * starts. The files of results have holes, so that the disk need not have the bytes that are committed. In the second turn they
 * are copied into one file.
 *
 * <pre>java -cp target/test-classes:target/checkpoint-recovery.jar org.checkpointrecovery.benchmark.CommitterBenchmark RANGES MEGABYTES [COPIED_RANGES]</pre>
 */
public final class CommitterBenchmark {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int ITEMS = 10;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Disk disk = new LocalDisk();
    private final Path root;
    private final String api;

    private CommitterBenchmark(Path root, String api) {
        this.root = root;
        this.api = api;
    }

    public static void main(String[] arguments) throws Exception {
        int ranges = Integer.parseInt(arguments[0]);
        int megabytes = Integer.parseInt(arguments[1]);
        int copied = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 0;
        Path root = Files.createTempDirectory("committer");
        Process service = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        "target/checkpoint-recovery.jar",
                        "serve",
                        "--port",
                        "0",
                        "--data",
                        root.resolve("data").toString(),
                        "--input-dir",
                        root.toString(),
                        "--flink-url",
                        "http://127.0.0.1:1") // nobody is asked, because all is done
                .redirectError(root.resolve("service.log").toFile())
                .start();
        try (BufferedReader output = service.inputReader(StandardCharsets.UTF_8)) {
            String line = output.readLine();
            if (line == null || !line.startsWith("READY ")) {
                throw new IOException("it did not start: " + line);
            }
            CommitterBenchmark benchmark = new CommitterBenchmark(root, line.substring("READY ".length()));
            benchmark.measure("parts", ranges, megabytes);
            if (copied > 0) {
                benchmark.measure("single-file", copied, megabytes);
            }
        } finally {
            service.destroyForcibly().onExit().join();
        }
        new LocalDisk().deleteTree(root); // only if nothing failed
    }

    private void measure(String results, int ranges, int megabytes) throws IOException, InterruptedException {
        Files.writeString(root.resolve("items.txt"), "x\n".repeat(ranges * ITEMS));
        String id = post(
                        "/v1/jobs",
                        "{\"input\":{\"path\":\"items.txt\"},\"engine\":\"flink\",\"start\":false,\"batchSize\":"
                                + ITEMS + ",\"results\":\"" + results + "\"}")
                .get("id")
                .textValue();
        JobFiles files = new JobFiles(root.resolve("data/jobs").resolve(id));
        while (!disk.exists(files.job())) {
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
        finish(RangeStore.of(disk, files), ranges, (long) megabytes << 20);
        double commitsBefore = commits();
        var unused = post("/v1/jobs/" + id + "/start", "");
        JsonNode job = get("/v1/jobs/" + id);
        while (job.get("endedAt").isNull()) {
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            job = get("/v1/jobs/" + id);
        }
        if (!job.get("state").textValue().equals("COMPLETED")) {
            throw new IllegalStateException(job.toString());
        }
        double seconds = Duration.between(
                                Instant.parse(job.at("/runs/0/startedAt").textValue()),
                                Instant.parse(job.get("endedAt").textValue()))
                        .toMillis()
                / 1e3;
        System.out.printf(
                Locale.ROOT,
                "%,d ranges, %,d MB in %s: %.1f s, %,.0f ranges/s, %,.0f MB/s, %.0f commits%n",
                ranges,
                (long) ranges * megabytes,
                results,
                seconds,
                ranges / seconds,
                (long) ranges * megabytes / seconds,
                commits() - commitsBefore);
    }

    /** Makes the parts that the tasks of a first submission would have made. */
    private void finish(RangeStore store, int ranges, long bytes) throws IOException {
        store.createDirectory();
        List<Range> cuts = new ArrayList<>();
        for (int i = 0; i < ranges; i++) {
            long first = (long) i * ITEMS;
            Range range = new Range(first, ITEMS, 2 * first, 2 * (first + ITEMS), i == ranges - 1);
            cuts.add(range);
            PartFiles part = store.attempt(range);
            store.create(part);
            try (RandomAccessFile results = new RandomAccessFile(part.results().toFile(), "rw")) {
                results.setLength(bytes);
            }
            disk.open(part.errors()).close();
            RangeRecord.Batch batch = new RangeRecord.Batch(ITEMS, 0, bytes, 0, range.nextBytes(), true, null);
            new RangeRecord(first, Duration.ZERO, List.of(batch)).write(disk, part);
            store.publish(part, range);
        }
        store.beginCuts(1, cuts);
        store.save(new Submissions(List.of()).and("0".repeat(32), ""));
    }

    private double commits() throws IOException, InterruptedException {
        return text("/metrics")
                .lines()
                .filter(line -> line.startsWith("checkpoint_recovery_commit_seconds_count"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        return JSON.readTree(text(path));
    }

    private String text(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(api + path)).build());
    }

    private JsonNode post(String path, String body) throws IOException, InterruptedException {
        return JSON.readTree(send(HttpRequest.newBuilder(URI.create(api + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build()));
    }

    private String send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IOException(request.uri() + ": " + answer.body());
        }
        return answer.body();
    }
}
