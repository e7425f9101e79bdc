package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.function.Predicate;
import kong.unirest.core.HttpResponse;
import kong.unirest.core.Unirest;
import kong.unirest.core.UnirestInstance;

/** A client of a service that runs as a process of its own. */
final class Service implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final UnirestInstance http = Unirest.spawnInstance();
    private final String url;

    Service(String url) {
        this.url = url;
        http.config().defaultBaseUrl(url);
    }

    String url() {
        return url;
    }

    UnirestInstance http() {
        return http;
    }

    HttpResponse<String> post(String path, String body) {
        return http.post(path).contentType("application/json").body(body).asString();
    }

    String submit(String spec) throws IOException {
        HttpResponse<String> answer = post("/v1/jobs", spec);
        assertThat(answer.getStatus()).as(answer.getBody()).isEqualTo(201);
        return json(answer).get("id").textValue();
    }

    JsonNode job(String id) throws IOException {
        HttpResponse<String> answer = http.get("/v1/jobs/" + id).asString();
        assertThat(answer.getStatus()).as(answer.getBody()).isEqualTo(200);
        return json(answer);
    }

    byte[] results(String id) {
        return http.get("/v1/jobs/" + id + "/results").asBytes().getBody();
    }

    static JsonNode json(HttpResponse<String> answer) throws IOException {
        return JSON.readTree(answer.getBody());
    }

    /** Waits until the job is as it should be. */
    JsonNode await(String id, Predicate<JsonNode> condition) throws IOException {
        return Await.until("job " + id, () -> job(id), condition);
    }

    JsonNode awaitState(String id, String state) throws IOException {
        return await(id, job -> job.get("state").textValue().equals(state));
    }

    @Override
    public void close() {
        http.close();
    }
}
