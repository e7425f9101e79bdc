package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs on a cluster: what it makes of them is byte for byte what the service itself does. */
class FlinkEngineTest {
    @TempDir
    private static Path clusterDirectory;

    private static FlinkCluster cluster;

    @TempDir
    private Path directory;

    private TestService service;
    private ServiceClient http;

    @BeforeAll
    static void startCluster() throws Exception {
        cluster = FlinkCluster.start(clusterDirectory, 2, 1);
    }

    @AfterAll
    static void stopCluster() throws Exception {
        cluster.close();
    }

    @BeforeEach
    void start() throws Exception {
        service = TestService.in(directory).cluster(cluster.url()).start();
        http = service.client();
    }

    @AfterEach
    void stop() {
        service.close();
    }

    private static String lines(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "line " + i + "  ünï" + "x".repeat(i % 50) + "\n")
                .collect(Collectors.joining());
    }

    @Test
    void a_job_has_the_results_of_the_local_engine() throws Exception {
        String file = http.upload(lines(20_000).getBytes(java.nio.charset.StandardCharsets.UTF_8));
        String spec = "{\"input\":{\"fileId\":\"" + file + "\"},\"batchSize\":7,\"faults\":{\"failItems\":[0,5,19999]}";
        String local = http.submit(spec + "}");
        String flink = http.submit(spec + ",\"engine\":\"flink\"}");
        http.await(local, "COMPLETED");
        http.await(flink, "COMPLETED");
        assertThat(http.get("/v1/jobs/" + flink + "/results").text())
                .isEqualTo(http.get("/v1/jobs/" + local + "/results").text());
        assertThat(http.get("/v1/jobs/" + flink + "/errors").text())
                .isEqualTo(http.get("/v1/jobs/" + local + "/errors").text());
    }
}
