package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packed service deletes what has expired. */
class RetentionIT {
    @TempDir
    private Path directory;

    private static int status(Service service, String path) {
        return service.http().get(path).asString().getStatus();
    }

    @Test
    void what_has_expired_is_gone_and_counted_and_stays_gone_after_a_kill() throws Exception {
        String expiring;
        String staying;
        String file;
        try (PackedJar jar = PackedJar.serve(directory, "--retain-jobs", "1s", "--retain-files", "2s");
                Service service = new Service(jar.url())) {
            file = Service.json(service.http()
                            .post("/v1/files")
                            .body(new byte[] {'a', '\n'})
                            .asString())
                    .get("id")
                    .textValue();
            staying = service.submit("{\"input\":{\"items\":[\"a\"]},\"retainFor\":\"1d\"}");
            expiring = service.submit("{\"input\":{\"fileId\":\"" + file + "\"}}");
            Await.until("job is gone", () -> status(service, "/v1/jobs/" + expiring) == 404);
            Await.until("file is gone", () -> status(service, "/v1/files/" + file) == 404);
            assertThat(service.http().get("/metrics").asString().getBody())
                    .contains(
                            "checkpoint_recovery_expired_jobs_total 1.0",
                            "checkpoint_recovery_expired_files_total 1.0");
            assertThat(service.job(staying).get("expiresAt").isTextual()).isTrue();
            jar.kill();
        }
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            Await.until("service is ready", () -> status(service, "/readyz") == 200);
            assertThat(status(service, "/v1/jobs/" + expiring)).isEqualTo(404);
            assertThat(status(service, "/v1/files/" + file)).isEqualTo(404);
            assertThat(service.job(staying).get("state").textValue()).isEqualTo("COMPLETED");
            assertThat(directory.resolve("data/jobs").resolve(expiring)).doesNotExist();
            assertThat(directory.resolve("data/files").resolve(file)).doesNotExist();
        }
    }
}
