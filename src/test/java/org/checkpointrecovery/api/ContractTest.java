package org.checkpointrecovery.api;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.checkpointrecovery.api.OpenApi.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The contract itself, and that {@link Contract} finds what does not fit it. */
class ContractTest {
    private static final String ID = "0197a3c1f2d8-5b7e90";
    private static final String FILE = """
            {"id":"0197a3c0e11b-c41d08","name":"a","bytes":31,\
            "sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",\
            "createdAt":"2026-11-23T10:15:00.004Z","expiresAt":null}""";
    private static final String NOT_FOUND = """
            {"type":"urn:checkpoint-recovery:problem:not-found","title":"Not found","status":404,"detail":"No."}""";
    private static final String LINE = """
            {"index":0,"original":"a b","length":3,"word_count":2,"uppercase":"A B"}
            """;

    private static final String ONE_OPERATION = """
            openapi: 3.1.0
            paths:
              /a/{id}:
                get:
                  responses:
                    '200':
                      content: { text/plain: { schema: { type: string } } }
                    '204': {}
            """;

    private final Contract contract = Contract.load();

    // The document.

    @Test
    void every_example_and_default_conforms_to_its_schema() {
        var wrong = new ArrayList<String>();
        var examples = new ArrayList<String>();
        eachNode(contract.document().root(), node -> {
            if (node.has("schema")) {
                examplesOf(node).forEach((where, value) -> {
                    examples.add(where);
                    node.child("schema").errorsOf(value).forEach(error -> wrong.add(where + error));
                    if (node.has("x-line-schema")) {
                        for (String line : value.stringValue().split("\n", -1)) {
                            if (!line.isEmpty()) {
                                JsonNode json = requireNonNull(OpenApi.read(line, where, wrong));
                                node.child("x-line-schema").errorsOf(json).forEach(error -> wrong.add(where + error));
                            }
                        }
                    }
                });
            }
            if (node.child("examples").json().isArray()) {
                node.child("examples").json().values().forEach(value -> {
                    examples.add(node.pointer());
                    node.errorsOf(value).forEach(error -> wrong.add(node.pointer() + error));
                });
            }
            for (String name : node.names()) {
                JsonNode value = node.json().path(name).path("default");
                if (!value.isMissingNode()) {
                    examples.add(node.pointer() + "/" + name);
                    node.child(name).errorsOf(value).forEach(error -> wrong.add(node.pointer() + error));
                }
            }
        });
        assertThat(wrong).isEmpty();
        assertThat(examples).hasSizeGreaterThan(100);
    }

    @Test
    void every_schema_and_every_body_has_an_example() {
        var missing = new ArrayList<String>();
        Node schemas = contract.document().root().child("components").child("schemas");
        for (String name : schemas.names()) {
            if (!schemas.child(name).has("examples")) {
                missing.add(name);
            }
        }
        eachNode(contract.document().root(), node -> {
            Node content = node.child("content");
            for (String mediaType : content.names()) {
                if (examplesOf(content.child(mediaType)).isEmpty()) {
                    missing.add(content.child(mediaType).pointer());
                }
            }
        });
        assertThat(missing).isEmpty();
    }

    @Test
    void every_object_forbids_fields_that_it_does_not_name() {
        var open = new TreeSet<String>();
        eachNode(contract.document().root(), node -> {
            if (node.json().path("type").asString("").equals("object")
                    && !node.json().path("additionalProperties").isBoolean()
                    && !node.json().path("additionalProperties").isObject() // a map, and what its values may be
                    && !node.pointer().matches(".*/(if|then|else)(/.*)?")) {
                open.add(node.pointer());
            }
        });
        assertThat(open).isEmpty();
    }

    @Test
    void every_operation_can_be_refused_and_says_so() {
        for (String operation : contract.operations()) {
            assertThat(contract.answers()).contains(operation + " 400");
            if (operation.contains("/v1/")) {
                assertThat(contract.answers())
                        .contains(operation + " 401", operation + " 422", operation + " 503")
                        .anyMatch(answer -> answer.startsWith(operation + " 2"));
            }
        }
    }

    // Answers.

    @Test
    void an_answer_that_conforms_passes() {
        contract.check(answer("GET", "/v1/files/" + ID, 200, "application/json", FILE));
        contract.check(answer("GET", "/v1/files/" + ID, 404, "application/problem+json;charset=utf-8", NOT_FOUND));
    }

    @Test
    void an_undocumented_status_is_found() {
        assertThatChecking(answer("GET", "/v1/files/" + ID, 409, "application/problem+json", NOT_FOUND))
                .hasMessageContaining("status 409 is not documented")
                .hasMessageContaining("GET /v1/files/" + ID);
    }

    @Test
    void an_undocumented_field_is_found_also_deep_inside() {
        assertThatChecking(answer(
                        "GET", "/v1/files/" + ID, 200, "application/json", FILE.replace("\"bytes\"", "\"size\"")))
                .hasMessageContaining("'size'")
                .hasMessageContaining("'bytes'");
        assertThatChecking(answer(
                        "GET",
                        "/v1/jobs",
                        200,
                        "application/json",
                        jobs().replace("\"firstItem\":", "\"first\":1,\"firstItem\":")))
                .hasMessageContaining("/jobs/0/runs/0")
                .hasMessageContaining("'first'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`\"createdAt\":\"2026-11-23T10:15:30.123Z\"` | `\"createdAt\":\"2026-11-23T11:15:30.123+01:00\"`",
                "`\"createdAt\":\"2026-11-23T10:15:30.123Z\"` | `\"createdAt\":\"2026-13-23T10:15:30.123Z\"`",
                "`\"percent\":60.0` | `\"percent\":60.05`",
                "`\"percent\":60.0` | `\"percent\":100.0`",
                "`\"outcome\":null` | `\"outcome\":\"SUCCEEDED\"`",
                "`\"endedAt\":null` | `\"endedAt\":\"2026-11-23T10:15:30.123Z\"`",
                "`\"code\":\"SIMULATED_CRASH\"` | `\"code\":\"OOPS\"`",
                "`\"totalItems\":10` | `\"totalItems\":10.5`",
                "`\"path\":\"sample_input.txt\"` | `\"fileId\":\"0197a3c0e11b-c41d08\",\"path\":\"sample_input.txt\"`",
                "`\"allowedActions\":[\"resume\"` | `\"allowedActions\":[\"revive\"`",
                "`\"id\":\"0197a3c1f2d8-5b7e90\"` | `\"id\":\"0197A3C1F2D8\"`",
            })
    void a_job_that_does_not_fit_is_found(String right, String wrong) {
        assertThat(jobs()).contains(right);
        contract.check(answer("GET", "/v1/jobs", 200, "application/json", jobs()));
        assertThatChecking(answer("GET", "/v1/jobs", 200, "application/json", jobs().replace(right, wrong)))
                .hasMessageContaining("response/jobs/0");
    }

    @Test
    void a_problem_of_another_status_or_kind_is_found() {
        assertThatChecking(answer(
                        "GET", "/v1/files/" + ID, 404, "application/problem+json", NOT_FOUND.replace("404", "400")))
                .hasMessageContaining("/status");
        assertThatChecking(answer(
                        "GET",
                        "/v1/files/" + ID,
                        404,
                        "application/problem+json",
                        NOT_FOUND.replace("not-found", "conflict")))
                .hasMessageContaining("/type");
    }

    @Test
    void a_body_that_is_not_json_is_found() {
        for (String body : List.of("", "{", FILE + FILE, "{\"id\":1,\"id\":1}")) {
            assertThatChecking(answer("GET", "/v1/files/" + ID, 200, "application/json", body))
                    .hasMessageContaining("JSON");
        }
    }

    @Test
    void an_undocumented_media_type_is_found() {
        assertThatChecking(answer("GET", "/v1/files/" + ID, 200, "text/html", FILE))
                .hasMessageContaining("media type 'text/html' of the response is not documented");
        assertThatChecking(answer("GET", "/v1/files/" + ID, 404, "application/json", NOT_FOUND))
                .hasMessageContaining("media type");
        assertThatChecking(new Exchange("GET", "/v1/files/" + ID, Map.of(), "", 200, Map.of(), FILE))
                .hasMessageContaining("media type");
    }

    @Test
    void a_missing_or_wrong_header_is_found() {
        assertThatChecking(answer("POST", "/v1/files", 201, "application/json", FILE))
                .hasMessageContaining("response header Location is missing");
        assertThatChecking(answer("POST", "/v1/files", 201, "application/json", FILE, "location", "/v1/jobs/" + ID))
                .hasMessageContaining("response header Location");
        contract.check(answer("POST", "/v1/files", 201, "application/json", FILE, "location", "/v1/files/" + ID));
        String full = NOT_FOUND.replace("not-found", "queue-full").replace("404", "429");
        assertThatChecking(answer("POST", "/v1/jobs", 429, "application/problem+json", full, "Retry-After", "soon"))
                .hasMessageContaining("response header Retry-After");
        contract.check(answer("POST", "/v1/jobs", 429, "application/problem+json", full, "Retry-After", "5"));
    }

    @Test
    void a_body_where_none_is_documented_is_found() {
        contract.check(new Exchange("DELETE", "/v1/files/" + ID, Map.of(), "", 204, Map.of(), ""));
        assertThatChecking(answer("DELETE", "/v1/files/" + ID, 204, "application/json", "{}"))
                .hasMessageContaining("response body");
    }

    @Test
    void each_line_of_results_is_checked() {
        String results = "/v1/jobs/" + ID + "/results";
        contract.check(answer("GET", results, 200, "application/x-ndjson", "", "Accept-Ranges", "bytes"));
        contract.check(answer("GET", results, 200, "application/x-ndjson", LINE + LINE, "Accept-Ranges", "bytes"));
        for (String wrong :
                List.of(LINE + LINE.replace("index", "i"), LINE + "\n" + LINE, LINE + LINE.replace("}", ""))) {
            assertThatChecking(answer("GET", results, 200, "application/x-ndjson", wrong, "Accept-Ranges", "bytes"))
                    .hasMessageContaining("line 2");
        }
        assertThatChecking(answer("GET", results, 200, "application/x-ndjson", LINE.strip(), "Accept-Ranges", "bytes"))
                .hasMessageContaining("the last line does not end");
        contract.check(answer(
                "GET",
                results,
                206,
                "application/x-ndjson",
                "dex\":0",
                "Accept-Ranges",
                "bytes",
                "Content-Range",
                "bytes 3-9/80"));
        contract.check(answer("GET", results, 200, "application/json", "[" + LINE + "]", "Accept-Ranges", "none"));
    }

    // Requests.

    @Test
    void a_request_that_was_taken_and_should_not_have_been_is_found() {
        contract.check(submission("{\"input\":{\"items\":[]}}", "application/json"));
        assertThatChecking(submission("{\"input\":{\"items\":[]},\"bachSize\":3}", "application/json"))
                .hasMessageContaining("request")
                .hasMessageContaining("'bachSize'");
        assertThatChecking(submission("{\"input\":{\"items\":[\"a\\nb\"]}}", "application/json"))
                .hasMessageContaining("/input/items/0");
        assertThatChecking(submission("{\"input\":{\"failedItemsOf\":\"" + ID + "\"}}", "application/json"))
                .hasMessageContaining("/input");
        assertThatChecking(submission("{\"input\":{\"items\":[]}}", "text/plain"))
                .hasMessageContaining("a request of media type 'text/plain' was taken");
        assertThatChecking(submission("", "application/json")).hasMessageContaining("without a body");
    }

    @Test
    void a_request_body_that_was_not_seen_is_found() {
        Exchange seen = submission("{\"input\":{\"items\":[]}}", "application/json");
        assertThatChecking(new Exchange(
                        seen.method(),
                        seen.target(),
                        seen.requestHeaders(),
                        null,
                        seen.status(),
                        seen.responseHeaders(),
                        seen.responseBody()))
                .hasMessageContaining("was not seen");
    }

    @Test
    void a_request_that_was_refused_may_be_anything() {
        contract.check(new Exchange(
                "POST",
                "/v1/jobs?x=y",
                Map.of(),
                "{{{",
                400,
                Map.of("Content-Type", List.of("application/problem+json")),
                NOT_FOUND.replace("404", "400").replace("not-found", "invalid-json")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pageSize=0", "pageSize=501", "pageSize=ten", "pageSize=", "state=DONE", "pagesize=3", "x"})
    void a_query_that_was_taken_and_should_not_have_been_is_found(String query) {
        contract.check(
                answer("GET", "/v1/jobs?pageSize=3&state=CRASHED&pageToken=a%20b", 200, "application/json", jobs()));
        assertThatChecking(answer("GET", "/v1/jobs?" + query, 200, "application/json", jobs()))
                .hasMessageContaining("query parameter " + query.replaceAll("=.*", ""));
    }

    @Test
    void a_request_header_that_was_taken_and_should_not_have_been_is_found() {
        Exchange good = submission("{\"input\":{\"items\":[]}}", "application/json");
        var headers = new HashMap<>(good.requestHeaders());
        headers.put("idempotency-key", List.of("two words"));
        assertThatChecking(new Exchange(
                        "POST",
                        "/v1/jobs",
                        headers,
                        good.requestBody(),
                        201,
                        good.responseHeaders(),
                        good.responseBody()))
                .hasMessageContaining("request header Idempotency-Key");
    }

    @Test
    void an_upload_may_be_anything() {
        contract.check(new Exchange(
                "POST",
                "/v1/files?name=a",
                Map.of("Content-Type", List.of("application/x-www-form-urlencoded")),
                null,
                201,
                Map.of("Content-Type", List.of("application/json"), "Location", List.of("/v1/files/" + ID)),
                FILE));
    }

    // What OpenAPI has no place for.

    @Test
    void an_unknown_path_is_a_404_and_nothing_else() {
        contract.check(answer("GET", "/v2/jobs", 404, "application/problem+json", NOT_FOUND));
        contract.check(answer("POST", "/v1/jobs/" + ID + "/nap", 404, "application/problem+json", NOT_FOUND));
        assertThatChecking(answer("GET", "/v1/files/" + ID + "/", 200, "application/json", FILE))
                .hasMessageContaining("status 200 is not documented");
    }

    @Test
    void a_method_that_a_path_does_not_have_is_a_405_that_names_those_it_has() {
        String problem = NOT_FOUND.replace("404", "405").replace("not-found", "method-not-allowed");
        contract.check(answer(
                "PATCH", "/v1/jobs", 405, "application/problem+json", problem, "Allow", "OPTIONS, HEAD,GET, POST"));
        assertThatChecking(answer("PATCH", "/v1/jobs", 405, "application/problem+json", problem))
                .hasMessageContaining("response header Allow is missing");
        assertThatChecking(answer("PATCH", "/v1/jobs", 405, "application/problem+json", problem, "Allow", "GET, POST"))
                .hasMessageContaining("Allow is [GET, POST] and should be [GET, HEAD, OPTIONS, POST]");
        assertThatChecking(answer("PATCH", "/v1/jobs", 404, "application/problem+json", NOT_FOUND))
                .hasMessageContaining("status 404 is not documented");
    }

    @Test
    void options_is_a_204_that_names_the_methods() {
        contract.check(new Exchange(
                "OPTIONS",
                "/v1/jobs/" + ID + "/start",
                Map.of(),
                "",
                204,
                Map.of("Allow", List.of("POST, OPTIONS")),
                ""));
        assertThatChecking(answer("OPTIONS", "/v1/jobs", 200, "application/json", "{}"))
                .hasMessageContaining("status 200 is not documented");
    }

    @Test
    void head_is_a_get_without_its_body() {
        contract.check(answer("HEAD", "/v1/files/" + ID, 200, "application/json", ""));
        assertThatChecking(answer("HEAD", "/v1/files/" + ID, 200, "application/json", FILE))
                .hasMessageContaining("response body");
        assertThatChecking(answer("HEAD", "/v1/files/" + ID, 200, "text/plain", ""))
                .hasMessageContaining("media type");
        assertThat(contract.undocumentedOrUnseen(Map.of())).contains("seen by no test: GET /v1/files/{id} 200");
    }

    // Callbacks.

    @Test
    void a_callback_that_does_not_fit_is_found() {
        String body = example("CompletedCallback");
        Map<String, String> headers = Map.of(
                "Content-Type",
                "application/json",
                "webhook-id",
                ID + "-2-COMPLETED",
                "webhook-timestamp",
                "1795430131",
                "webhook-signature",
                "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=");
        contract.checkCallback(callback("POST", headers, body));
        assertThatThrownBy(() -> contract.checkCallback(callback("PUT", headers, body)))
                .hasMessageContaining("PUT");
        for (String header : headers.keySet()) {
            Map<String, String> without = new HashMap<>(headers);
            without.remove(header);
            assertThatThrownBy(() -> contract.checkCallback(callback("POST", without, body)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining(header.startsWith("webhook") ? header + " is missing" : "media type");
            without.put(header, "nonsense");
            assertThatThrownBy(() -> contract.checkCallback(callback("POST", without, body)))
                    .isInstanceOf(AssertionError.class);
        }
        for (String wrong : List.of(
                body.replace("\"jobId\"", "\"id\""),
                body.replace("\"stateReason\":null", "\"stateReason\":\"none\""),
                body.replace("\"state\":\"COMPLETED\"", "\"state\":\"RUNNING\""),
                body.replace("\"PARTIAL\"", "null"),
                "")) {
            assertThatThrownBy(() -> contract.checkCallback(callback("POST", headers, wrong)))
                    .isInstanceOf(AssertionError.class);
        }
    }

    private static Exchange callback(String method, Map<String, String> headers, String body) {
        var all = new HashMap<String, List<String>>();
        headers.forEach((name, value) -> all.put(name, List.of(value)));
        return new Exchange(method, "/done", all, body, 204, Map.of(), "");
    }

    // What was seen.

    @Test
    void what_no_test_has_seen_is_reported() {
        Contract files = new Contract(ONE_OPERATION);
        assertThat(files.undocumentedOrUnseen(Map.of())).isEqualTo("""
                        documented, but seen by no test: GET /a/{id} 200
                        documented, but seen by no test: GET /a/{id} 204""");
        files.check(new Exchange("GET", "/a/1", Map.of(), "", 204, Map.of(), ""));
        files.check(answer("GET", "/a/2", 200, "text/plain", "x"));
        files.assertEverythingSeen(Map.of());
    }

    @Test
    void an_answer_whose_body_was_not_read_does_not_count_as_seen() {
        Contract files = new Contract(ONE_OPERATION);
        files.check(new Exchange("GET", "/a/1", Map.of(), "", 204, Map.of(), null));
        files.check(
                new Exchange("GET", "/a/1", Map.of(), "", 200, Map.of("Content-Type", List.of("text/plain")), null));
        assertThat(files.undocumentedOrUnseen(Map.of())).isEqualTo("documented, but seen by no test: GET /a/{id} 200");
    }

    @Test
    void what_was_seen_and_is_not_documented_is_reported_also_in_the_end() {
        Contract files = new Contract(ONE_OPERATION);
        assertThatThrownBy(() -> files.check(answer("GET", "/a/1", 500, "text/plain", "x")))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> files.assertEverythingSeen(Map.of("200", "slow", "204", "slow")))
                .hasMessage("""
                        seen, but not documented: GET /a/{id} 500
                        not as documented: GET /a/1 500: [status 500 is not documented]""");
    }

    @Test
    void exceptions_are_taken_only_while_they_are_needed() {
        Contract files = new Contract(ONE_OPERATION);
        files.check(new Exchange("GET", "/a/1", Map.of(), "", 204, Map.of(), ""));
        files.assertEverythingSeen(Map.of("GET /a/{id} 200", "needs a week"));
        files.assertEverythingSeen(Map.of("200", "needs a week"));
        assertThat(files.undocumentedOrUnseen(Map.of("200", "a", "GET /a/{id} 204", "b", "GET /a/{id} 418", "c")))
                .isEqualTo("""
                        listed as an exception, but seen: GET /a/{id} 204
                        listed as an exception, but not documented: GET /a/{id} 418""");
    }

    @Test
    void routes_that_the_contract_does_not_have_are_reported_and_the_other_way_round() {
        assertThatCode(() -> contract.assertRoutesAre(contract.operations())).doesNotThrowAnyException();
        assertThat(contract.operations()).hasSize(34).contains("GET /", "POST /v1/jobs/{id}/retry-failed");
        Contract files = new Contract(ONE_OPERATION);
        files.assertRoutesAre(Set.of("GET /a/{id}", "HEAD /a/{id}", "OPTIONS /a/{id}"));
        assertThatThrownBy(() -> files.assertRoutesAre(Set.of("POST /a/{id}")))
                .isInstanceOf(AssertionError.class)
                .hasMessage("""
                        documented, but there is no route: GET /a/{id}
                        a route, but not documented: POST /a/{id}""");
    }

    private AbstractThrowableAssert<?, ? extends Throwable> assertThatChecking(Exchange exchange) {
        return assertThatThrownBy(() -> contract.check(exchange)).isInstanceOf(AssertionError.class);
    }

    private static Exchange answer(
            String method, String target, int status, String mediaType, String body, String... headers) {
        var all = new HashMap<String, List<String>>();
        all.put("content-type", List.of(mediaType));
        for (int at = 0; at < headers.length; at += 2) {
            all.put(headers[at], List.of(headers[at + 1]));
        }
        return new Exchange(method, target, Map.of(), "", status, all, body);
    }

    private Exchange submission(String body, String mediaType) {
        return new Exchange(
                "POST",
                "/v1/jobs",
                Map.of("content-type", List.of(mediaType)),
                body,
                201,
                Map.of("Content-Type", List.of("application/json"), "Location", List.of("/v1/jobs/" + ID)),
                example("QueuedJob"));
    }

    /** A page with one job, which has crashed. */
    private String jobs() {
        return "{\"jobs\":[" + example("CrashedJob") + "],\"nextPageToken\":null}";
    }

    private String example(String name) {
        Node examples = contract.document().root().child("components").child("examples");
        return examples.child(name).child("value").json().toString();
    }

    /** Those beside a schema, by where they stand. */
    private static Map<String, JsonNode> examplesOf(Node described) {
        var examples = new TreeMap<String, JsonNode>();
        if (described.has("example")) {
            examples.put(described.pointer() + "/example", described.json().path("example"));
        }
        Node several = described.child("examples");
        if (several.json().isObject()) {
            several.names()
                    .forEach(name -> examples.put(
                            described.pointer() + "/examples/" + name,
                            several.child(name).json().path("value")));
        }
        return examples;
    }

    /** Every object of the document once, but for those inside an example. */
    private static void eachNode(Node node, Consumer<Node> visitor) {
        eachNode(node, visitor, new HashSet<>());
    }

    private static void eachNode(Node node, Consumer<Node> visitor, Set<String> visited) {
        if (node.json().isArray()) {
            node.items().forEach(item -> eachNode(item, visitor, visited));
        } else if (node.json().isObject() && visited.add(node.pointer())) {
            visitor.accept(node);
            for (String name : node.names()) {
                if (!Set.of("example", "examples", "default", "const", "enum").contains(name)) {
                    eachNode(node.child(name), visitor, visited);
                }
            }
        }
    }
}
