package org.checkpointrecovery.description;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.ProcessorSpec;

/**
 * A kind of processor.
 *
 * @param type its name in JSON
 * @param help one line for people
 * @param concurrent whether it processes items elsewhere, many at once, instead of on the threads of the job
 * @param engines that can run it
 * @param options in the order in which they are shown
 */
public record ProcessorDescription(
        String type, String help, boolean concurrent, Set<EngineKind> engines, List<Option> options) {
    private static final String TYPE = "type";

    public ProcessorDescription {
        requireNonNull(type);
        requireNonNull(help);
        engines = Set.copyOf(engines);
        options = List.copyOf(options);
    }

    /** Describes a kind that processes items on the threads of the job, in any engine. */
    public static ProcessorDescription inline(String type, String help, Option... options) {
        return new ProcessorDescription(type, help, false, EnumSet.allOf(EngineKind.class), List.of(options));
    }

    /** Describes a kind that processes many items at once, in any engine. */
    public static ProcessorDescription concurrent(String type, String help, Option... options) {
        return new ProcessorDescription(type, help, true, EnumSet.allOf(EngineKind.class), List.of(options));
    }

    /** Returns this description with examples of an option. */
    public ProcessorDescription withExamples(String option, List<String> examples) {
        List<Option> others = options.stream()
                .map(one -> one.name().equals(option) ? one.withExamples(examples) : one)
                .toList();
        return new ProcessorDescription(type, help, concurrent, engines, others);
    }

    /** Returns the description of this kind for fewer engines. */
    public ProcessorDescription onlyFor(EngineKind engine) {
        return new ProcessorDescription(type, help, concurrent, EnumSet.of(engine), options);
    }

    /**
     * Reads the processor of a submission: checks its options and fills in their defaults. Reports every problem; after one,
     * the value must not be used.
     *
     * @param given the type and the options
     */
    public ProcessorSpec read(ObjectNode given, Report report) {
        ObjectNode whole = JsonNodeFactory.instance.objectNode();
        List<String> known = new ArrayList<>(List.of(TYPE));
        for (Option option : options) {
            known.add(option.name());
            JsonNode value = option.read(given, report);
            if (value != null) {
                whole.set(option.name(), value);
            }
        }
        given.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                report.within(name).error("", "unknown field; expected one of: " + String.join(", ", known));
            }
        });
        return new ProcessorSpec(type, whole.toString());
    }

    /** Returns the JSON Schema of a processor of this kind in a submission. */
    public ObjectNode schema() {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put(TYPE, "object");
        ArrayNode required = schema.putArray("required").add(TYPE);
        ObjectNode properties = schema.putObject("properties");
        properties.putObject(TYPE).put(TYPE, "string").put("const", type);
        for (Option option : options) {
            properties.set(option.name(), option.schema());
            if (option.standard() == null) {
                required.add(option.name());
            }
        }
        return schema.put("additionalProperties", false);
    }
}
