package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the packed service may touch is its data directory, and what symbolic links lead to is not in it. */
class OwnedPathsIT {
    private static final String SPEC = "{\"input\":{\"items\":[\"a\",\"b\"]}}";

    @TempDir
    Path directory;

    private Path makeVictim() throws IOException {
        Path victim = directory.resolve("victim");
        Files.createDirectories(victim.resolve("sub"));
        Files.writeString(victim.resolve("kept.txt"), "kept");
        Files.writeString(victim.resolve("sub/kept.txt"), "kept");
        return victim;
    }

    private void assertKept() {
        assertThat(directory.resolve("victim/kept.txt")).hasContent("kept");
        assertThat(directory.resolve("victim/sub/kept.txt")).hasContent("kept");
    }

    @Test
    void deleting_a_job_or_an_upload_leaves_what_links_in_it_lead_to() throws Exception {
        Path victim = makeVictim();
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            String id = service.submit(SPEC);
            service.awaitState(id, "COMPLETED");
            Path job = directory.resolve("data/jobs").resolve(id);
            Files.createSymbolicLink(job.resolve("link"), victim);
            Files.createSymbolicLink(job.resolve("ranges"), victim);
            assertThat(service.http().delete("/v1/jobs/" + id).asString().getStatus())
                    .isEqualTo(204);
            assertThat(job).doesNotExist();
            String file = Service.json(
                            service.http().post("/v1/files").body("a\n").asString())
                    .get("id")
                    .textValue();
            Files.createSymbolicLink(
                    directory.resolve("data/files").resolve(file).resolve("link"), victim);
            assertThat(service.http().delete("/v1/files/" + file).asString().getStatus())
                    .isEqualTo(204);
            assertKept();
        }
        assertKept();
    }

    @Test
    void links_that_are_found_at_the_start_are_swept_away_or_left_alone_and_never_followed() throws Exception {
        Path victim = makeVictim();
        try (PackedJar jar = PackedJar.serve(directory)) {
            jar.url();
        }
        Path jobs = directory.resolve("data/jobs");
        Path files = directory.resolve("data/files");
        String id = "0mh3k2v9x-7fq2mzt4";
        List<Path> swept = List.of(
                jobs.resolve(".deleted-x"),
                jobs.resolve(".new-x"),
                files.resolve(".new-x"),
                files.resolve(".deleted-x"));
        for (Path link : swept) {
            Files.createSymbolicLink(link, victim);
        }
        Files.createSymbolicLink(jobs.resolve(id), victim);
        Files.createSymbolicLink(files.resolve(id), victim);
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            assertThat(service.http().delete("/v1/jobs/" + id).asString().getStatus())
                    .isEqualTo(404);
            assertThat(Service.json(service.http().get("/v1/jobs").asString()).get("jobs"))
                    .isEmpty();
            assertThat(Service.json(service.http().get("/v1/files").asString()).get("files"))
                    .isEmpty();
            assertThat(service.http().delete("/v1/files/" + id).asString().getStatus())
                    .isEqualTo(404);
            assertThat(jar.log().lines().filter(line -> line.contains("is a symbolic link. It was left in place")))
                    .hasSize(2);
        }
        assertThat(swept).noneMatch(Files::isSymbolicLink);
        assertThat(jobs.resolve(id)).isSymbolicLink();
        assertThat(files.resolve(id)).isSymbolicLink();
        assertKept();
    }

    @Test
    void the_files_of_a_job_are_not_written_through_links() throws Exception {
        Path victim = makeVictim();
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            for (String name : List.of("results.jsonl", "errors.jsonl", "checkpoint.json", "checkpoint.json.tmp")) {
                String id = service.submit(SPEC.replace("}}", "},\"start\":false}"));
                Path files = directory.resolve("data/jobs").resolve(id);
                Await.until("they are written", () -> Files.exists(files.resolve("job.json")));
                Path link = files.resolve(name);
                Files.createSymbolicLink(link, victim.resolve("kept.txt"));
                service.post("/v1/jobs/" + id + "/start", "");
                String end = service.await(
                                id,
                                job -> List.of("COMPLETED", "FAILED")
                                        .contains(job.get("state").textValue()))
                        .toString();
                assertThat(end)
                        .as(name)
                        .contains(name.startsWith("checkpoint") ? "\"state\":\"COMPLETED\"" : "is a symbolic link");
                assertKept();
            }
        }
        assertKept();
    }

    @Test
    void what_the_service_makes_belongs_to_its_owner_alone_and_a_readable_key_is_restricted() throws Exception {
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            service.awaitState(service.submit(SPEC), "COMPLETED");
            assertThat(service.http().post("/v1/files").body("a\n").asString().getStatus())
                    .isEqualTo(201);
        }
        Path data = directory.resolve("data");
        try (Stream<Path> made = Files.walk(data)) {
            assertThat(made)
                    .hasSizeGreaterThan(6)
                    .allSatisfy(path -> assertThat(permissions(path))
                            .as("%s", path)
                            .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------"));
        }
        Path key = Files.writeString(data.resolve("callback-key"), "whsec_" + "A".repeat(43) + "=\n");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        try (PackedJar jar = PackedJar.serve(directory)) {
            jar.url();
            assertThat(jar.log()).contains("callback-key was accessible to other users");
        }
        assertThat(permissions(key)).isEqualTo("rw-------");
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
