package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a stream of server-sent events as a browser does, one event at a time, and holds each against the contract. */
final class EventSource implements Closeable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Map<String, String> SCHEMAS = Map.of(
            "state", "JobSummary",
            "end", "JobSummary",
            "progress", "ProgressEvent",
            "checkpoint", "CheckpointEvent",
            "deleted", "DeletedEvent");

    private final HttpResponse<InputStream> answer;
    private final BufferedReader lines;
    private final boolean ofOneJob;
    private long lastId = -1;

    record Event(long id, String name, JsonNode data) {
        String state() {
            return data.path("state").asText();
        }
    }

    private EventSource(HttpResponse<InputStream> answer, boolean ofOneJob) {
        this.answer = answer;
        this.ofOneJob = ofOneJob;
        this.lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
    }

    /** @param lastId of the event that was seen last, or null */
    static EventSource open(TestServer service, String path, @Nullable Long lastId) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + service.server().port() + path))
                .header("Accept", "text/event-stream");
        if (lastId != null) {
            request.header("Last-Event-ID", lastId.toString());
        }
        return new EventSource(
                HTTP.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()), path.contains("/jobs/"));
    }

    int status() {
        return answer.statusCode();
    }

    String header(String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    /** The next event, or null at the end of the stream. */
    @Nullable
    Event next() throws IOException {
        long id = -1;
        String name = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("id: ")) {
                id = Long.parseLong(line.substring(4));
            } else if (line.startsWith("event: ")) {
                name = line.substring(7);
            } else if (line.startsWith("data: ")) {
                return checked(new Event(id, name, JSON.readTree(line.substring(6))));
            } else if (!line.isEmpty() && !line.startsWith(":") && !line.equals("retry: 1000")) {
                throw new AssertionError("not a line of an event: " + line);
            }
        }
        return null;
    }

    private Event checked(Event event) {
        if (event.id < lastId) {
            throw new AssertionError("id " + event.id + " after " + lastId);
        }
        lastId = event.id;
        String schema = SCHEMAS.getOrDefault(event.name, ofOneJob ? "Job" : "JobsSnapshot");
        ServiceClient.CONTRACT.checkValue(schema, event.data.toString());
        return event;
    }

    /** Reads on until an event of that name, and returns all. */
    List<Event> until(String name) throws IOException {
        List<Event> events = new ArrayList<>();
        Event event = next();
        while (event != null) {
            events.add(event);
            if (event.name.equals(name)) {
                return events;
            }
            event = next();
        }
        throw new AssertionError("the stream ended without " + name + ": " + events);
    }

    @Override
    public void close() throws IOException {
        answer.body().close();
    }
}
