package org.checkpointrecovery.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.checkpointrecovery.FlinkProcesses;

/**
 * Measures jobs on a cluster of Apache Flink on this machine beside the same jobs on the service itself, and beside a job of
 * Flink that does the same work without the service: what cheap items cost, whether calls of an endpoint scale with TaskManagers, and how long a job is still when one of them is killed. {@code mvn
 * test-compile} finds the jars of Flink first.
 *
 * <pre>java -cp target/test-classes:target/checkpoint-recovery.jar org.checkpointrecovery.benchmark.FlinkBenchmark [LINES [CALLS [CALLS_WITH_A_LOSS [SCHEDULER]]]]</pre>
 *
 * A number of 0 leaves its part out. SCHEDULER is Flink's {@code jobmanager.scheduler}.
 */
public final class FlinkBenchmark implements AutoCloseable {
    static final JsonMapper JSON = new JsonMapper();
    private static final long LOOK_AGAIN_NANOS = 20_000_000;
    private static final int AT_ONCE = 8;
    private static final Duration ANSWER_AFTER = Duration.ofMillis(20);
    private static final List<String> ENGINES = List.of("local", "flink");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Path directory;
    private final FlinkProcesses cluster;
    private final Process service;
    private final String api;
    private final Endpoint endpoint = new Endpoint();

    private FlinkBenchmark(Path directory, String scheduler) throws IOException {
        this.directory = directory;
        this.cluster = FlinkProcesses.start(
                Files.createDirectory(directory.resolve("flink")), 1, Map.of("jobmanager.scheduler", scheduler));
        this.service = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        "target/checkpoint-recovery.jar",
                        "serve",
                        "--port",
                        "0",
                        "--data",
                        directory.resolve("data").toString(),
                        "--input-dir",
                        directory.toString(),
                        "--flink-url",
                        cluster.url().toString(),
                        "--flink-parallelism",
                        "2")
                .redirectError(directory.resolve("service.log").toFile())
                .start();
        this.api = ready(service);
    }

    public static void main(String[] arguments) throws Exception {
        int lines = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5_000_000;
        int calls = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20_000;
        int callsWithALoss = arguments.length > 2 ? Integer.parseInt(arguments[2]) : calls;
        String scheduler = arguments.length > 3 ? arguments[3] : "default";
        // headers and body leave apart, and what comes second would wait for the first to be acknowledged: 40 ms
        System.setProperty("sun.net.httpserver.nodelay", "true");
        Path directory = Files.createTempDirectory("flink");
        try (FlinkBenchmark benchmark = new FlinkBenchmark(directory, scheduler)) {
            benchmark.haveTaskManagers(2);
            if (lines > 0) {
                benchmark.cheapItems(lines);
            }
            if (calls > 0) {
                SampleLines.write(directory.resolve("calls.txt"), calls);
                benchmark.calls();
            }
            if (callsWithALoss > 0) {
                SampleLines.write(directory.resolve("loss.txt"), callsWithALoss);
                benchmark.losses();
            }
        }
        try (Stream<Path> files = Files.walk(directory)) { // only if nothing failed
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
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

    private void haveTaskManagers(int count) throws IOException, InterruptedException {
        List<FlinkProcesses.TaskManager> alive = cluster.taskManagers();
        for (int i = alive.size(); i < count; i++) {
            cluster.startTaskManager(Map.of());
        }
        for (int i = count; i < alive.size(); i++) {
            alive.get(i).kill();
        }
        cluster.awaitFreeSlots(count);
    }

    private void cheapItems(int lines) throws IOException, InterruptedException {
        SampleLines.write(directory.resolve("lines.txt"), lines);
        Files.writeString(directory.resolve("line.txt"), "one\n");
        for (String engine : ENGINES) {
            warmUp("lines.txt", engine, "");
            Duration cpuBefore = cpuTime();
            Ended ended = job("lines.txt", engine, "");
            Duration cpu = cpuTime().minus(cpuBefore);
            Ended one = job("line.txt", engine, "");
            print(
                    "text-stats of %,d lines, %s: %.1f s, %.1f s of CPU; one line takes %.1f s",
                    lines, engine, seconds(ended.took), seconds(cpu), seconds(one.took));
        }
        for (String results : List.of("single-file", "parts")) {
            Duration cpuBefore = cpuTime();
            Ended ended = job("lines.txt", "flink", ",\"results\":\"" + results + "\"");
            print(
                    "text-stats of %,d lines, flink, results in %s: %.1f s, %.1f s of CPU",
                    lines, results, seconds(ended.took), seconds(cpuTime().minus(cpuBefore)));
        }
        for (int round = 0; round < 2; round++) { // the first one is to warm up
            plain(lines, round == 1);
        }
    }

    /** The same work by a job of Flink that does not know the service. */
    private void plain(int lines, boolean counts) throws IOException, InterruptedException {
        Path output = directory.resolve("plain-" + counts);
        Duration cpuBefore = cpuTime();
        long began = System.nanoTime();
        String id = PlainFlinkSubmission.submit(client, cluster.url(), directory.resolve("lines.txt"), output, 2);
        String state = "";
        while (!state.equals("FINISHED")) {
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            state = JSON.readTree(cluster.text("/jobs/" + id)).path("state").asText();
            if (state.equals("FAILED")) {
                throw new IllegalStateException(cluster.text("/jobs/" + id + "/exceptions"));
            }
        }
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        long found;
        try (Stream<Path> files = Files.walk(output)) {
            found = files.filter(Files::isRegularFile)
                    .mapToLong(FlinkBenchmark::lines)
                    .sum();
        }
        if (found != lines) {
            throw new IllegalStateException(found + " results of " + lines);
        }
        if (counts) {
            print(
                    "the same by FileSource, map and FileSink: %.1f s, %.1f s of CPU",
                    seconds(took), seconds(cpuTime().minus(cpuBefore)));
        }
    }

    private static long lines(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of all processes that work on jobs. */
    private Duration cpuTime() {
        return cluster.cpuTime().plus(service.info().totalCpuDuration().orElse(Duration.ZERO));
    }

    private void calls() throws IOException, InterruptedException {
        warmUp("calls.txt", "local", processor());
        call("on the service itself", "local");
        for (int taskManagers = 2; taskManagers > 0; taskManagers--) {
            haveTaskManagers(taskManagers);
            if (taskManagers == 2) {
                warmUp("calls.txt", "flink", processor());
            }
            call("with " + taskManagers + " TaskManagers", "flink");
        }
    }

    private void call(String where, String engine) throws IOException, InterruptedException {
        Duration cpuBefore = cpuTime();
        Ended ended = job("calls.txt", engine, processor());
        print(
                "calls of %d ms, %d at once, %s: %.1f s, %.0f calls/s, %.1f s of CPU",
                ANSWER_AFTER.toMillis(),
                AT_ONCE,
                where,
                seconds(ended.took),
                ended.items / seconds(ended.took),
                seconds(cpuTime().minus(cpuBefore)));
    }

    private String processor() {
        return ",\"processor\":{\"type\":\"http\",\"url\":\"" + endpoint.url() + "\",\"concurrency\":" + AT_ONCE + "}";
    }

    /** Two TaskManagers work, and one of them is killed. */
    private void losses() throws IOException, InterruptedException {
        for (int spare : new int[] {0, 1}) {
            haveTaskManagers(2 + spare);
            long callsBefore = endpoint.calls.get();
            Watch watch = new Watch(submit("loss.txt", "flink", processor()));
            watch.until(20);
            Duration stillBefore = watch.longestStill;
            watch.longestStill = Duration.ZERO;
            List<FlinkProcesses.TaskManager> all = cluster.taskManagers();
            boolean[] works = new boolean[all.size()];
            for (int i = 0; i < all.size(); i++) {
                works[i] = !cluster.text("/taskmanagers/" + all.get(i).name()).contains("\"freeSlots\":1");
            }
            int victim = 0;
            while (!works[victim]) {
                victim++;
            }
            all.get(victim).kill();
            watch.until(100);
            print(
                    "a TaskManager of 2 is killed, %d spare: the longest time without a commit was %.1f s (%.1f s before); %d"
                            + " calls were repeated",
                    spare,
                    seconds(watch.longestStill),
                    seconds(stillBefore),
                    endpoint.calls.get() - callsBefore - watch.items());
        }
    }

    /** Follows the checkpoint of a job. */
    private final class Watch {
        private final String id;
        private JsonNode job;
        private long committed;
        private long moved = System.nanoTime();
        private Duration longestStill = Duration.ZERO;

        Watch(String id) throws IOException, InterruptedException {
            this.id = id;
            this.job = look(id);
        }

        long items() {
            return job.at("/progress/processedItems").longValue();
        }

        void until(double percent) throws IOException, InterruptedException {
            while (job.get("endedAt").isNull()
                    && (percent == 100 || job.at("/progress/percent").doubleValue() < percent)) {
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
                long now =
                        get("/v1/jobs/" + id + "/checkpoint").path("nextItem").longValue(); // 0 if there is none
                job = look(id);
                if (now > committed) {
                    long nanos = System.nanoTime();
                    Duration still = Duration.ofNanos(nanos - moved);
                    if (committed > 0 && still.compareTo(longestStill) > 0) {
                        longestStill = still;
                    }
                    committed = now;
                    moved = nanos;
                }
            }
        }
    }

    /** @param took from its submission to its end */
    private record Ended(long items, Duration took) {}

    private Ended job(String input, String engine, String more) throws IOException, InterruptedException {
        String id = submit(input, engine, more);
        JsonNode job = look(id);
        while (job.get("endedAt").isNull()) {
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            job = look(id);
        }
        if (!job.get("outcome").asText().equals("SUCCEEDED")) {
            throw new IllegalStateException(job.toString());
        }
        return new Ended(
                job.at("/progress/processedItems").longValue(),
                Duration.between(
                        Instant.parse(job.get("createdAt").textValue()),
                        Instant.parse(job.get("endedAt").textValue())));
    }

    private void warmUp(String input, String engine, String more) throws IOException, InterruptedException {
        var unused = job(input, engine, more);
    }

    private String submit(String input, String engine, String more) throws IOException, InterruptedException {
        String spec = "{\"input\":{\"path\":\"" + input + "\"},\"engine\":\"" + engine + "\"" + more + "}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(api + "/v1/jobs"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(spec))
                .build();
        return JSON.readTree(client.send(request, HttpResponse.BodyHandlers.ofString())
                        .body())
                .get("id")
                .textValue();
    }

    private JsonNode look(String id) throws IOException, InterruptedException {
        return get("/v1/jobs/" + id);
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(api + path)).build();
        return JSON.readTree(
                client.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1e3;
    }

    private static void print(String format, Object... values) {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        System.out.printf(Locale.ROOT, format + " (load %.1f)%n", append(values, load));
    }

    private static Object[] append(Object[] values, Object last) {
        Object[] all = Arrays.copyOf(values, values.length + 1);
        all[values.length] = last;
        return all;
    }

    @Override
    public void close() {
        service.destroyForcibly().onExit().join();
        cluster.close();
        endpoint.close();
    }

    /** Repeats what it was sent, after a time. */
    private static final class Endpoint implements AutoCloseable {
        private final HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
        private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);
        private final AtomicLong calls = new AtomicLong();

        Endpoint() throws IOException {
            server.setExecutor(threads);
            server.createContext("/", this::answer);
            server.start();
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
        }

        private void answer(HttpExchange exchange) throws IOException {
            byte[] body = exchange.getRequestBody().readAllBytes();
            calls.incrementAndGet();
            var unused = threads.schedule(() -> send(exchange, body), ANSWER_AFTER.toMillis(), TimeUnit.MILLISECONDS);
        }

        private static void send(HttpExchange exchange, byte[] body) {
            try (exchange) {
                exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
            } catch (IOException e) {
                // whoever called is dead
            }
        }

        @Override
        public void close() {
            server.stop(0);
            threads.shutdownNow();
        }
    }
}
