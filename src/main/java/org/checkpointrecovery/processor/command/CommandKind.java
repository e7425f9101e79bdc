package org.checkpointrecovery.processor.command;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.checkpointrecovery.job.CommandMode;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.ProcessorKind;
import org.checkpointrecovery.processor.Processors.Problem;
import org.checkpointrecovery.processor.Processors.UnavailableException;

/** Builds processors that run programs: only those that the operator named at the start, as he wrote them. Thread-safe. */
public final class CommandKind implements ProcessorKind<ProcessorSpec.Command> {
    private final Map<String, List<String>> commands;
    private final List<String> launcher;

    /**
     * @param commands program and arguments by name
     * @param launcher what each program is started with, so that it ends with this process; empty for nothing
     */
    public CommandKind(Map<String, List<String>> commands, List<String> launcher) {
        this.commands = new TreeMap<>(commands);
        this.launcher = List.copyOf(launcher);
    }

    @Override
    public Class<ProcessorSpec.Command> specs() {
        return ProcessorSpec.Command.class;
    }

    @Override
    public List<Problem> problems(ProcessorSpec.Command spec, Format format) {
        if (commands.containsKey(spec.name())) {
            return List.of();
        }
        String known = commands.isEmpty()
                ? "no command was named when it was started (--command)"
                : "its commands are " + String.join(", ", commands.keySet());
        return List.of(
                new Problem("/name", "is \"" + spec.name() + "\", which is no command of this service; " + known));
    }

    @Override
    public ConcurrentProcessor build(ProcessorSpec.Command spec) throws UnavailableException {
        List<String> command = commands.get(spec.name());
        if (command == null) {
            throw new UnavailableException(
                    "The command \"" + spec.name() + "\" was not named when this service was started (--command).");
        }
        Launch launch = new Launch(spec.name(), launcher, command);
        return new CommandProcessor(
                spec, () -> spec.mode() == CommandMode.STREAM ? new StreamCalls(launch) : new ItemCalls(launch));
    }
}
