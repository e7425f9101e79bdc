package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import kong.unirest.core.HttpResponse;
import kong.unirest.core.UnirestException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that are larger than the heap of the packed service, or nearly so. */
class MemoryIT {
    private static final int OUT_OF_MEMORY = 3;

    @TempDir
    Path directory;

    private PackedJar serve(String heap, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("serve", "--port", "0"));
        arguments.addAll(List.of("--data", directory.resolve("data").toString()));
        arguments.addAll(List.of("--input-dir", directory.toString()));
        arguments.addAll(List.of(options));
        return PackedJar.start(
                directory,
                List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", heap, "-XX:-UsePerfData"),
                Map.of(),
                arguments.toArray(String[]::new));
    }

    /** A first line of 50 million bytes, and a second one. */
    private void writeLongLine(String name, String part) throws IOException {
        try (BufferedWriter writer = Files.newBufferedWriter(directory.resolve(name))) {
            for (int i = 0; i < 50_000_000 / part.length(); i++) {
                writer.write(part);
            }
            writer.write("\nx\n");
        }
    }

    @Test
    void a_csv_header_of_50_megabytes_is_refused_by_its_size() throws Exception {
        writeLongLine("wide.csv", "a,");
        try (PackedJar jar = serve("-Xmx128m", "--max-item-bytes", "64M");
                Service service = new Service(jar.url())) {
            String spec = "{\"input\":{\"path\":\"wide.csv\"},\"format\":\"csv\"}";
            for (String path : List.of("/v1/jobs", "/v1/jobs/validate?sample=1")) {
                HttpResponse<String> answer = service.post(path, spec);
                assertThat(answer.getStatus()).as(answer.getBody()).isEqualTo(422);
                assertThat(answer.getBody()).contains("longer than 1048576 bytes");
            }
            assertThat(service.http().get("/livez").asString().getStatus()).isEqualTo(200);
        }
    }

    @Test
    void a_service_without_memory_ends_and_the_next_start_recovers() throws Exception {
        writeLongLine("long.txt", "word ");
        String kept;
        try (PackedJar jar = serve("-Xmx64m", "--max-item-bytes", "64M");
                Service service = new Service(jar.url())) {
            kept = service.submit("{\"start\":false,\"input\":{\"items\":[\"a\"]}}");
            String spec = "{\"input\":{\"path\":\"long.txt\"}}";
            assertThatThrownBy(() -> service.post("/v1/jobs/validate?sample=1", spec))
                    .isInstanceOf(UnirestException.class);
            assertThat(jar.exitCode()).isEqualTo(OUT_OF_MEMORY);
            assertThat(jar.log()).contains("ran out of memory");
        }
        try (PackedJar jar = serve("-Xmx64m");
                Service service = new Service(jar.url())) {
            assertThat(service.job(kept).get("state").textValue()).isEqualTo("CREATED");
            assertThat(service.post("/v1/jobs/" + kept + "/start", "").getStatus())
                    .isEqualTo(202);
            service.awaitState(kept, "COMPLETED");
        }
    }

    @Test
    void a_job_without_memory_ends_the_service_too() throws Exception {
        writeLongLine("long.txt", "word ");
        try (PackedJar jar = serve("-Xmx64m", "--max-item-bytes", "64M");
                Service service = new Service(jar.url())) {
            service.submit("{\"input\":{\"path\":\"long.txt\"}}");
            assertThat(jar.exitCode()).isIn(OUT_OF_MEMORY, PackedJar.KILLED);
            assertThat(jar.log()).contains("out of memory");
        }
    }
}
