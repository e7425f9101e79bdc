package org.checkpointrecovery.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Times the start of a service that finds many settled jobs, and what a client waits for afterwards. Each service is a process
 * of its own, in turns: one jar with one number of jobs, and another with another, such as an older version.
 *
 * <pre>java -cp target/test-classes:target/checkpoint-recovery.jar org.checkpointrecovery.benchmark.StartBenchmark ROUNDS JAR JOBS [JAR JOBS]... [-XOPTION]...</pre>
 */
public final class StartBenchmark {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int LISTS = 200;
    private static final int GETS = 500;
    private static final int CANCELLED_ONE_IN = 1000;
    private static final byte[] CHECKSUM = ",\"crc32c\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final int CHECKSUM_BYTES = CHECKSUM.length + 8 + 3;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Random random = new Random(1);
    private final Path root;
    private final List<String> options;

    private StartBenchmark(Path root, List<String> options) {
        this.root = root;
        this.options = options;
    }

    public static void main(String[] arguments) throws Exception {
        List<String> words = new ArrayList<>(List.of(arguments));
        List<String> options =
                words.stream().filter(word -> word.startsWith("-X")).toList();
        words.removeAll(options);
        int rounds = Integer.parseInt(words.remove(0));
        new StartBenchmark(Files.createTempDirectory("starts"), options).run(rounds, words);
    }

    private void run(int rounds, List<String> jarsAndJobs) throws Exception {
        List<Path> directories = new ArrayList<>();
        for (int i = 0; i < jarsAndJobs.size(); i += 2) {
            Path data = root.resolve("data-" + i);
            fill(jarsAndJobs.get(i), data, Integer.parseInt(jarsAndJobs.get(i + 1)));
            directories.add(data);
        }
        for (int round = 0; round <= rounds; round++) {
            for (int i = 0; i < jarsAndJobs.size(); i += 2) {
                String what = round == 0 ? "first start" : "start " + round;
                measure(what, jarsAndJobs.get(i), directories.get(i / 2), jarsAndJobs.get(i + 1));
            }
        }
    }

    /** Makes copies of a completed and of a cancelled job, under ids of their own. */
    private void fill(String jar, Path data, int jobs) throws Exception {
        Process service = serve(jar, data);
        String completed;
        String cancelled;
        try {
            String api = ready(service);
            completed = post(api + "/v1/jobs", "{\"name\":\"settled\",\"input\":{\"items\":[\"a\",\"b\"]}}");
            while (!get(api + "/v1/jobs/" + completed).contains("\"state\":\"COMPLETED\"")) {
                Thread.onSpinWait();
            }
            cancelled = post(api + "/v1/jobs", "{\"start\":false,\"input\":{\"items\":[\"a\"]}}");
            post(api + "/v1/jobs/" + cancelled + "/cancel", "{}");
        } finally {
            service.destroy();
            service.waitFor();
        }
        Path all = data.resolve("jobs");
        long millis = Long.parseLong(completed.substring(0, completed.indexOf('-')), 36) - 20L * jobs;
        for (int i = 0; i < jobs; i++) {
            String template = i % CANCELLED_ONE_IN == 0 ? cancelled : completed;
            String id = Long.toString(millis + 20L * i, 36) + template.substring(template.indexOf('-'));
            Path directory = Files.createDirectory(all.resolve(id));
            try (Stream<Path> files = Files.list(all.resolve(template))) {
                for (Path file : files.toList()) {
                    byte[] bytes = Files.readAllBytes(file);
                    boolean record = file.endsWith("job.json");
                    Files.write(directory.resolve(file.getFileName()), record ? renamed(bytes, template, id) : bytes);
                }
            }
        }
    }

    /** Changes the id in a record, and its checksum. */
    private static byte[] renamed(byte[] record, String from, String to) {
        String body = new String(record, 0, record.length - CHECKSUM_BYTES, StandardCharsets.UTF_8).replace(from, to);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (body + ",\"crc32c\":\"" + HexFormat.of().toHexDigits((int) crc.getValue()) + "\"}\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private void measure(String what, String jar, Path data, String jobs) throws Exception {
        long start = System.nanoTime();
        Process service = serve(jar, data);
        try {
            String api = ready(service);
            double seconds = (System.nanoTime() - start) / 1e9;
            String memory = memory(service);
            double[] first = times(1, () -> api + "/v1/jobs?pageSize=50");
            double[] lists = times(LISTS, () -> api + "/v1/jobs?pageSize=50");
            double[] rare = times(LISTS, () -> api + "/v1/jobs?pageSize=50&state=CANCELLED");
            List<String> ids = new ArrayList<>();
            try (Stream<Path> directories = Files.list(data.resolve("jobs"))) {
                directories.forEach(directory -> ids.add(directory.getFileName().toString()));
            }
            double[] gets = times(GETS, () -> api + "/v1/jobs/" + ids.get(random.nextInt(ids.size())));
            System.out.printf(
                    Locale.ROOT,
                    "%s, %s jobs, %s %s: READY %.2f s, %s; list first %.1f ms, p50 %.1f, p99 %.1f; CANCELLED p50 %.1f, p99"
                            + " %.1f; a job p50 %.2f, p99 %.2f; then %s%n",
                    what,
                    jobs,
                    Path.of(jar).toAbsolutePath().getParent(),
                    String.join(" ", options),
                    seconds,
                    memory,
                    first[0],
                    part(lists, 50),
                    part(lists, 99),
                    part(rare, 50),
                    part(rare, 99),
                    part(gets, 50),
                    part(gets, 99),
                    memory(service));
        } finally {
            service.destroy();
            service.waitFor();
        }
    }

    private Process serve(String jar, Path data) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-jar", jar, "serve", "--port", "0", "--data", data.toString()));
        return new ProcessBuilder(command)
                .redirectError(root.resolve("log").toFile())
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

    /** The target of a request. */
    private interface Target {
        String next();
    }

    /** Milliseconds of each request, sorted. */
    private double[] times(int count, Target target) throws Exception {
        double[] times = new double[count];
        for (int i = 0; i < count; i++) {
            String url = target.next();
            long start = System.nanoTime();
            get(url);
            times[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(times);
        return times;
    }

    private static double part(double[] sorted, int percent) {
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }

    private String get(String url) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(url)).build());
    }

    /** Returns the id of the job in the answer. */
    private String post(String url, String body) throws Exception {
        JsonNode answer = JSON.readTree(send(HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build()));
        return answer.path("id").textValue();
    }

    private String send(HttpRequest request) throws Exception {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IOException(request.uri() + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }

    private static String memory(Process process) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS"))
                    .map(line -> "resident " + Long.parseLong(line.replaceAll("\\D", "")) / 1024 + " MB")
                    .findFirst()
                    .orElse("");
        }
    }
}
