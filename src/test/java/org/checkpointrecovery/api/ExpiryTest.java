package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.checkpointrecovery.job.Retention;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs and files say when they expire. */
class ExpiryTest {
    private static final Duration MONTH = Duration.ofDays(30);

    @TempDir
    private Path directory;

    private static Instant time(Answer answer, String pointer) {
        return Instant.parse(answer.text(pointer));
    }

    @Test
    void a_job_and_a_file_say_when_they_expire() {
        try (TestServer service =
                TestServer.in(directory).retention(new Retention(MONTH, MONTH)).start()) {
            ServiceClient http = service.client();
            String id = http.submit("{\"input\":{\"items\":[\"a\"]}}");
            http.await(id, "COMPLETED");
            Answer job = http.get("/v1/jobs/" + id);
            assertThat(time(job, "/expiresAt")).isEqualTo(time(job, "/endedAt").plus(MONTH));
            assertThat(http.get("/v1/jobs").at("/jobs/0/expiresAt")).isEqualTo(job.at("/expiresAt"));
            String file = http.upload(new byte[] {'a', '\n'});
            Answer found = http.get("/v1/files/" + file);
            assertThat(time(found, "/expiresAt"))
                    .isEqualTo(time(found, "/createdAt").plus(MONTH));
            assertThat(http.get("/v1/files").at("/files/0")).isEqualTo(found.json());
            String waiting = http.submit("{\"input\":{\"fileId\":\"" + file + "\"},\"start\":false}");
            assertThat(http.get("/v1/files/" + file).at("/expiresAt").isNull()).isTrue();
            assertThat(http.get("/v1/jobs/" + waiting).at("/expiresAt").isNull())
                    .isTrue();
        }
    }

    @Test
    void a_job_may_say_itself_how_long_it_is_kept() {
        try (TestServer service = TestServer.in(directory).start()) {
            ServiceClient http = service.client();
            String id = http.submit("{\"input\":{\"items\":[\"a\"]},\"retainFor\":\"24h\"}");
            http.await(id, "COMPLETED");
            Answer job = http.get("/v1/jobs/" + id);
            assertThat(job.text("/spec/retainFor")).isEqualTo("1d");
            assertThat(time(job, "/expiresAt")).isEqualTo(time(job, "/endedAt").plus(Duration.ofDays(1)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "\"0s\"", "\"30\"", "\"36501d\"", "\"1 d\"", "30"})
    void another_period_is_refused_with_all_other_errors(String period) {
        try (TestServer service = TestServer.in(directory).start()) {
            service.client()
                    .post("/v1/jobs", "{\"input\":{\"items\":[\"a\"]},\"batchSize\":0,\"retainFor\":" + period + "}")
                    .isInvalid("/batchSize", "/retainFor");
        }
    }
}
