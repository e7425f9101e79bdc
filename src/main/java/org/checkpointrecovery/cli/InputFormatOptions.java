package org.checkpointrecovery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.checkpointrecovery.description.Choice;
import org.checkpointrecovery.description.FormatDescription;
import org.checkpointrecovery.description.Option;
import org.checkpointrecovery.description.WholeNumber;
import org.checkpointrecovery.item.FieldNamesType;
import org.checkpointrecovery.item.RecordFormat;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.TextEncoding;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of {@code run} that say how the input is read. Those of a format are made from its description. */
final class InputFormatOptions {
    /** Names that differ from the rule: the format, a hyphen, and the option in lower case. */
    private static final Map<String, String> NAMES = Map.of("delimiter", "--delimiter", "skipRecords", "--csv-skip");

    @picocli.CommandLine.Option(
            names = {"-f", "--format"},
            defaultValue = "lines",
            paramLabel = "FORMAT",
            description = "how the input is split into items: lines, raw-lines, jsonl or csv"
                    + " (default: ${DEFAULT-VALUE})")
    private String kind = "";

    @picocli.CommandLine.Option(
            names = "--encoding",
            defaultValue = "UTF-8",
            paramLabel = "NAME",
            description = "encoding of the input: UTF-8, UTF-16, UTF-16LE, UTF-16BE, windows-1252 or ISO-8859-1"
                    + " (default: ${DEFAULT-VALUE})")
    private String encoding = "";

    private final List<FormatOption> formatOptions = new ArrayList<>();

    /** An option of a format, and its option on the command line. */
    private record FormatOption(Format.Kind kind, Option described, OptionSpec spec) {
        @Nullable
        String text() {
            return spec.getValue();
        }
    }

    /** Adds the options of all formats to a command that has this mixin. */
    void addFormatOptions(CommandSpec command, CommandSpec mixin) {
        for (FormatDescription format : RecordFormat.descriptions()) {
            for (Option option : format.options()) {
                String help = format.kind().text() + " only: "
                        + option.help().substring(0, 1).toLowerCase(Locale.ROOT)
                        + option.help().substring(1);
                OptionSpec spec = OptionSpec.builder(name(format, option))
                        .type(String.class)
                        .arity("1")
                        .paramLabel(label(option))
                        .description(help)
                        .build();
                formatOptions.add(new FormatOption(format.kind(), option, spec));
                command.addOption(spec);
                mixin.addOption(spec);
            }
        }
    }

    private static String name(FormatDescription format, Option option) {
        return NAMES.getOrDefault(
                option.name(), "--" + format.kind().text() + "-" + option.name().toLowerCase(Locale.ROOT));
    }

    private static String label(Option option) {
        if (option.type() instanceof Choice choice) {
            return String.join("|", choice.values());
        }
        if (option.type() instanceof FieldNamesType) {
            return FieldNamesType.FIRST + "|" + FieldNamesType.NONE + "|NAME,...";
        }
        return option.type() instanceof WholeNumber ? "N" : "CHAR";
    }

    Format format(OptionValues values) {
        RecordFormat format = RecordFormat.of(values.constant("--format", kind, Format.Kind.class));
        ObjectNode given = JsonNodeFactory.instance.objectNode();
        for (FormatOption option : formatOptions) {
            String text = option.text();
            if (text != null && RecordFormat.of(option.kind) != format) {
                values.problem(option.spec.longestName() + " is for --format " + option.kind.text() + " only");
            } else if (text != null) {
                given.set(option.described.name(), value(option, text, values));
            }
        }
        return format.read(given, (path, message) -> values.problem(optionAt(path) + " " + message));
    }

    private String optionAt(String path) {
        String name = path.split("/", -1)[1];
        return formatOptions.stream()
                .filter(option -> option.described.name().equals(name))
                .map(option -> option.spec.longestName())
                .findFirst()
                .orElse(name);
    }

    private static JsonNode value(FormatOption option, String text, OptionValues values) {
        if (option.described.type() instanceof WholeNumber && text.matches("-?\\d{1,18}")) {
            return JsonNodeFactory.instance.numberNode(Long.parseLong(text));
        }
        if (!(option.described.type() instanceof FieldNamesType) || FieldNamesType.isWord(text)) {
            return TextNode.valueOf(text);
        }
        if (FieldNamesType.isWord(text.toLowerCase(Locale.ROOT))) {
            values.problem(option.spec.longestName() + " " + text + " must be written in lower case");
        }
        ArrayNode names = JsonNodeFactory.instance.arrayNode();
        List.of(text.split(",", -1)).forEach(names::add);
        return names;
    }

    TextEncoding encoding(OptionValues values) {
        return TextEncoding.of(encoding).orElseGet(() -> {
            values.problem("--encoding must be one of " + TextEncoding.names() + " (got \"" + encoding + "\")");
            return TextEncoding.UTF_8;
        });
    }
}
