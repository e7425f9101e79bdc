package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of the packed service over paths where something else than a regular file has come. */
@Timeout(120)
class PathInputIT {
    @TempDir
    Path directory;

    /** What may come in the place of an input. */
    enum Thing {
        PIPE,
        LINK_TO_PIPE,
        DIRECTORY,
        LINK_TO_ITSELF;

        void make(Path path) throws Exception {
            switch (this) {
                case PIPE -> mkfifo(path);
                case LINK_TO_PIPE -> {
                    Path pipe = path.resolveSibling(path.getFileName() + ".pipe");
                    mkfifo(pipe);
                    Files.createSymbolicLink(path, pipe);
                }
                case DIRECTORY -> Files.createDirectory(path);
                case LINK_TO_ITSELF -> Files.createSymbolicLink(path, path);
            }
        }

        private static void mkfifo(Path path) throws Exception {
            assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                    .isZero();
        }
    }

    private static String spec(String path) {
        return "{\"input\":{\"path\":\"" + path + "\"},\"start\":false}";
    }

    @Test
    void a_job_whose_input_was_replaced_fails_and_says_so_and_no_worker_is_held() throws Exception {
        try (PackedJar jar = PackedJar.serve(directory, "--workers", "1");
                Service service = new Service(jar.url())) {
            List<String> ids = new ArrayList<>();
            for (Thing thing : Thing.values()) {
                Path input = Files.writeString(directory.resolve(thing + ".txt"), "a\nb\n");
                ids.add(service.submit(spec(thing + ".txt")));
                Files.delete(input);
                thing.make(input);
            }
            Files.createDirectory(directory.resolve("sub"));
            Files.writeString(directory.resolve("sub/in.txt"), "a\n");
            ids.add(service.submit(spec("sub/in.txt")));
            Files.delete(directory.resolve("sub/in.txt"));
            Files.delete(directory.resolve("sub"));
            Files.writeString(directory.resolve("sub"), "a file");
            ids.forEach(id -> service.post("/v1/jobs/" + id + "/start", ""));
            for (String id : ids) {
                JsonNode failed = service.awaitState(id, "FAILED");
                assertThat(failed.at("/stateReason/code").textValue())
                        .as("%s", failed)
                        .isEqualTo("INPUT_CHANGED");
                assertThat(failed.at("/stateReason/message").textValue())
                        .contains("The input has changed since the job was submitted")
                        .doesNotContain("The disk failed");
            }
            assertThat(service.job(ids.get(0)).toString()).contains("a named pipe, a socket or a device");
            assertThat(service.job(ids.get(2)).toString()).contains("it is a directory now");
            String next = service.submit("{\"input\":{\"items\":[\"a\"]}}");
            service.awaitState(next, "COMPLETED");
        }
    }

    @Test
    void nothing_but_a_regular_file_is_taken_as_an_input() throws Exception {
        for (Thing thing : Thing.values()) {
            thing.make(directory.resolve(thing + ".txt"));
        }
        Files.writeString(directory.resolve("ok.txt"), "a\n");
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            for (Thing thing : Thing.values()) {
                var answer = service.post("/v1/jobs", spec(thing + ".txt"));
                assertThat(answer.getStatus()).as(answer.getBody()).isEqualTo(422);
            }
            var outside = service.post("/v1/jobs", spec("../" + directory.getFileName() + "/ok.txt"));
            assertThat(outside.getStatus()).as(outside.getBody()).isEqualTo(422);
            assertThat(outside.getBody()).contains("is outside the service's input directory");
        }
    }

    /** An upload and the items of a submission, which nobody but the service should have touched. */
    @Test
    void a_pipe_in_the_place_of_an_own_input_fails_the_job() throws Exception {
        try (PackedJar jar = PackedJar.serve(directory, "--workers", "1");
                Service service = new Service(jar.url())) {
            String file = Service.json(
                            service.http().post("/v1/files").body("a\n").asString())
                    .get("id")
                    .textValue();
            String upload = service.submit("{\"input\":{\"fileId\":\"" + file + "\"},\"start\":false}");
            String inline = service.submit("{\"input\":{\"items\":[\"a\"]},\"start\":false}");
            replaceByPipe(directory.resolve("data/files/" + file + "/content"));
            Path job = directory.resolve("data/jobs").resolve(inline);
            Await.until("its files are written", () -> Files.exists(job.resolve("job.json")));
            replaceByPipe(job.resolve("input.txt"));
            service.post("/v1/jobs/" + upload + "/start", "");
            service.http().post("/v1/jobs/" + inline + "/start").asString();
            service.awaitState(upload, "FAILED");
            // It is not asked for: what is shown of it has the items that came with it.
            String failed = "Job " + inline + ": RUNNING -> FAILED at item 0 (INPUT_CHANGED)";
            Await.until("the job failed", jar::log, log -> log.contains(failed));
        }
    }

    private static void replaceByPipe(Path file) throws Exception {
        Files.delete(file);
        Thing.mkfifo(file);
    }
}
