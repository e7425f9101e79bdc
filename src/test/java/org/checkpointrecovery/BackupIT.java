package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packed jar copies and checks the data of a service that runs. */
class BackupIT {
    private static final String SPEC = "{\"input\":{\"items\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\"]},"
            + "\"batchSize\":1,\"faults\":{\"itemDelayMillis\":1000}}";

    @TempDir
    private Path directory;

    private String run(int exitCode, String... arguments) throws Exception {
        try (PackedJar jar = PackedJar.start(directory, arguments)) {
            String output = jar.output();
            assertThat(jar.exitCode()).as(output + jar.log()).isEqualTo(exitCode);
            return output;
        }
    }

    @Test
    void a_service_starts_on_the_backup_of_another_and_completes_its_jobs() throws Exception {
        Path data = directory.resolve("data");
        Path copy = directory.resolve("other/data");
        Files.createDirectory(directory.resolve("other"));
        byte[] results;
        String id;
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            id = service.submit(SPEC);
            service.await(id, job -> job.at("/progress/processedItems").longValue() > 0);
            String backedUp = run(0, "backup", "--data", data.toString(), "--to", copy.toString());
            assertThat(backedUp).startsWith("Backup complete in " + copy + ". jobs: 1, files: 0, bytes: ");
            assertThat(run(0, "verify", "--data", data.toString())).contains("problems: 0");
            service.awaitState(id, "COMPLETED");
            results = service.results(id);
        }
        assertThat(run(0, "verify", "--data", copy.toString()))
                .startsWith("Check complete. jobs: 1")
                .contains("problems: 0");
        try (PackedJar jar = PackedJar.serve(directory.resolve("other"));
                Service service = new Service(jar.url())) {
            service.awaitState(id, "COMPLETED");
            assertThat(service.job(id).get("runs")).hasSize(2);
            assertThat(service.results(id)).isEqualTo(results);
        }
        Files.writeString(copy.resolve("jobs").resolve(id).resolve("results.jsonl"), "");
        assertThat(run(1, "verify", "--data", copy.toString())).contains("results.jsonl: ", "problems: 1");
        run(1, "backup", "--data", data.toString(), "--to", copy.toString());
        run(2, "backup", "--data", data.toString());
        Files.createFile(copy.resolve("backup.incomplete"));
        run(1, "serve", "--data", copy.toString());
    }
}
