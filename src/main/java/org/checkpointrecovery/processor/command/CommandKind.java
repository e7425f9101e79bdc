package org.checkpointrecovery.processor.command;

import java.util.List;
import java.util.Map;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.processor.ConcurrentKind;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.Processors.Problem;
import org.checkpointrecovery.processor.Processors.UnavailableException;
import org.checkpointrecovery.processor.ThreadedProcessor;

/**
 * Builds processors that run programs: only the commands that the operator configured, exactly as written. Thread-safe.
 */
public final class CommandKind implements ConcurrentKind<CommandOptions> {
    public static final ProcessorDescription DESCRIPTION = CommandOptions.DESCRIPTION;

    private final Commands commands;
    private final String setting;

    /** @param setting what the operator calls the setting of the commands, for messages */
    public CommandKind(Commands commands, String setting) {
        this.commands = commands;
        this.setting = setting;
    }

    @Override
    public ProcessorDescription description() {
        return CommandOptions.DESCRIPTION.withExamples(
                "name", List.copyOf(commands.programs().keySet()));
    }

    @Override
    public Class<CommandOptions> options() {
        return CommandOptions.class;
    }

    @Override
    public int concurrency(CommandOptions options) {
        return options.concurrency();
    }

    @Override
    public List<Problem> problems(CommandOptions options, Format format) {
        if (commands.programs().containsKey(options.name())) {
            return List.of();
        }
        String known = commands.programs().isEmpty()
                ? "no commands are configured (" + setting + ")"
                : "expected one of: " + String.join(", ", commands.programs().keySet());
        return List.of(new Problem("name", "is \"" + options.name() + "\", an unknown command; " + known));
    }

    @Override
    public Map<String, List<String>> provided() {
        return Map.of("commands", List.copyOf(commands.programs().keySet()));
    }

    @Override
    public ConcurrentProcessor build(CommandOptions options) throws UnavailableException {
        List<String> command = commands.programs().get(options.name());
        if (command == null) {
            throw new UnavailableException(
                    "The command \"" + options.name() + "\" is not configured on this service (" + setting + ").");
        }
        Launch launch = new Launch(options.name(), command, commands);
        return new ThreadedProcessor(
                new ThreadedProcessor.Settings(
                        "command", options.name(), options.concurrency(), options.timeout(), " and was killed"),
                () -> options.mode() == CommandMode.STREAM ? new StreamCalls(launch) : new ItemCalls(launch));
    }
}
