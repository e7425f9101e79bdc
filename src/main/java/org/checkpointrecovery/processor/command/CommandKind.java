package org.checkpointrecovery.processor.command;

import java.util.List;
import org.checkpointrecovery.job.CommandMode;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.ProcessorKind;
import org.checkpointrecovery.processor.Processors.Problem;
import org.checkpointrecovery.processor.Processors.UnavailableException;

/**
 * Builds processors that run programs: only the commands that the operator configured, exactly as written. Thread-safe.
 */
public final class CommandKind implements ProcessorKind<ProcessorSpec.Command> {
    private final Commands commands;

    public CommandKind(Commands commands) {
        this.commands = commands;
    }

    @Override
    public Class<ProcessorSpec.Command> specs() {
        return ProcessorSpec.Command.class;
    }

    @Override
    public List<Problem> problems(ProcessorSpec.Command spec, Format format) {
        if (commands.programs().containsKey(spec.name())) {
            return List.of();
        }
        String known = commands.programs().isEmpty()
                ? "no commands are configured (--command)"
                : "expected one of: " + String.join(", ", commands.programs().keySet());
        return List.of(new Problem("name", "is \"" + spec.name() + "\", an unknown command; " + known));
    }

    @Override
    public ConcurrentProcessor build(ProcessorSpec.Command spec) throws UnavailableException {
        List<String> command = commands.programs().get(spec.name());
        if (command == null) {
            throw new UnavailableException(
                    "The command \"" + spec.name() + "\" is not configured on this service (--command).");
        }
        Launch launch = new Launch(spec.name(), command, commands);
        return new CommandProcessor(
                spec, () -> spec.mode() == CommandMode.STREAM ? new StreamCalls(launch) : new ItemCalls(launch));
    }
}
