package org.checkpointrecovery.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Sets options that the command line does not: {@code --max-queued} from {@code CHECKPOINT_RECOVERY_MAX_QUEUED}. An empty
 * variable counts as not set. Not a record: picocli asks for the text of this object for each option.
 */
final class EnvironmentVariables implements IDefaultValueProvider {
    private static final String PREFIX = "CHECKPOINT_RECOVERY_";

    private final Map<String, String> variables;

    EnvironmentVariables(Map<String, String> variables) {
        this.variables = variables;
    }

    /** Whether there is a variable with the prefix. */
    boolean anySet() {
        return variables.keySet().stream().anyMatch(name -> name.startsWith(PREFIX));
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option) || !canBeSet(option)) {
            return null;
        }
        String value = variables.get(variableOf(option));
        return value == null || value.isEmpty() ? null : value;
    }

    /**
     * Returns one warning for each variable with the prefix that names no option.
     *
     * @param commands every command whose options a shared environment may set
     */
    List<String> warnings(Collection<CommandSpec> commands) {
        Set<String> known = new TreeSet<>();
        for (CommandSpec command : commands) {
            command.options().stream()
                    .filter(EnvironmentVariables::canBeSet)
                    .map(EnvironmentVariables::variableOf)
                    .forEach(known::add);
        }
        List<String> warnings = new ArrayList<>();
        for (String name : new TreeMap<>(variables).keySet()) {
            if (name.startsWith(PREFIX) && !known.contains(name)) {
                warnings.add(
                        "The environment variable " + name + " names no option and is ignored. " + hint(name, known));
            }
        }
        return warnings;
    }

    private static String hint(String name, Set<String> known) {
        // The prefix is the same for all: with it, every short name would be near every other.
        List<String> names =
                known.stream().map(other -> other.substring(PREFIX.length())).toList();
        return Similar.to(name.substring(PREFIX.length()), names)
                .map(nearest -> "Did you mean " + PREFIX + nearest + "?")
                .orElse("Unset it, or see --help for the options.");
    }

    private static boolean canBeSet(OptionSpec option) {
        return option.longestName().startsWith("--")
                && !option.usageHelp()
                && !option.versionHelp()
                && !choosesProcessor(option);
    }

    /** What a run does with its items is not left to the environment, which may be the one of a service. */
    private static boolean choosesProcessor(OptionSpec option) {
        Object owner = option.command().userObject();
        return (owner instanceof RunCommand || owner instanceof ProcessorOptions || owner instanceof RunOptions.Files)
                && (ProcessorOptions.CHOICES.contains(option.longestName())
                        || option.longestName().equals(SpecOption.NAME));
    }

    private static String variableOf(OptionSpec option) {
        return PREFIX
                + option.longestName()
                        .substring("--".length())
                        .replace('-', '_')
                        .toUpperCase(Locale.ROOT);
    }
}
