package org.checkpointrecovery.api;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * An OpenAPI 3.1 document: its paths, and its schemas, by JSON pointer. Thread-safe.
 */
final class OpenApi {
    private static final String BASE = "urn:checkpoint-recovery:openapi";
    private static final List<String> METHODS = List.of("get", "put", "post", "delete", "patch", "trace");

    /** Takes what RFC 8259 calls JSON, with no name twice and nothing behind it. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final JsonNode document;
    private final SchemaRegistry schemas;
    private final Map<String, Schema> schemaAt = new ConcurrentHashMap<>();
    private final List<Path> paths;

    OpenApi(String yaml) {
        this(yaml, "{}");
    }

    /**
     * @param rules in YAML: what else must hold, as arrays of schemas, for {@code schemas} by their names and for the problems
     *     of {@code responses} by theirs
     */
    OpenApi(String yaml, String rules) {
        document = YAML.readTree(yaml);
        JsonNode components = document.path("components");
        JsonNode added = YAML.readTree(rules);
        added.path("schemas")
                .properties()
                .forEach(rule -> ((ObjectNode) components.path("schemas").required(rule.getKey()))
                        .withArray("allOf")
                        .addAll((ArrayNode) rule.getValue()));
        added.path("responses").properties().forEach(rule -> {
            ObjectNode problem = (ObjectNode) components
                    .path("responses")
                    .required(rule.getKey())
                    .required("content")
                    .required("application/problem+json");
            ArrayNode all =
                    JSON.createArrayNode().add(problem.required("schema")).addAll((ArrayNode) rule.getValue());
            problem.set("schema", JSON.createObjectNode().set("allOf", all));
        });
        schemas = SchemaRegistry.withDialect(
                Dialects.getOpenApi31(), builder -> builder.schemas(Map.of(BASE, document.toString())));
        paths = document.path("paths").propertyNames().stream()
                .map(Path::new)
                .sorted(Comparator.comparingInt(Path::parameters))
                .toList();
    }

    /** A path of the document. {@code template} is its name there, as {@code /v1/jobs/{id}}. */
    final class Path {
        private final String template;
        private final Pattern pattern;
        private final Node node;

        private Path(String template) {
            this.template = template;
            this.pattern = Pattern.compile("\\Q" + template.replaceAll("\\{[^}]+}", "\\\\E[^/]+\\\\Q") + "\\E");
            this.node = root().child("paths").child(template);
        }

        String template() {
            return template;
        }

        /** The methods that it describes, in upper case. */
        List<String> methods() {
            return METHODS.stream().filter(node::has).map(OpenApi::upperCase).toList();
        }

        /** What it says of a method. */
        Node operation(String method) {
            return node.child(lowerCase(method));
        }

        /** Those of a method, after those of the path. */
        List<Node> parameters(String method) {
            return Stream.concat(
                            node.child("parameters").items().stream(),
                            operation(method).child("parameters").items().stream())
                    .toList();
        }

        private int parameters() {
            return (int) template.chars().filter(character -> character == '{').count();
        }
    }

    /** A place in the document, behind any reference that stands there. */
    final class Node {
        private final String pointer;
        private final JsonNode json;

        private Node(String pointer) {
            JsonNode found = document.at(pointer);
            String at = pointer;
            while (found.path("$ref").isString()) {
                at = found.path("$ref").stringValue().substring(1);
                found = document.at(at);
                if (found.isMissingNode()) {
                    throw new IllegalArgumentException(pointer + " refers to " + at + ", which is not there");
                }
            }
            this.pointer = at;
            this.json = found;
        }

        String pointer() {
            return pointer;
        }

        JsonNode json() {
            return json;
        }

        boolean exists() {
            return !json.isMissingNode();
        }

        boolean has(String name) {
            return json.has(name);
        }

        Node child(String name) {
            return new Node(pointer + "/" + name.replace("~", "~0").replace("/", "~1"));
        }

        Collection<String> names() {
            return json.propertyNames();
        }

        List<Node> items() {
            return IntStream.range(0, json.size())
                    .mapToObj(at -> child(String.valueOf(at)))
                    .toList();
        }

        /** What is wrong with a value by the schema that stands here; empty if it conforms. */
        List<String> errorsOf(JsonNode value) {
            return schemaAt
                    .computeIfAbsent(
                            pointer, at -> schemas.getSchema(SchemaLocation.of(BASE + "#" + at.replace("%", "%25"))))
                    .validate(value, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                    .stream()
                    .map(Error::toString)
                    .toList();
        }

        /** The same for a value that was written as text, as in a header: a number or a boolean if the schema asks for one. */
        List<String> errorsOfText(String value) {
            String type = json.path("type").asString("");
            if (type.equals("integer") && value.matches("-?[0-9]{1,18}")) {
                return errorsOf(JSON.getNodeFactory().numberNode(Long.parseLong(value)));
            }
            if (type.equals("boolean") && value.matches("true|false")) {
                return errorsOf(JSON.getNodeFactory().booleanNode(Boolean.parseBoolean(value)));
            }
            return errorsOf(JSON.getNodeFactory().stringNode(value));
        }
    }

    Node root() {
        return new Node("");
    }

    List<Path> paths() {
        return paths;
    }

    /** The path that a request goes to; one without parameters is preferred. */
    Optional<Path> find(String requestPath) {
        return paths.stream()
                .filter(path -> path.pattern.matcher(requestPath).matches())
                .findFirst();
    }

    /** Reads a JSON value, or says in {@code problems} why it is none. */
    static @Nullable JsonNode read(String json, String what, List<String> problems) {
        try {
            JsonNode value = JSON.readTree(json);
            if (!value.isMissingNode()) {
                return value;
            }
            problems.add(what + " is empty, and should be JSON");
        } catch (JacksonException e) {
            problems.add(what + " is not JSON: " + e.getOriginalMessage());
        }
        return null;
    }

    static String upperCase(String method) {
        return method.toUpperCase(Locale.ROOT);
    }

    private static String lowerCase(String method) {
        return method.toLowerCase(Locale.ROOT);
    }
}
