package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a service says about its processors, held against what {@code openapi.yaml} says and what submissions accept. */
class ProcessorListTest {
    @TempDir
    private static Path directory;

    private static TestServer service;
    private static ServiceClient http;
    private static JsonNode answer;
    private static JsonNode schemas;

    @BeforeAll
    static void startService() {
        service = TestServer.in(directory).secrets(Map.of("TOKEN", "hush")).start();
        http = service.client();
        answer = http.get("/v1/processors").is(200).at("");
        schemas = http.get("/openapi.json").is(200).at("/components/schemas");
    }

    @AfterAll
    static void stopService() {
        service.close();
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Follows a reference, and drops what is only for people. */
    private static ObjectNode rules(JsonNode schema) {
        JsonNode found = schema.has("$ref")
                ? schemas.path(schema.path("$ref").textValue().replace("#/components/schemas/", ""))
                : schema;
        ObjectNode rules = found.deepCopy();
        rules.remove(List.of("description", "examples", "pattern", "title"));
        if (rules.path("additionalProperties").isObject()) {
            rules.put("additionalProperties", "as described");
        }
        return rules;
    }

    @Test
    void each_processor_is_described_as_in_the_contract() {
        JsonNode mapping = schemas.at("/Processor/discriminator/mapping");
        List<String> types = new ArrayList<>();
        for (JsonNode kind : answer.path("processors")) {
            String type = kind.path("type").textValue();
            types.add(type);
            assertThat(fields(mapping)).as("openapi.yaml, Processor").contains(type);
            JsonNode schema = kind.path("schema");
            JsonNode contract = rules(JsonNodeFactory.instance.objectNode().set("$ref", mapping.path(type)));
            assertThat(names(schema.path("properties"))).as(type).isEqualTo(names(contract.path("properties")));
            assertThat(schema.path("required")).as(type).isEqualTo(contract.path("required"));
            schema.path("properties")
                    .properties()
                    .forEach(option -> assertThat(rules(option.getValue()).toString())
                            .as(type + " " + option.getKey())
                            .isEqualTo(inOrder(
                                    rules(contract.path("properties").path(option.getKey())), option.getValue())));
        }
        assertThat(types).isEqualTo(fields(mapping));
    }

    private static List<String> fields(JsonNode object) {
        List<String> fields = new ArrayList<>();
        object.fieldNames().forEachRemaining(fields::add);
        return fields;
    }

    /** Returns the text of rules in the order of others, because the order of a schema means nothing. */
    private static String inOrder(ObjectNode rules, JsonNode others) {
        ObjectNode ordered = JsonNodeFactory.instance.objectNode();
        fields(others).stream().filter(rules::has).forEach(name -> ordered.set(name, rules.get(name)));
        ordered.setAll(rules);
        return ordered.toString();
    }

    @Test
    void the_options_of_a_format_are_those_of_a_submission() {
        List<String> formats = new ArrayList<>();
        answer.path("formats")
                .forEach(format -> formats.add(format.path("format").textValue()));
        List<String> contract = new ArrayList<>();
        schemas.at("/Format/enum").forEach(format -> contract.add(format.textValue()));
        assertThat(formats).isEqualTo(contract);
        for (JsonNode format : answer.path("formats")) {
            for (String option : names(format.path("options"))) {
                assertThat(names(schemas.at("/JobRequest/properties"))).contains(option);
            }
        }
        assertThat(names(answer.at("/formats/3/options")))
                .containsExactly("delimiter", "header", "quote", "skipRecords");
    }

    @Test
    void the_default_of_each_option_is_the_one_of_a_submission() {
        for (JsonNode kind : answer.path("processors")) {
            ObjectNode processor = JsonNodeFactory.instance.objectNode();
            kind.at("/schema/required").forEach(name -> processor.put(name.textValue(), "http://127.0.0.1:1"));
            processor.put("type", kind.path("type").textValue());
            Answer checked =
                    http.post("/v1/jobs/validate", "{\"input\":{\"items\":[\"a\"]},\"processor\":" + processor + "}");
            if (kind.path("type").textValue().equals("http")
                    || !kind.path("concurrent").booleanValue()) {
                JsonNode spec = checked.is(200).at("/spec/processor");
                kind.at("/schema/properties").properties().forEach(option -> {
                    if (option.getValue().has("default")) {
                        assertThat(spec.get(option.getKey()))
                                .as(option.getKey())
                                .isEqualTo(option.getValue().get("default"));
                    }
                });
            } else { // it names something that this service does not have
                assertThat(checked.isProblem(422, "invalid-request").wrongFields())
                        .containsExactly("/processor/name");
            }
        }
    }

    @Test
    void secrets_are_named_and_never_shown() {
        assertThat(answer.path("secrets").toString()).isEqualTo("[\"TOKEN\"]");
        assertThat(answer.toString()).doesNotContain("hush");
        assertThat(answer.path("commands").isArray()).isTrue();
        assertThat(answer.path("plugins").isArray()).isTrue();
    }

    @Test
    void unknown_parameters_are_refused() {
        assertThat(http.get("/v1/processors?type=http")
                        .isProblem(422, "invalid-request")
                        .wrongFields())
                .containsExactly("type");
    }
}
