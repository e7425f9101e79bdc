package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.checkpointrecovery.api.OpenApi.Node;
import org.checkpointrecovery.api.OpenApi.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * {@code openapi.yaml}, held against what a service takes and answers. It checks each exchange, and remembers which of
 * the documented answers it has seen, so that a test can ask in the end for those that no test has met. Thread-safe.
 *
 * <p>An operation is written {@code GET /v1/jobs/{id}}, an answer {@code GET /v1/jobs/{id} 200}. HEAD is checked as GET
 * without a body. OPTIONS, methods that a path does not have, and paths that do not exist are checked by {@code
 * x-answers}. None of them counts as seen.
 */
public final class Contract {
    private final OpenApi document;
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    Contract(String yaml) {
        this(new OpenApi(yaml));
    }

    private Contract(OpenApi document) {
        this.document = document;
    }

    /** The contract that the service itself answers with, and the rules that its schemas cannot express. */
    public static Contract load() {
        return new Contract(new OpenApi(resource("/openapi.yaml"), resource("/contract-rules.yaml")));
    }

    private static String resource(String name) {
        try (InputStream in = Contract.class.getResourceAsStream(name)) {
            return new String(requireNonNull(in, name).readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    OpenApi document() {
        return document;
    }

    /** Every documented operation. */
    public Set<String> operations() {
        return document.paths().stream()
                .flatMap(path -> path.methods().stream().map(method -> method + " " + path.template()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Every documented answer. */
    public Set<String> answers() {
        return document.paths().stream()
                .flatMap(path -> path.methods().stream()
                        .flatMap(method -> path.operation(method).child("responses").names().stream()
                                .map(status -> method + " " + path.template() + " " + status)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Fails with all that the exchange does and the contract does not say. {@link #assertEverythingSeen} fails with it
     * again, in case nobody has heard: Unirest keeps to itself what an asynchronous call throws.
     */
    public void check(Exchange exchange) {
        var problems = new ArrayList<String>();
        Path path = document.find(exchange.path()).orElse(null);
        Node response = responses(exchange, path).child(String.valueOf(exchange.status()));
        if (path != null && path.methods().contains(exchange.method())) {
            if (exchange.responseBody() != null || !response.has("content")) {
                seen.add(exchange.method() + " " + path.template() + " " + exchange.status());
            }
            if (exchange.status() / 100 == 2) {
                checkParameters(exchange, path, problems);
                checkRequestBody(exchange, path.operation(exchange.method()).child("requestBody"), problems);
            }
        }
        if (path != null && exchange.responseHeaders().containsKey("Allow")) {
            checkAllow(exchange, path, problems);
        }
        if (response.exists()) {
            checkHeaders(exchange, response.child("headers"), problems);
            checkResponseBody(exchange, response.child("content"), problems);
        } else {
            problems.add("status " + exchange.status() + " is not documented");
        }
        if (!problems.isEmpty()) {
            refused.add(exchange.method() + " " + exchange.target() + " " + exchange.status() + ": " + problems);
            throw new AssertionError(
                    "Not as openapi.yaml has it:\n  " + String.join("\n  ", problems) + "\n" + exchange);
        }
    }

    /** Fails with all that a callback of a job, as its receiver sees it, does and the contract does not say. */
    public void checkCallback(Exchange exchange) {
        var problems = new ArrayList<String>();
        Node described = document.root()
                .child("paths")
                .child("/v1/jobs")
                .child("post")
                .child("callbacks")
                .child("end")
                .child("{$request.body#/callbackUrl}")
                .child(exchange.method().toLowerCase(Locale.ROOT));
        if (described.exists()) {
            checkRequestHeaders(exchange, described.child("parameters").items(), problems);
            checkRequestBody(exchange, described.child("requestBody"), problems);
        } else {
            problems.add("a callback by " + exchange.method() + " is not documented");
        }
        if (!problems.isEmpty()) {
            throw new AssertionError("The callback is not as openapi.yaml has it:\n  " + String.join("\n  ", problems)
                    + "\n" + exchange.requestHeaders() + "\n" + exchange.requestBody());
        }
    }

    /** Fails with all that is wrong with a JSON value by a schema of the document. */
    public void checkValue(String schema, String json) {
        var problems = new ArrayList<String>();
        JsonNode value = OpenApi.read(json, schema, problems);
        if (value != null) {
            problems.addAll(document.root()
                    .child("components")
                    .child("schemas")
                    .child(schema)
                    .errorsOf(value));
        }
        if (!problems.isEmpty()) {
            throw new AssertionError(
                    "Not a " + schema + " as openapi.yaml has it:\n  " + String.join("\n  ", problems) + "\n" + json);
        }
    }

    /** What may be answered, by status. */
    private Node responses(Exchange exchange, @Nullable Path path) {
        Node other = document.root().child("x-answers");
        if (path == null) {
            return other.child("other-paths");
        }
        String method = exchange.method().equals("HEAD") ? "GET" : exchange.method();
        if (path.methods().contains(method)) {
            return path.operation(method).child("responses");
        }
        return other.child(method.equals("OPTIONS") ? "options" : "other-methods");
    }

    private static void checkParameters(Exchange exchange, Path path, List<String> problems) {
        List<Node> parameters = path.parameters(exchange.method());
        for (String pair :
                exchange.query().isEmpty() ? new String[0] : exchange.query().split("&", -1)) {
            String name = URLDecoder.decode(pair.split("=", 2)[0], UTF_8);
            String value = pair.contains("=") ? URLDecoder.decode(pair.split("=", 2)[1], UTF_8) : "";
            parameters.stream()
                    .filter(parameter -> is(parameter, "query", name))
                    .findFirst()
                    .ifPresentOrElse(
                            parameter -> checkQuery("query parameter " + name, value, parameter, problems),
                            () -> problems.add("query parameter " + name + " was taken and is not documented"));
        }
        checkRequestHeaders(exchange, parameters, problems);
    }

    /** Checks each element of an array: it is repeated, or with {@code explode: false} separated by commas. */
    private static void checkQuery(String what, String value, Node parameter, List<String> problems) {
        Node items = parameter.child("schema").child("items");
        if (!items.exists()) {
            checkText(what, value, parameter, problems);
            return;
        }
        boolean separated =
                parameter.has("explode") && !parameter.child("explode").json().asBoolean(true);
        for (String element : separated ? value.split(",", -1) : new String[] {value}) {
            items.errorsOfText(element).forEach(error -> problems.add(what + error));
        }
    }

    private static void checkRequestHeaders(Exchange exchange, List<Node> parameters, List<String> problems) {
        for (Node parameter : parameters) {
            String name = parameter.child("name").json().stringValue();
            if (is(parameter, "header", name)) {
                List<String> values = exchange.requestHeaders().getOrDefault(name, List.of());
                if (values.isEmpty() && parameter.child("required").json().asBoolean(false)) {
                    problems.add("request header " + name + " is missing");
                }
                values.forEach(value -> checkText("request header " + name, value, parameter, problems));
            }
        }
    }

    private static boolean is(Node parameter, String in, String name) {
        return parameter.child("in").json().stringValue().equals(in)
                && parameter.child("name").json().stringValue().equals(name);
    }

    private static void checkText(String what, String value, Node described, List<String> problems) {
        described.child("schema").errorsOfText(value).forEach(error -> problems.add(what + error));
    }

    private static void checkRequestBody(Exchange exchange, Node described, List<String> problems) {
        Node content = described.child("content");
        if (!described.exists() || content.has("*/*")) {
            return;
        }
        String body = exchange.requestBody();
        if (body == null) {
            problems.add("the request's body was not seen; send it in a synchronous call as a String or byte[]");
        } else if (body.isEmpty()) {
            if (described.child("required").json().asBoolean(false)) {
                problems.add("a request without a body was taken");
            }
        } else {
            String mediaType = mediaType(exchange.requestHeaders());
            if (content.has(mediaType)) {
                checkJson("request", body, content.child(mediaType).child("schema"), problems);
            } else {
                problems.add("a request of media type '" + mediaType + "' was taken, which is not documented");
            }
        }
    }

    private static void checkHeaders(Exchange exchange, Node headers, List<String> problems) {
        for (String name : headers.names()) {
            List<String> values = exchange.responseHeaders().getOrDefault(name, List.of());
            if (values.isEmpty() && headers.child(name).child("required").json().asBoolean(false)) {
                problems.add("response header " + name + " is missing");
            }
            values.forEach(value -> checkText("response header " + name, value, headers.child(name), problems));
        }
    }

    private static void checkAllow(Exchange exchange, Path path, List<String> problems) {
        var expected = new TreeSet<>(path.methods());
        expected.add("OPTIONS");
        if (expected.contains("GET")) {
            expected.add("HEAD");
        }
        Set<String> allowed = exchange.responseHeaders().getOrDefault("Allow", List.of()).stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(String::strip)
                .collect(Collectors.toCollection(TreeSet::new));
        if (!allowed.equals(expected)) {
            problems.add("Allow is " + allowed + " and should be " + expected);
        }
    }

    private static void checkResponseBody(Exchange exchange, Node content, List<String> problems) {
        boolean head = exchange.method().equals("HEAD");
        String body = exchange.responseBody();
        if ((head || !content.exists()) && body != null && !body.isEmpty()) {
            problems.add("there is a response body, and none is documented");
        }
        if (!content.exists()) {
            return;
        }
        String mediaType = mediaType(exchange.responseHeaders());
        if (!content.has(mediaType)) {
            problems.add("media type '" + mediaType + "' of the response is not documented");
        } else if (body != null && !head) {
            checkContent(mediaType, body, content.child(mediaType), problems);
        }
    }

    private static void checkContent(String mediaType, String body, Node described, List<String> problems) {
        if (mediaType.equals("application/json") || mediaType.endsWith("+json")) {
            checkJson("response", body, described.child("schema"), problems);
        } else {
            described.child("schema").errorsOfText(body).forEach(error -> problems.add("response" + error));
        }
        if (described.has("x-line-schema")) {
            checkLines(body, described.child("x-line-schema"), problems);
        }
    }

    private static void checkLines(String body, Node schema, List<String> problems) {
        if (!body.isEmpty() && !body.endsWith("\n")) {
            problems.add("the last line does not end");
        }
        String[] lines = body.isEmpty() ? new String[0] : body.split("\n");
        for (int number = 0; number < lines.length && problems.size() < 20; number++) {
            checkJson("line " + (number + 1), lines[number], schema, problems);
        }
    }

    private static void checkJson(String what, String json, Node schema, List<String> problems) {
        JsonNode value = OpenApi.read(json, what, problems);
        if (value != null) {
            schema.errorsOf(value).forEach(error -> problems.add(what + error));
        }
    }

    /** Without its parameters, in lower case; empty if there is none. */
    private static String mediaType(Map<String, List<String>> headers) {
        return headers.getOrDefault("Content-Type", List.of()).stream()
                .findFirst()
                .map(value -> value.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
                .orElse("");
    }

    /**
     * Fails with the documented answers that were not seen, and with the exchanges that did not fit the contract.
     *
     * @param exceptions answers that no test is meant to see, each with the reason; {@code 503} stands for every answer
     *     with this status
     */
    public void assertEverythingSeen(Map<String, String> exceptions) {
        String report = undocumentedOrUnseen(exceptions);
        if (!report.isEmpty()) {
            throw new AssertionError(report);
        }
    }

    /** What {@link #assertEverythingSeen} fails with; empty if it does not. */
    public String undocumentedOrUnseen(Map<String, String> exceptions) {
        Set<String> documented = answers();
        var report = new ArrayList<String>();
        difference(documented, seen)
                .filter(answer -> !exceptions.containsKey(answer) && !exceptions.containsKey(status(answer)))
                .forEach(answer -> report.add("documented, but seen by no test: " + answer));
        difference(seen, documented).forEach(answer -> report.add("seen, but not documented: " + answer));
        refused.stream().sorted().forEach(exchange -> report.add("not as documented: " + exchange));
        for (String exception : new TreeSet<>(exceptions.keySet())) {
            if (documented.stream()
                    .noneMatch(
                            answer -> answer.equals(exception) || status(answer).equals(exception))) {
                report.add("listed as an exception, but not documented: " + exception);
            } else if (seen.contains(exception)) {
                report.add("listed as an exception, but seen: " + exception);
            }
        }
        return String.join("\n", report);
    }

    private static String status(String answer) {
        return answer.substring(answer.lastIndexOf(' ') + 1);
    }

    /** Fails unless the documented operations are the routes; HEAD and OPTIONS do not count. */
    public void assertRoutesAre(Set<String> routes) {
        Set<String> counted = routes.stream()
                .filter(route -> !route.startsWith("HEAD ") && !route.startsWith("OPTIONS "))
                .collect(Collectors.toSet());
        String report = Stream.concat(
                        difference(operations(), counted).map(route -> "documented, but there is no route: " + route),
                        difference(counted, operations()).map(route -> "a route, but not documented: " + route))
                .collect(Collectors.joining("\n"));
        if (!report.isEmpty()) {
            throw new AssertionError(report);
        }
    }

    private static Stream<String> difference(Set<String> from, Set<String> without) {
        return from.stream().filter(each -> !without.contains(each)).sorted();
    }
}
