package org.checkpointrecovery.engine.flink;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.checkpointrecovery.engine.ClusterOverview;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.MultiPartRequestContent;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.StringRequestContent;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** Calls a cluster through the REST API of its JobManager (Flink 2.3, "REST API" in its documentation). Thread-safe. */
final class RestCluster implements Cluster {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    /** The JobManager runs the main method of the job first. */
    private static final Duration RUN_TIMEOUT = Duration.ofSeconds(90);

    private static final long LOOK_MILLIS = 100;

    private final URI base;
    private final HttpClient client = new HttpClient();

    /** @param base of the REST API, http or https */
    RestCluster(URI base) {
        this.base = base;
        QueuedThreadPool threads = new QueuedThreadPool(8, 1);
        threads.setName("cluster");
        threads.setDaemon(true);
        threads.setReservedThreads(0);
        client.setExecutor(threads);
        client.setConnectTimeout(TIMEOUT.toMillis());
        client.setFollowRedirects(false);
        try {
            client.start();
        } catch (Exception e) {
            throw new IllegalStateException("cannot start the HTTP client", e);
        }
    }

    private record Answer(int status, JsonNode json) {}

    @Override
    public ClusterOverview overview() throws ClusterException {
        JsonNode json = ok(get("/overview"));
        return new ClusterOverview(
                json.path("taskmanagers").intValue(),
                json.path("slots-total").intValue(),
                json.path("slots-available").intValue());
    }

    @Override
    public boolean isAdaptive() throws ClusterException {
        for (JsonNode setting : ok(get("/jobmanager/config"))) {
            if (setting.path("key").asText().equals("jobmanager.scheduler")) {
                return setting.path("value").asText().equalsIgnoreCase("adaptive");
            }
        }
        return false; // Flink's default for streaming jobs
    }

    @Override
    public Optional<String> jar(String name) throws ClusterException {
        Optional<String> found = Optional.empty();
        for (JsonNode file : ok(get("/jars")).path("files")) {
            String id = file.path("id").asText();
            String uploaded = file.path("name").asText();
            if (uploaded.equals(name)) {
                found = Optional.of(id);
            } else if (uploaded.startsWith(JobJar.UPLOADED)) {
                ok(send(request("/jars/" + id).method(HttpMethod.DELETE)));
            }
        }
        return found;
    }

    @Override
    public String upload(String name, byte[] jar, BooleanSupplier givenUp) throws ClusterException {
        MultiPartRequestContent parts = new MultiPartRequestContent();
        parts.addPart(new MultiPart.ByteBufferPart(
                "jarfile",
                name,
                HttpFields.build().put(HttpHeader.CONTENT_TYPE, "application/x-java-archive"),
                ByteBuffer.wrap(jar)));
        parts.close();
        String path = ok(send(request("/jars/upload").method(HttpMethod.POST).body(parts), RUN_TIMEOUT, givenUp))
                .path("filename")
                .asText();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    @Override
    public void run(Submission submission, BooleanSupplier givenUp) throws ClusterException {
        ObjectNode body = MAPPER.createObjectNode()
                .put("entryClass", submission.entryClass())
                .put("parallelism", submission.parallelism())
                .put("jobId", submission.job());
        submission.arguments().forEach(body.putArray("programArgsList")::add);
        ObjectNode configuration = body.putObject("flinkConfiguration");
        submission.configuration().forEach(configuration::put);
        Answer answer = send(json("/jars/" + submission.jar() + "/run", body), RUN_TIMEOUT, givenUp);
        if (answer.status >= 300 && !answer.json.toString().contains("DuplicateApplicationSubmission")) {
            throw refused(answer);
        }
    }

    @Override
    public Optional<Activity> state(String job) throws ClusterException {
        Answer answer = get("/jobs/" + job);
        if (answer.status == 404) {
            return Optional.empty();
        }
        String state = ok(answer).path("state").asText();
        return Optional.of(new Activity(
                switch (state) {
                    case "FINISHED" -> State.FINISHED;
                    case "FAILED" -> State.FAILED;
                    case "CANCELED" -> State.CANCELED;
                    case "FAILING", "CANCELLING" -> State.ENDING;
                    case "INITIALIZING", "CREATED", "RUNNING", "RESTARTING", "SUSPENDED", "RECONCILING" -> State.ACTIVE;
                    default ->
                        throw new ClusterException("unknown job state \"" + state
                                + "\" in its answer; is this the REST API of a JobManager?");
                },
                tasks(answer.json.path("vertices"))));
    }

    private static Tasks tasks(JsonNode vertices) {
        int all = 0;
        int running = 0;
        int finished = 0;
        for (JsonNode vertex : vertices) {
            JsonNode tasks = vertex.path("tasks");
            for (JsonNode count : tasks) {
                all += count.intValue();
            }
            running += tasks.path("RUNNING").intValue();
            finished += tasks.path("FINISHED").intValue();
        }
        return new Tasks(all, running, finished);
    }

    @Override
    public Optional<String> rootCause(String job) throws ClusterException {
        Answer answer = get("/jobs/" + job + "/exceptions");
        if (answer.status == 404) {
            return Optional.empty();
        }
        return RootCause.of(
                ok(answer).at("/exceptionHistory/entries/0/stacktrace").asText(""));
    }

    @Override
    public void cancel(String job) throws ClusterException {
        Answer answer = send(request("/jobs/" + job + "?mode=cancel").method(HttpMethod.PATCH));
        if (answer.status >= 300 && answer.status != 404 && answer.status != 409) {
            throw refused(answer);
        }
    }

    private Answer get(String path) throws ClusterException {
        return send(request(path));
    }

    private Request json(String path, ObjectNode body) {
        return request(path)
                .method(HttpMethod.POST)
                .body(new StringRequestContent("application/json", body.toString(), UTF_8));
    }

    private Request request(String path) {
        return client.newRequest(URI.create(base + path));
    }

    private Answer send(Request request) throws ClusterException {
        return send(request, TIMEOUT, () -> false);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the abort
    private Answer send(Request request, Duration timeout, BooleanSupplier givenUp) throws ClusterException {
        String what = request.getMethod() + " " + request.getURI();
        try {
            CompletableFuture<ContentResponse> answer =
                    new CompletableResponseListener(request.timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)).send();
            ContentResponse response = await(answer, givenUp);
            if (response == null) {
                ClusterException e = new ClusterException(what + ": cancelled before the answer came");
                request.abort(e);
                throw e;
            }
            String content = new String(response.getContent(), UTF_8);
            return new Answer(response.getStatus(), MAPPER.readTree(content.isEmpty() ? "{}" : content));
        } catch (ExecutionException e) {
            throw new ClusterException(what + ": "
                    + (e.getCause() instanceof TimeoutException
                            ? "no answer within " + timeout.toSeconds() + " s"
                            : e.getCause()));
        } catch (JacksonException e) {
            throw new ClusterException(what + ": the answer is not JSON; is this the REST API of a JobManager?");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException(what + ": interrupted");
        }
    }

    /** Waits for an answer. Returns null if {@code givenUp} comes first. */
    private static @Nullable ContentResponse await(CompletableFuture<ContentResponse> answer, BooleanSupplier givenUp)
            throws InterruptedException, ExecutionException {
        while (!givenUp.getAsBoolean()) {
            try {
                return answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                // keep waiting
            }
        }
        return null;
    }

    private static JsonNode ok(Answer answer) throws ClusterException {
        if (answer.status >= 300) {
            throw refused(answer);
        }
        return answer.json;
    }

    private static ClusterException refused(Answer answer) {
        StringBuilder message = new StringBuilder();
        for (JsonNode error : answer.json.path("errors")) {
            RootCause.of(error.asText()).ifPresent(cause -> message.append(' ').append(cause));
        }
        return new ClusterException("it answered " + answer.status + ":" + message);
    }

    @Override
    public void close() {
        try {
            client.stop();
        } catch (Exception e) {
            throw new IllegalStateException("cannot stop the HTTP client", e);
        }
    }

    @Override
    public String toString() {
        return base.toString();
    }
}
