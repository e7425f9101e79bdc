package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** What a service answered, with what is asked of an answer again and again. */
public final class Answer {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final Pattern INSIDES = Pattern.compile(
            "\\b[A-Z]\\w*(Exception|Error)\\b|\\b(java|javax|jakarta|kotlin)\\.|"
                    + "\\b(org|com|io)\\.[a-z]+\\.|\\.java:|\\bat [a-z]\\w*\\.|StreamReadFeature|Jackson|Jetty|Javalin|<html|REDACTED");

    private final int status;
    private final Map<String, List<String>> headers;
    private final byte[] body;

    Answer(int status, Map<String, List<String>> headers, byte[] body) {
        this.status = status;
        this.headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        this.headers.putAll(headers);
        this.body = body.clone();
        if (status >= 400) {
            checkProblem();
        }
    }

    /** Whatever is refused is refused in the same form, and tells nothing of what the service is made of. */
    private void checkProblem() {
        assertThat(header("Content-Type")).as("%s", this).isEqualTo("application/problem+json");
        if (body.length > 0) {
            assertThat(number("/status")).as("%s", this).isEqualTo(status);
            assertThat(INSIDES.matcher(text()).find())
                    .as("tells of its insides: %s", this)
                    .isFalse();
        }
    }

    public int status() {
        return status;
    }

    /** Empty if there is none. */
    public String header(String name) {
        return String.join(", ", headers.getOrDefault(name, List.of()));
    }

    public byte[] bytes() {
        return body.clone();
    }

    public String text() {
        return new String(body, UTF_8);
    }

    public JsonNode json() {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new AssertionError("Not JSON: " + this, e);
        }
    }

    /** What stands at a JSON pointer; fails if nothing does. */
    public JsonNode at(String pointer) {
        JsonNode found = json().at(pointer);
        assertThat(found.isMissingNode())
                .as("nothing at %s in %s", pointer, this)
                .isFalse();
        return found;
    }

    public String text(String pointer) {
        return at(pointer).asText();
    }

    public long number(String pointer) {
        return at(pointer).asLong();
    }

    public String id() {
        return text("/id");
    }

    public String state() {
        return text("/state");
    }

    /** The elements of an array of strings. */
    public List<String> texts(String pointer) {
        return StreamSupport.stream(at(pointer).spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    /** The fields that a 422 names, in order. */
    public List<String> wrongFields() {
        return StreamSupport.stream(at("/errors").spliterator(), false)
                .map(error -> error.path("field").asText())
                .toList();
    }

    public Answer is(int expected) {
        assertThat(status).as("%s", this).isEqualTo(expected);
        return this;
    }

    /** A problem of a kind, by the last word of its type. */
    public Answer isProblem(int expected, String kind) {
        is(expected);
        assertThat(text("/type")).isEqualTo("urn:checkpoint-recovery:problem:" + kind);
        return this;
    }

    /** A 422 that names these fields and no other. */
    public Answer isInvalid(String... fields) {
        isProblem(422, "invalid-request");
        assertThat(wrongFields()).as("%s", this).containsExactly(fields);
        return this;
    }

    /** A 409 that says what the job is and what it takes instead. */
    public Answer isConflict(String state, String... allowedActions) {
        isProblem(409, "conflict");
        assertThat(state()).as("%s", this).isEqualTo(state);
        assertThat(texts("/allowedActions")).as("%s", this).containsExactlyInAnyOrder(allowedActions);
        return this;
    }

    @Override
    public String toString() {
        String text = text();
        return status + " " + headers + " " + text.substring(0, Math.min(2000, text.length()));
    }
}
