package org.checkpointrecovery.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
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
import java.util.concurrent.locks.LockSupport;

/**
 * Times a job alone, and while many clients read the events of all jobs, half of which never read what they are sent; in
 * turns. The readers are in the process of the benchmark and take their part of the machine.
 *
 * <pre>java -cp target/test-classes:target/checkpoint-recovery.jar org.checkpointrecovery.benchmark.EventsBenchmark [LINES [READERS [ROUNDS]]]</pre>
 */
public final class EventsBenchmark {
    private static final JsonMapper JSON = new JsonMapper();
    private static final long LOOK_AGAIN_NANOS = 50_000_000;

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI service;

    private EventsBenchmark(URI service) {
        this.service = service;
    }

    public static void main(String[] arguments) throws Exception {
        int lines = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5_000_000;
        int readers = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 500;
        int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
        Path directory = Files.createTempDirectory("events");
        SampleLines.write(directory.resolve("lines.txt"), lines);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        "target/checkpoint-recovery.jar",
                        "serve",
                        "--port",
                        "0",
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
            new EventsBenchmark(URI.create(line.substring("READY ".length()))).run(readers, rounds);
        } finally {
            process.destroy();
        }
    }

    private void run(int readers, int rounds) throws Exception {
        job(); // warms the service
        double[] alone = new double[rounds];
        double[] watched = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            alone[round] = job();
            List<Socket> sockets = new ArrayList<>();
            for (int i = 0; i < readers; i++) {
                sockets.add(reader(i % 2 == 0));
            }
            watched[round] = job();
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        System.out.println(
                "rounds, alone: " + Arrays.toString(alone) + " s; watched: " + Arrays.toString(watched) + " s");
        Arrays.sort(alone);
        Arrays.sort(watched);
        System.out.printf(
                Locale.ROOT,
                "%d readers: alone %.2f s, watched %.2f s, ratio %.2f%n",
                readers,
                alone[rounds / 2],
                watched[rounds / 2],
                watched[rounds / 2] / alone[rounds / 2]);
    }

    /** Asks for events, and reads them or never does. */
    private Socket reader(boolean reads) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096); // so that what is not read soon waits in the service
        socket.connect(new InetSocketAddress(service.getHost(), service.getPort()));
        socket.getOutputStream()
                .write(("GET /v1/events HTTP/1.1\r\nHost: localhost:" + service.getPort() + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        if (reads) {
            Thread thread = new Thread(() -> drain(socket));
            thread.setDaemon(true);
            thread.start();
        }
        return socket;
    }

    private static void drain(Socket socket) {
        byte[] buffer = new byte[4096];
        try {
            while (socket.getInputStream().read(buffer) >= 0) {
                Thread.onSpinWait();
            }
        } catch (IOException e) {
            return; // it was closed
        }
    }

    /** Seconds from the first run's beginning to the end, as the job tells. */
    private double job() throws Exception {
        JsonNode job = send(HttpRequest.newBuilder(service.resolve("/v1/jobs"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"input\":{\"path\":\"lines.txt\"}}")));
        URI address = service.resolve("/v1/jobs/" + job.get("id").textValue());
        while (!job.get("state").textValue().equals("COMPLETED")) {
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
            job = send(HttpRequest.newBuilder(address));
        }
        send(HttpRequest.newBuilder(address).DELETE());
        Instant began = Instant.parse(job.get("startedAt").textValue());
        return Duration.between(began, Instant.parse(job.get("endedAt").textValue()))
                        .toMillis()
                / 1000.0;
    }

    private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(answer.statusCode() + " " + answer.body());
        }
        return JSON.readTree(answer.body());
    }
}
