package org.checkpointrecovery.cli;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.checkpointrecovery.description.AnyObject;
import org.checkpointrecovery.description.Choice;
import org.checkpointrecovery.description.DecimalNumber;
import org.checkpointrecovery.description.Option;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.description.WholeNumber;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.processor.TextStatsKind;
import org.checkpointrecovery.processor.command.CommandKind;
import org.checkpointrecovery.processor.command.Commands;
import org.checkpointrecovery.processor.http.HttpKind;
import org.checkpointrecovery.processor.http.Secrets;
import org.checkpointrecovery.processor.plugin.PluginKind;
import org.checkpointrecovery.processor.plugin.Plugins;
import org.checkpointrecovery.processor.provided.AllKinds;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;

/**
 * The options of {@code run} that say what processes the items. Those of the kinds of processors are made from their
 * descriptions, one option where kinds have an option of the same name.
 */
final class ProcessorOptions {
    private static final String URL = "--url";
    private static final String COMMAND = "--command";
    private static final String PLUGIN = "--plugin";
    private static final String HEADER = "--header";
    /** The options that choose a processor. */
    static final List<String> CHOICES = List.of(URL, COMMAND, PLUGIN);

    /** Names that differ from the rule: the option in lower case, with hyphens. */
    private static final Map<String, String> NAMES = Map.of("headers", HEADER);

    @picocli.CommandLine.Option(
            names = COMMAND,
            paramLabel = "NAME=PROGRAM[,ARGUMENT...]",
            description = "a program that gets the items, by its absolute path; or write it after --")
    private @Nullable String command;

    @picocli.CommandLine.Option(
            names = "--command-env",
            split = ",",
            hideParamSyntax = true,
            paramLabel = "NAME",
            description = "an environment variable that the program inherits, in addition to PATH, HOME, LANG, LC_ALL"
                    + " and TMPDIR; repeatable")
    private List<String> commandEnvironment = List.of();

    @picocli.CommandLine.Option(
            names = "--plugins",
            paramLabel = "DIR",
            description = "directory with the jars of plugin processors")
    private @Nullable String plugins;

    @picocli.CommandLine.Option(
            names = "--secrets-file",
            paramLabel = "FILE",
            description = "secrets for headers, one NAME=value per line")
    private @Nullable String secretsFile;

    @Parameters(hidden = true, arity = "0..*")
    private List<String> program = List.of();

    private final Map<String, OptionSpec> specs = new LinkedHashMap<>();

    /** Adds the options of all kinds to a command that has this mixin. */
    void addProcessorOptions(CommandSpec run, CommandSpec mixin) {
        Map<String, List<String>> helps = new LinkedHashMap<>();
        Map<String, Option> first = new LinkedHashMap<>();
        for (ProcessorDescription kind : AllKinds.provided()) {
            for (Option option : options(kind)) {
                first.putIfAbsent(nameOf(kind, option), option);
                helps.computeIfAbsent(nameOf(kind, option), name -> new ArrayList<>())
                        .add(kind.type() + ": " + help(option));
            }
        }
        first.forEach((name, option) -> {
            OptionSpec.Builder spec = OptionSpec.builder(name)
                    .paramLabel(label(name, option))
                    .description(String.join("; ", requireNonNull(helps.get(name))));
            if (name.equals(HEADER)) {
                spec.type(List.class).auxiliaryTypes(String.class).hideParamSyntax(true);
            } else {
                spec.type(String.class).arity("1");
            }
            OptionSpec made = spec.build();
            specs.put(name, made);
            run.addOption(made);
            mixin.addOption(made);
        });
    }

    /** The name of a command is chosen together with its program. */
    private static List<Option> options(ProcessorDescription kind) {
        return kind.options().stream()
                .filter(option -> !kind.type().equals(CommandKind.DESCRIPTION.type())
                        || !option.name().equals("name"))
                .toList();
    }

    private static String nameOf(ProcessorDescription kind, Option option) {
        if (option.name().equals("name")) {
            return "--" + kind.type();
        }
        return NAMES.getOrDefault(
                option.name(), "--" + option.name().replaceAll("[A-Z]", "-$0").toLowerCase(Locale.ROOT));
    }

    private static String label(String name, Option option) {
        if (name.equals(HEADER)) {
            return "NAME: VALUE";
        }
        if (option.type() instanceof Choice choice) {
            return String.join("|", choice.values());
        }
        if (option.type() instanceof WholeNumber || option.type() instanceof DecimalNumber) {
            return "N";
        }
        return option.type() instanceof AnyObject ? "JSON" : option.name().toUpperCase(Locale.ROOT);
    }

    private static String help(Option option) {
        if (option.name().equals("headers")) {
            return "a header of each call; repeatable. For a secret, write {\"secret\":\"NAME\"} as its value";
        }
        String text = option.help();
        String start = text.substring(0, 1).toLowerCase(Locale.ROOT)
                + (text.endsWith(".") ? text.substring(1, text.length() - 1) : text.substring(1));
        JsonNode standard = option.standard();
        List<String> notes = new ArrayList<>();
        if (option.type() instanceof WholeNumber number) {
            notes.add(number.least() + " to " + number.most());
        }
        if (standard != null && standard.isValueNode() && !standard.isNull()) {
            notes.add("default " + standard.asText());
        }
        return notes.isEmpty() ? start : start + " (" + String.join(", ", notes) + ")";
    }

    /** Returns the processor that the options name. */
    RunProcessor processor(CommandSpec run, OptionValues values) {
        List<String> words = program(run, values);
        List<String> named = Stream.of(
                        value(URL) == null ? null : URL,
                        command == null ? null : COMMAND,
                        value(PLUGIN) == null ? null : PLUGIN,
                        words.isEmpty() ? null : "a program after --")
                .filter(Objects::nonNull)
                .toList();
        if (named.size() > 1) {
            values.problem(String.join(" and ", named) + " name different processors; choose one");
        }
        ProcessorDescription kind = kind(words);
        refuseOptionsOfOthers(kind, values);
        if (kind.type().equals(TextStatsKind.DESCRIPTION.type())) {
            return RunProcessor.textStats(); // without Jackson, whose start costs more than a small run
        }
        Commands commands = words.isEmpty()
                ? CommandOptions.commands(command == null ? List.of() : List.of(command), commandEnvironment, values)
                : CommandOptions.program(words, commandEnvironment, values);
        ObjectNode given = given(kind, values);
        if (kind.type().equals(CommandKind.DESCRIPTION.type())) {
            given.put("name", commands.programs().keySet().stream().findFirst().orElse("invalid"));
        }
        ProcessorSpec spec = kind.read(given, (path, message) -> values.problem(optionAt(kind, path) + " " + message));
        return RunProcessor.calling(spec, identity(kind, given, commands), provided(commands, values));
    }

    private RunProcessor.Provided provided(Commands commands, OptionValues values) {
        return new RunProcessor.Provided(
                secretsFile == null ? Secrets.NONE : SecretsFile.read(secretsFile, values),
                commands,
                plugins == null ? Plugins.NONE : PluginJars.read(plugins, values));
    }

    /** Returns what the options provide to the processor of a spec. Refuses a program without a name. */
    RunProcessor.Provided provided(CommandSpec run, OptionValues values) {
        if (!program(run, values).isEmpty()) {
            values.problem("A program after -- cannot be combined with " + SpecOption.NAME + "; set " + COMMAND
                    + " NAME=PROGRAM, and use the name in the spec");
        }
        List<String> named = command == null ? List.of() : List.of(command);
        return provided(CommandOptions.commands(named, commandEnvironment, values), values);
    }

    private ProcessorDescription kind(List<String> words) {
        if (value(URL) != null) {
            return HttpKind.DESCRIPTION;
        }
        if (value(PLUGIN) != null) {
            return PluginKind.DESCRIPTION;
        }
        return command == null && words.isEmpty() ? TextStatsKind.DESCRIPTION : CommandKind.DESCRIPTION;
    }

    /** Returns the words after {@code --}. Reports words before it that belong to no option. */
    private List<String> program(CommandSpec run, OptionValues values) {
        List<String> all = run.commandLine().getParseResult().originalArgs();
        int end = all.indexOf("--");
        int after = end < 0 ? 0 : all.size() - end - 1;
        for (String other : program.subList(0, program.size() - after)) {
            values.problem("Unexpected argument: " + other + ". To name a program, write it after --");
        }
        if (end >= 0 && after == 0) {
            values.problem("There is no program after --");
        }
        return program.subList(program.size() - after, program.size());
    }

    private @Nullable String value(String option) {
        return requireNonNull(specs.get(option)).getValue();
    }

    private void refuseOptionsOfOthers(ProcessorDescription kind, OptionValues values) {
        List<String> own =
                options(kind).stream().map(option -> nameOf(kind, option)).toList();
        specs.forEach((name, spec) -> {
            if (spec.getValue() != null
                    && !own.contains(name)
                    && !List.of(URL, PLUGIN).contains(name)) {
                String kinds = AllKinds.provided().stream()
                        .filter(one -> options(one).stream()
                                .anyMatch(option -> nameOf(one, option).equals(name)))
                        .map(ProcessorDescription::type)
                        .collect(Collectors.joining(", "));
                values.problem(name + " is for the processors " + kinds + " only, not for " + kind.type()
                        + ". To name a processor, use "
                        + String.join(", ", CHOICES) + " or a program after --");
            }
        });
    }

    /** Returns the options of a kind as a spec has them. */
    private ObjectNode given(ProcessorDescription kind, OptionValues values) {
        ObjectNode given = JsonNodeFactory.instance.objectNode();
        for (Option option : options(kind)) {
            String name = nameOf(kind, option);
            OptionSpec spec = requireNonNull(specs.get(name));
            if (spec.getValue() != null) {
                given.set(
                        option.name(),
                        name.equals(HEADER)
                                ? headers(spec.getValue(), values)
                                : value(name, option, spec.getValue(), values));
            }
        }
        return given;
    }

    private static JsonNode value(String name, Option option, String text, OptionValues values) {
        if (option.nullable() && text.equals("null")) {
            return NullNode.instance;
        }
        if (option.type() instanceof AnyObject) {
            JsonNode json = json(text);
            if (json == null) {
                values.problem(name + " must be a JSON object, such as '{\"key\":\"value\"}'");
            }
            return json == null ? JsonNodeFactory.instance.objectNode() : json;
        }
        boolean isNumber = option.type() instanceof WholeNumber || option.type() instanceof DecimalNumber;
        return isNumber && text.matches("-?\\d{1,18}(\\.\\d{1,18})?")
                ? JsonNodeFactory.instance.numberNode(new BigDecimal(text))
                : TextNode.valueOf(text);
    }

    /** Values may be secret: problems do not show them. */
    private static ObjectNode headers(List<String> texts, OptionValues values) {
        ObjectNode headers = JsonNodeFactory.instance.objectNode();
        for (String text : texts) {
            int colon = text.indexOf(':');
            String name = colon < 0 ? "" : text.substring(0, colon).strip();
            if (name.isEmpty()) {
                values.problem(HEADER + " must be 'NAME: VALUE', such as 'X-Team: blue'; one of them has no colon"
                        + " after a name");
                continue;
            }
            String value = text.substring(colon + 1).strip();
            JsonNode json = value.startsWith("{") ? json(value) : null;
            if (headers.has(name)) {
                values.problem(HEADER + " " + name + " must not be repeated");
            }
            headers.set(name, json == null ? TextNode.valueOf(value) : json);
        }
        return headers;
    }

    /** Returns a JSON object; null if the text is none. */
    private static @Nullable JsonNode json(String text) {
        try {
            JsonNode json = JsonMapper.builder().build().readTree(text);
            return json != null && json.isObject() ? json : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /** Returns the option that a problem is about, such as {@code --header X-Team}. */
    static String optionAt(ProcessorDescription kind, String path) {
        return optionAt(kind, List.of(path.substring(1).split("/", -1)));
    }

    /** @param names that lead to the option in a spec, from the outside in */
    static String optionAt(ProcessorDescription kind, List<String> names) {
        String outer = names.get(0);
        String option = options(kind).stream()
                .filter(one -> one.name().equals(outer))
                .map(one -> nameOf(kind, one))
                .findFirst()
                .orElse(COMMAND);
        return names.size() == 1 ? option : option + " " + names.get(1);
    }

    /** Returns what must stay the same while a run with the processor of a spec continues. */
    static String identity(ProcessorDescription kind, ProcessorSpec spec, Commands commands) {
        if (kind.type().equals(TextStatsKind.TYPE)) {
            return TextStatsKind.TYPE;
        }
        boolean isCommand = kind.type().equals(CommandKind.DESCRIPTION.type());
        return identity(kind, (ObjectNode) requireNonNull(json(spec.options())), isCommand ? commands : Commands.NONE);
    }

    /**
     * Returns what must stay the same while a run continues. Numbers, such as timeouts, and headers, such as a token that
     * has expired, may change.
     */
    private static String identity(ProcessorDescription kind, ObjectNode given, Commands commands) {
        StringBuilder identity = new StringBuilder(kind.type());
        for (Option option : kind.options()) {
            boolean tuning = option.type() instanceof WholeNumber || option.type() instanceof DecimalNumber;
            if (!tuning && !option.name().equals("headers")) {
                JsonNode value = given.has(option.name()) ? given.get(option.name()) : option.standard();
                identity.append('\n').append(option.name()).append('=').append(value);
            }
        }
        return identity.append('\n').append(commands.programs()).toString();
    }
}
