package org.checkpointrecovery.api;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.processor.http.MisbehavingServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** How many threads jobs cost that wait for an endpoint: beyond the one that commits, next to none. */
@Isolated
class WaitingJobsTest {
    private static final String ENDPOINT_THREAD = "misbehaving";

    @TempDir
    private Path directory = Path.of("");

    /** Returns the names of all threads but the endpoint's. */
    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> !name.equals(ENDPOINT_THREAD))
                .sorted()
                .toList();
    }

    private static String spec(MisbehavingServer server, String item) {
        return "{\"input\":{\"items\":[\"" + item + " 1\",\"" + item + " 2\",\"" + item + " 3\"]},"
                + "\"processor\":{\"type\":\"http\",\"url\":\"" + server.url() + "\",\"concurrency\":2}}";
    }

    /** The jobs that have made a call. */
    private static long calling(MisbehavingServer server) {
        return server.received().stream()
                .map(request ->
                        String.valueOf(request.header("Idempotency-Key")).replaceAll("-\\d+\"$", ""))
                .distinct()
                .count();
    }

    private void checkThreads(int jobs, int most) {
        try (MisbehavingServer server = MisbehavingServer.that((request, time, exchange) -> {
                    if (request.body().startsWith("silent")) {
                        exchange.fallSilent();
                    } else if (request.body().startsWith("busy")) {
                        exchange.answer(503, "", "Retry-After: 240");
                    } else {
                        exchange.answer(200, "[]");
                    }
                });
                TestServer service = TestServer.in(directory).workers(jobs).start()) {
            ServiceClient http = service.client();
            http.complete(spec(server, "first"));
            List<String> before = threads();
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < jobs; i++) {
                ids.add(http.submit(spec(server, i % 2 == 0 ? "silent" : "busy")));
            }
            Await.until("each job has made a call", () -> calling(server), calls -> calls == jobs + 1);
            Await.until(
                    "at most " + most + " threads more than " + before,
                    WaitingJobsTest::threads,
                    now -> now.size() - before.size() <= most);
            ids.forEach(id -> http.await(id, "RUNNING"));
        }
    }

    @Test
    void five_waiting_jobs_add_at_most_12_threads() {
        checkThreads(5, 12);
    }

    @Test
    void a_hundred_waiting_jobs_add_at_most_130_threads() {
        checkThreads(100, 130);
    }
}
