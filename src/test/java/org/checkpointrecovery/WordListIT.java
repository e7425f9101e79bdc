package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import kong.unirest.core.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job on real input: Debian's list of English words, about 100,000 lines, some with accents. */
class WordListIT {
    private static final Path WORDS = Path.of("/usr/share/dict/american-english");

    @TempDir
    Path directory;

    @Test
    void the_word_list_is_uploaded_crashed_and_resumed_and_its_results_are_exact() throws Exception {
        if (!Files.isReadable(WORDS)) {
            String why = WORDS + " is not there: install Debian's package wamerican";
            System.out.println("SKIPPED: " + why);
            assertThat(System.getenv("CI")).as(why).isNotEqualTo("true");
            abort(why);
        }
        long words;
        try (var lines = Files.lines(WORDS)) {
            words = lines.filter(line -> !line.isBlank()).count();
        }
        assertThat(words).isGreaterThan(90_000);
        try (PackedJar jar = PackedJar.serve(directory);
                Service service = new Service(jar.url())) {
            HttpResponse<String> upload = service.http()
                    .post("/v1/files?name=words")
                    .body(Files.readAllBytes(WORDS))
                    .asString();
            assertThat(upload.getStatus()).as(upload.getBody()).isEqualTo(201);
            String input =
                    "\"input\":{\"fileId\":\"" + Service.json(upload).get("id").textValue() + "\"}";
            String clean = service.submit("{" + input + "}");
            String crashed = service.submit(
                    "{" + input
                            + ",\"batchSize\":777,\"parallelism\":2,\"faults\":{\"crashAfterItems\":60000,\"crashPoint\":\"torn-results\"}}");
            JsonNode job = service.awaitState(crashed, "CRASHED");
            assertThat(job.at("/progress/processedItems").longValue()).isEqualTo(59_999 / 777 * 777);
            assertThat(service.post("/v1/jobs/" + crashed + "/resume", "{}").getStatus())
                    .isEqualTo(202);
            job = service.awaitState(crashed, "COMPLETED");
            service.awaitState(clean, "COMPLETED");
            assertThat(job.at("/progress/succeededItems").longValue()).isEqualTo(words);
            assertThat(job.at("/progress/percent").doubleValue()).isEqualTo(100.0);
            assertThat(service.results(crashed)).isEqualTo(service.results(clean));
        }
    }
}
