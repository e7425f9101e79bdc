package org.checkpointrecovery.benchmark;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Times small jobs: durable submissions a second, jobs of one item a second from the submission to COMPLETED, and how
 * long one client waits for a submission. Measures each jar in turns, with a new service and an empty data directory
 * each time. The clients are in the process of the benchmark and take their part of the machine. The data is deleted at
 * the end only: ext4 without a journal creates files several times more slowly for minutes after many were deleted.
 *
 * <pre>java -cp target/test-classes:target/checkpoint-recovery.jar org.checkpointrecovery.benchmark.SmallJobsBenchmark \
 *     SUBMISSIONS JOBS CONNECTIONS ROUNDS JAR...</pre>
 */
public final class SmallJobsBenchmark {
    private static final Path PARENT = Path.of(System.getProperty("benchmark.dir", "/tmp"));
    private static final int ONE_CLIENT = 500;
    private static final long LOOK_AGAIN_NANOS = 200_000_000;

    private final URI service;
    private final Size size;

    private SmallJobsBenchmark(URI service, Size size) {
        this.service = service;
        this.size = size;
    }

    /**
     * What is measured.
     *
     * @param submissions without a start; as many again, warm the service before
     */
    private record Size(int submissions, int jobs, int connections) {
        static Size of(String submissions, String jobs, String connections) {
            int clients = Integer.parseInt(connections);
            return new Size(
                    Integer.parseInt(submissions) / clients * clients,
                    Integer.parseInt(jobs) / clients * clients,
                    clients);
        }
    }

    /** Milliseconds are those of one client. */
    private record Measured(
            double submissionsPerSecond,
            double jobsPerSecond,
            double firstMillis,
            double p50Millis,
            double p99Millis) {}

    public static void main(String[] arguments) throws Exception {
        Size size = Size.of(arguments[0], arguments[1], arguments[2]);
        int rounds = Integer.parseInt(arguments[3]);
        List<String> jars = List.of(arguments).subList(4, arguments.length);
        List<Path> directories = new ArrayList<>();
        List<List<Measured>> measured = new ArrayList<>();
        jars.forEach(jar -> measured.add(new ArrayList<>()));
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < jars.size(); i++) {
                measured.get(i).add(measure(jars.get(i), size, directories));
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%,d submissions, %,d jobs, %d connections, %d rounds, medians%n%14s %14s %10s %10s %10s%n",
                size.submissions,
                size.jobs,
                size.connections,
                rounds,
                "submissions/s",
                "jobs/s",
                "first ms",
                "p50 ms",
                "p99 ms");
        for (int i = 0; i < jars.size(); i++) {
            List<Measured> all = measured.get(i);
            System.out.printf(
                    Locale.ROOT,
                    "%,14.0f %,14.0f %10.1f %10.2f %10.2f  %s%n",
                    median(all, Measured::submissionsPerSecond),
                    median(all, Measured::jobsPerSecond),
                    median(all, Measured::firstMillis),
                    median(all, Measured::p50Millis),
                    median(all, Measured::p99Millis),
                    jars.get(i));
        }
        for (Path directory : directories) {
            delete(directory);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static double median(List<Measured> all, ToDoubleFunction<Measured> figure) {
        double[] sorted = all.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static Measured measure(String jar, Size size, List<Path> directories) throws Exception {
        Path directory = Files.createTempDirectory(PARENT, "small-jobs");
        directories.add(directory);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        jar,
                        "serve",
                        "--port",
                        "0",
                        "--max-queued",
                        "1000000",
                        "--data",
                        directory.resolve("data").toString(),
                        "--input-dir",
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            String line = output.readLine();
            if (line == null || !line.startsWith("READY ")) {
                throw new IOException("it did not start: " + line);
            }
            return new SmallJobsBenchmark(URI.create(line.substring("READY ".length())), size).measure();
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private Measured measure() throws Exception {
        double first;
        double[] millis = new double[ONE_CLIENT];
        try (Client client = new Client(service)) {
            first = client.submit(false);
            for (int i = 0; i < ONE_CLIENT; i++) {
                millis[i] = client.submit(false);
            }
        }
        Arrays.sort(millis);
        submit(size.submissions, false); // warms the service
        double submissionsPerSecond = size.submissions / submit(size.submissions, false);
        submit(size.jobs / 4, true);
        awaitCompleted(size.jobs / 4 / size.connections * size.connections);
        long began = System.nanoTime();
        submit(size.jobs, true);
        awaitCompleted(size.jobs / 4 / size.connections * size.connections + size.jobs);
        double jobsPerSecond = size.jobs / ((System.nanoTime() - began) / 1e9);
        return new Measured(
                submissionsPerSecond, jobsPerSecond, first, millis[ONE_CLIENT / 2], millis[ONE_CLIENT * 99 / 100]);
    }

    private void awaitCompleted(int jobs) throws IOException {
        try (Client client = new Client(service)) {
            while (client.completed() < jobs) {
                LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            }
        }
    }

    /** Submits jobs through all connections. Returns the seconds. */
    private double submit(int jobs, boolean start) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(size.connections);
        try {
            List<Callable<Void>> clients = new ArrayList<>();
            for (int i = 0; i < size.connections; i++) {
                clients.add(() -> {
                    try (Client client = new Client(service)) {
                        for (int j = 0; j < jobs / size.connections; j++) {
                            client.submit(start);
                        }
                    }
                    return null;
                });
            }
            long began = System.nanoTime();
            for (Future<Void> done : threads.invokeAll(clients)) {
                done.get();
            }
            return (System.nanoTime() - began) / 1e9;
        } finally {
            threads.shutdown();
        }
    }

    /** One connection. Reads answers that have a length, and no more of HTTP than that. */
    private static final class Client implements AutoCloseable {
        private final Socket socket;
        private final InputStream in;
        private final byte[] start;
        private final byte[] noStart;

        Client(URI service) throws IOException {
            socket = new Socket(service.getHost(), service.getPort());
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
            start = post(service, true);
            noStart = post(service, false);
        }

        private static byte[] post(URI service, boolean start) {
            String body = "{\"input\":{\"items\":[\"one small item\"]},\"start\":" + start + "}";
            return ("POST /v1/jobs HTTP/1.1\r\nHost: " + service.getAuthority()
                            + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                            + body)
                    .getBytes(StandardCharsets.ISO_8859_1);
        }

        /** Submits a job. Returns the milliseconds. */
        double submit(boolean toStart) throws IOException {
            long began = System.nanoTime();
            String answer = exchange(toStart ? start : noStart);
            if (!answer.startsWith("HTTP/1.1 201 ")) {
                throw new IOException(answer);
            }
            return (System.nanoTime() - began) / 1e6;
        }

        /** Returns the number of COMPLETED jobs. */
        long completed() throws IOException {
            String answer =
                    exchange("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            for (String line : answer.lines().toList()) {
                if (line.startsWith("checkpoint_recovery_jobs{state=\"COMPLETED\"}")) {
                    return (long) Double.parseDouble(line.substring(line.lastIndexOf(' ')));
                }
            }
            throw new IOException(answer);
        }

        private String exchange(byte[] request) throws IOException {
            socket.getOutputStream().write(request);
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            int length = -1;
            boolean chunked = false;
            while (true) {
                String line = line(answer);
                String lower = line.toLowerCase(Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = Integer.parseInt(line.substring(15).strip());
                }
                chunked |= lower.startsWith("transfer-encoding: chunked");
                if (line.isEmpty()) {
                    break;
                }
            }
            if (chunked) {
                while ((length = Integer.parseInt(line(answer), 16)) > 0) {
                    answer.write(in.readNBytes(length));
                    line(answer);
                }
                line(answer);
            } else {
                answer.write(in.readNBytes(Math.max(length, 0)));
            }
            return answer.toString(StandardCharsets.UTF_8);
        }

        private String line(ByteArrayOutputStream answer) throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new IOException("the connection was closed after " + answer);
                }
                answer.write(c);
                if (c != '\r') {
                    line.append((char) c);
                }
            }
            answer.write('\n');
            return line.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
