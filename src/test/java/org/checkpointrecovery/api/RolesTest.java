package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import kong.unirest.core.HttpRequestWithBody;
import org.checkpointrecovery.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A service whose clients have roles. */
class RolesTest {
    private static final String READ = "look-but-do-not-touch";
    private static final String SUBMIT = "bring-work-and-steer-it";
    private static final String ADMIN = "do-whatever-is-needed";
    private static final Set<String> FOR_SUBMIT = Set.of(
            "POST /v1/files",
            "POST /v1/jobs",
            "POST /v1/jobs/validate",
            "PATCH /v1/jobs/{id}",
            "POST /v1/jobs/{id}/start",
            "POST /v1/jobs/{id}/pause",
            "POST /v1/jobs/{id}/resume",
            "POST /v1/jobs/{id}/cancel",
            "POST /v1/jobs/{id}/retry-failed");
    private static final Set<String> FOR_ADMIN =
            Set.of("DELETE /v1/files/{id}", "DELETE /v1/jobs/{id}", "POST /v1/jobs/{id}/crash");

    @TempDir
    private Path directory;

    private TestServer service;

    @BeforeEach
    void startService() {
        service = TestServer.in(directory)
                .token("viewer:read:" + READ + "\nci:submit:" + SUBMIT + "\n# all\nops:admin:" + ADMIN + "\n")
                .start();
    }

    @AfterEach
    void stopService() {
        service.close();
    }

    private Answer call(String operation, String token) {
        String[] parts = operation.split(" ", 2);
        String path = parts[1].replace("{id}", "0000000000-00000000").replace("{file}", "style.css");
        HttpRequestWithBody request = service.client().request(parts[0], path);
        return ServiceClient.send(request.header("Authorization", "Bearer " + token));
    }

    private Answer submit(String token, String spec) {
        return service.client().post("/v1/jobs", spec, "Authorization", "Bearer " + token);
    }

    @Test
    void every_operation_is_for_the_role_of_the_table() {
        for (String operation : ServiceClient.CONTRACT.operations()) {
            boolean submit = FOR_SUBMIT.contains(operation);
            boolean admin = FOR_ADMIN.contains(operation);
            assertThat(operation.startsWith("GET ")).as(operation).isEqualTo(!submit && !admin);
            if (!operation.endsWith("/v1/events") && !operation.contains("/docs")) {
                check(operation, READ, submit || admin);
                check(operation, SUBMIT, admin);
                check(operation, ADMIN, false);
            }
        }
        assertThat(service.names("jobs")).isEmpty();
    }

    private void check(String operation, String token, boolean refused) {
        Answer answer = call(operation, token);
        if (refused) {
            answer.isProblem(403, "insufficient-role");
        } else {
            assertThat(answer.status()).as("%s: %s", operation, answer).isNotIn(401, 403);
        }
    }

    @Test
    void a_refusal_tells_both_roles_and_no_token() {
        assertThat(call("DELETE /v1/jobs/{id}", SUBMIT)
                        .isProblem(403, "insufficient-role")
                        .text())
                .contains("needs a token with the role admin; the token of ci has the role submit")
                .doesNotContain(SUBMIT, ADMIN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD /v1/jobs", "OPTIONS /v1/jobs"})
    void asking_without_a_body_is_reading(String operation) {
        assertThat(call(operation, READ).status()).isIn(200, 204);
    }

    @Test
    void unknown_paths_and_methods_need_no_more_than_a_token() {
        call("DELETE /v1/jobs", READ).is(405);
        call("POST /v1/nothing", READ).is(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/%6Aobs/", "/v1/jobs;x=1/", "//v1/jobs/", "/v1/./jobs/", "/V1/jobs/", "/v1/jobs/%2E/"})
    void another_spelling_of_a_path_needs_the_same_role(String path) throws IOException {
        String id = submit(SUBMIT, "{\"input\":{\"items\":[]},\"start\":false}")
                .is(201)
                .id();
        try (RawHttp raw = new RawHttp(service)) {
            raw.head("DELETE " + path + id, "Authorization: Bearer " + READ);
            assertThat(raw.answer().status()).isBetween(400, 499);
        }
        call("GET /v1/jobs/" + id, READ).is(200);
    }

    @Test
    void faults_are_for_admins() {
        String spec = "{\"input\":{\"items\":[\"a\"]},\"start\":false,\"faults\":{\"failItems\":[0]}}";
        assertThat(submit(SUBMIT, spec).isProblem(403, "insufficient-role").text())
                .contains("A spec with faults needs a token with the role admin");
        submit(SUBMIT, spec.replace("{\"failItems\":[0]}", "null")).is(201);
        submit(ADMIN, spec).is(201);
    }

    @Test
    void tokens_are_read_again_while_the_service_runs() {
        call("GET /v1/jobs", READ).is(200);
        service.token("viewer:submit:" + READ + "\nnew:read:" + ADMIN + "2\n");
        Await.until(
                "the new token is known",
                () -> call("GET /v1/jobs", ADMIN + "2").status() == 200);
        call("GET /v1/jobs", ADMIN).is(401);
        submit(READ, "{\"input\":{\"items\":[]}}").is(201);
        for (String list : List.of("/v1/jobs", "/v1/files")) {
            call("GET " + list, READ).is(200);
        }
    }
}
