package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When new work should not come to the service, and why. */
class ReadinessTest {
    @TempDir
    private Path directory;

    @Test
    void a_service_that_reads_what_is_on_disk_is_not_ready_and_says_so() {
        try (TestServer service = TestServer.in(directory).startUnopened()) {
            ServiceClient http = service.client();
            http.get("/livez").is(200);
            assertThat(http.get("/readyz").isProblem(503, "unavailable").text("/detail"))
                    .contains("starting");
            http.get("/v1/jobs").isProblem(503, "unavailable");
            http.post("/v1/jobs", "{\"input\":{\"items\":[]}}").isProblem(503, "unavailable");
            service.open();
            http.get("/readyz").is(200);
            http.get("/v1/jobs").is(200);
        }
    }

    @Test
    void a_service_whose_data_directory_cannot_be_written_to_is_not_ready() throws Exception {
        try (TestServer service = TestServer.in(directory).start()) {
            service.client().get("/readyz").is(200);
            Path away = service.data().resolveSibling("away");
            Files.move(service.data(), away);
            assertThat(service.client()
                            .get("/readyz")
                            .isProblem(503, "unavailable")
                            .text("/detail"))
                    .contains("is not writable");
            Files.move(away, service.data());
            service.client().get("/readyz").is(200);
        }
    }
}
