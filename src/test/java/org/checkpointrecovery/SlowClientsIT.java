package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packed service beside more slow clients than it has threads, with little memory. */
class SlowClientsIT {
    private static final int UPLOADS = 600;
    private static final int BODIES = 300;
    private static final int READERS = 300;
    /** A probe of liveness gives up then. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    /** Longer than the window in which a rate is measured. */
    private static final Duration OBSERVED = Duration.ofSeconds(15);

    private static final int MOST_THREADS = 200;

    @TempDir
    Path directory;

    private PackedJar serve(String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("serve", "--port", "0"));
        arguments.addAll(List.of("--data", directory.resolve("data").toString()));
        arguments.addAll(List.of("--input-dir", directory.toString()));
        arguments.addAll(List.of(options));
        return PackedJar.start(
                directory,
                List.of(
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-XX:MaxDirectMemorySize=96m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-XX:-UsePerfData"),
                Map.of(),
                arguments.toArray(String[]::new));
    }

    /** A job with more results than any socket buffer holds. */
    private String largeJob(Service service) throws IOException {
        Files.writeString(
                directory.resolve("large.txt"),
                IntStream.range(0, 60_000)
                        .mapToObj(i -> "word ".repeat(20) + i)
                        .collect(Collectors.joining("\n", "", "\n")));
        String id = service.submit("{\"input\":{\"path\":\"large.txt\"}}");
        service.awaitState(id, "COMPLETED");
        return id;
    }

    /** A job whose spec is nearly as large as a body may be. */
    private static String largeSpec() {
        return IntStream.range(0, 9000)
                .mapToObj(i -> "\"" + "item ".repeat(20) + i + "\"")
                .collect(Collectors.joining(",", "{\"start\":false,\"input\":{\"items\":[", "]}}"));
    }

    private static void answersAtOnce(HttpClient http, String url) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
    }

    private void awaitNothingHalfMade() {
        Await.until("nothing is left of the requests", () -> entries("files") == 0 && entries("spool") == 0);
    }

    private long entries(String name) {
        try (Stream<Path> paths = Files.list(directory.resolve("data").resolve(name))) {
            return paths.count();
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void slow_uploads_bodies_and_readers_silence_nothing() throws Exception {
        try (PackedJar jar = serve("--min-data-rate", "0", "--idle-timeout", "120");
                Service service = new Service(jar.url())) {
            String job = largeJob(service);
            String inline = service.submit(largeSpec());
            for (int i = 0; i < 10; i++) {
                service.submit(largeSpec());
            }
            HttpClient http = HttpClient.newHttpClient();
            answersAtOnce(http, service.url() + "/v1/jobs?pageSize=1");
            try (SlowClients slow = new SlowClients(service.url())) {
                slow.senders(UPLOADS / 2, "/v1/files", "", 1000);
                slow.senders(UPLOADS / 2, "/v1/files", "Content-Encoding: gzip\r\n", 50_000);
                slow.senders(BODIES, "/v1/jobs", "Content-Type: application/json\r\n", 500_000);
                String results = "/v1/jobs/" + job + "/results";
                int share = READERS / 10;
                slow.readers(share, results, "", 1);
                slow.readers(share, results, "Accept: application/json\r\n", 1);
                slow.readers(share, results, "Accept: text/csv\r\n", 1);
                slow.readers(share, results + "?merged=true", "", 1);
                slow.readers(share, "/v1/jobs?pageSize=500", "", 1);
                slow.readers(share, "/v1/jobs/" + inline, "", 10);
                slow.readers(share, "/v1/jobs/" + inline + "/events", "", 1);
                slow.readers(share, "/openapi.yaml", "", 50);
                slow.readers(share, "/metrics", "", 50);
                slow.readers(share, "/livez", "", 100);
                String quick = service.submit("{\"input\":{\"items\":[\"a\",\"b\"]},\"batchSize\":1}");
                long end = System.nanoTime() + OBSERVED.toNanos();
                boolean completed = false;
                while (System.nanoTime() < end || !completed) {
                    answersAtOnce(http, service.url() + "/livez");
                    answersAtOnce(http, service.url() + "/v1/jobs?pageSize=1");
                    completed = service.job(quick).get("state").textValue().equals("COMPLETED");
                    LockSupport.parkNanos(100_000_000);
                }
                assertThat(jar.threads()).isLessThan(MOST_THREADS);
                assertThat(slow.open()).as("clients that are still there").isEqualTo(UPLOADS + BODIES + READERS);
            }
            awaitNothingHalfMade();
            assertThat(jar.isAlive()).isTrue();
        }
    }

    @Test
    void clients_below_the_minimum_rate_are_cut_off_and_others_are_not() throws Exception {
        try (PackedJar jar = serve("--min-data-rate", "1K");
                Service service = new Service(jar.url());
                SlowClients slow = new SlowClients(service.url()).dropping(20);
                SlowClients patient = new SlowClients(service.url()).dropping(2000)) {
            String job = largeJob(service);
            slow.senders(20, "/v1/files", "", 10);
            slow.senders(20, "/v1/jobs", "Content-Type: application/json\r\n", 10);
            patient.senders(20, "/v1/files", "", 10);
            slow.readers(20, "/v1/jobs/" + job + "/results", "", 1);
            Await.until("those that send too slowly are cut off", () -> slow.open() == 20);
            Await.until("so is who does not read", () -> jar.log().contains("Closed "));
            Await.until("nothing of them is left", () -> entries("files") == 20 && entries("spool") == 0);
            assertThat(patient.open()).isEqualTo(20);
        }
    }
}
