package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.checkpointrecovery.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose token a job was submitted with. */
class SubmittedByTest {
    private static final String CI = "bring-work-and-steer-it";
    private static final String OPS = "do-whatever-is-needed";
    private static final String SPEC = "{\"input\":{\"items\":[\"a\"]},\"faults\":{\"failItems\":[0]}}";

    @TempDir
    private Path directory;

    private TestServer service;

    @BeforeEach
    void startService() {
        service = TestServer.in(directory)
                .token("ci:admin:" + CI + "\nops:admin:" + OPS + "\n")
                .start();
        as(CI);
    }

    @AfterEach
    void stopService() {
        service.close();
    }

    private ServiceClient as(String token) {
        return service.client().always("Authorization", "Bearer " + token);
    }

    private String submittedBy(String id) {
        return service.client().job(id).text("/submittedBy");
    }

    @Test
    void a_job_names_its_token_in_every_view_and_after_a_restart() {
        String id = service.client().complete(SPEC);
        assertThat(submittedBy(id)).isEqualTo("ci");
        assertThat(service.client().get("/v1/jobs").is(200).text("/jobs/0/submittedBy"))
                .isEqualTo("ci");
        assertThat(service.client().get("/v1/jobs/" + id + "/events").is(200).text())
                .contains("\"submittedBy\":\"ci\"");
        service.restart();
        as(OPS);
        assertThat(submittedBy(id)).isEqualTo("ci");
        service.client().patch("/v1/jobs/" + id, "{\"name\":\"renamed\"}").is(200);
        assertThat(submittedBy(id)).isEqualTo("ci");
    }

    @Test
    void a_retry_names_who_requested_it() {
        String parent = service.client().complete(SPEC);
        String child = as(OPS).ask(parent, "retry-failed").is(201).id();
        assertThat(submittedBy(child)).isEqualTo("ops");
        assertThat(submittedBy(parent)).isEqualTo("ci");
        Await.until("the retry ends", () -> service.client().job(child).state().equals("COMPLETED"));
    }

    @Test
    void a_repeated_request_returns_the_job_of_the_first_token() {
        String id = service.client()
                .post("/v1/jobs", SPEC, "Idempotency-Key", "once")
                .is(201)
                .id();
        Answer again = as(OPS).post("/v1/jobs", SPEC, "Idempotency-Key", "once").is(201);
        assertThat(again.id()).isEqualTo(id);
        assertThat(again.text("/submittedBy")).isEqualTo("ci");
    }
}
