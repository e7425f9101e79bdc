package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.storage.JobFiles;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A service with a cluster in this process: one for all tests of a class. */
abstract class OnCluster {
    /** The end of a spec. */
    static final String FLINK = ",\"engine\":\"flink\"}";

    @TempDir
    private static Path clusterDirectory;

    static FlinkCluster cluster;

    @TempDir
    Path directory;

    TestServer service;
    ServiceClient http;

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
        service = TestServer.in(directory).cluster(cluster.url()).start();
        http = service.client();
    }

    @AfterEach
    void stop() {
        service.close();
    }

    /** Uploads so many lines that are not blank, and some that are. */
    final String upload(int count) {
        return http.upload(IntStream.range(0, count)
                .mapToObj(i -> (i % 97 == 3 ? "\n" : "") + " line " + i + "  ünï" + "x".repeat(i % 50) + "\n")
                .collect(Collectors.joining())
                .getBytes(UTF_8));
    }

    /** A spec without its end. */
    static String spec(String file, String more) {
        return "{\"input\":{\"fileId\":\"" + file + "\"}" + more;
    }

    final String errors(String id) {
        return http.get("/v1/jobs/" + id + "/errors").is(200).text();
    }

    final void awaitProcessed(String id, long items) {
        Answer job = Await.until(
                items + " items of job " + id + " are finished",
                () -> http.job(id),
                seen -> seen.number("/progress/processedItems") >= items
                        || !List.of("QUEUED", "RUNNING").contains(seen.state()));
        assertThat(job.state()).as("%s", job).isIn("QUEUED", "RUNNING");
    }

    final Path ranges(String id) {
        return service.data().resolve("jobs").resolve(id).resolve("ranges");
    }

    final JobFiles files(String id) {
        return new JobFiles(service.data().resolve("jobs").resolve(id));
    }

    final JsonNode submissions(String id) throws Exception {
        return new JsonMapper().readTree(Files.readString(ranges(id).resolve("submissions.json")));
    }
}
