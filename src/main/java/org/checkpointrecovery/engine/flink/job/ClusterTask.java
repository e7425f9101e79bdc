package org.checkpointrecovery.engine.flink.job;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.cli.TaskOptions;
import org.checkpointrecovery.engine.flink.task.RangeTask;
import org.checkpointrecovery.engine.flink.task.WorkEndedException;
import org.checkpointrecovery.engine.range.RangeOrder;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.ProcessorKind;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.ProvidedProcessors;
import org.checkpointrecovery.processor.command.CommandKind;
import org.checkpointrecovery.processor.http.HttpKind;
import org.checkpointrecovery.processor.plugin.PluginKind;
import org.checkpointrecovery.processor.plugin.Plugins;
import org.checkpointrecovery.storage.LocalDisk;

/**
 * Creates a task in a cluster process, with processors built from the job's files and the environment of the process.
 * Secrets and commands are never sent to a cluster: each machine has its own.
 */
final class ClusterTask {
    private static final int KILLED = 137;

    private ClusterTask() {}

    /**
     * @param directory the job's files
     * @param submission number of the task's submission, from 1
     */
    static RangeTask open(Path directory, int submission) throws IOException, WorkEndedException {
        return RangeTask.open(
                new LocalDisk(),
                directory,
                submission,
                (order, ranges) -> processors(order, ranges),
                () -> Runtime.getRuntime().halt(KILLED));
    }

    private static Processors processors(RangeOrder order, RangeStore ranges)
            throws IOException, Processors.UnavailableException {
        TaskOptions options = TaskOptions.of(System.getenv());
        ProcessorSpec spec = order.job().validSpec().processor();
        if (spec instanceof ProcessorSpec.Http) {
            HttpKind kind = new HttpKind(options.secrets(), AddressRules.parse(order.httpAllow()), Clock.systemUTC());
            return new ProvidedProcessors(new SharedRate(kind, order.tasks()));
        }
        if (spec instanceof ProcessorSpec.Command) {
            return new ProvidedProcessors(new CommandKind(options.commands()));
        }
        if (spec instanceof ProcessorSpec.Plugin) {
            return new ProvidedProcessors(new PluginKind(plugins(ranges)));
        }
        return new ProvidedProcessors();
    }

    /** Divides the spec's calls per second among all tasks. */
    private record SharedRate(HttpKind kind, int tasks) implements ProcessorKind<ProcessorSpec.Http> {
        @Override
        public Class<ProcessorSpec.Http> specs() {
            return kind.specs();
        }

        @Override
        public ConcurrentProcessor build(ProcessorSpec.Http spec) throws Processors.UnavailableException {
            return kind.build(spec.shared(tasks));
        }

        @Override
        public List<Processors.Problem> problems(ProcessorSpec.Http spec, Format format) {
            return kind.problems(spec, format);
        }
    }

    private static Plugins plugins(RangeStore ranges) throws IOException, Processors.UnavailableException {
        List<String> problems = new ArrayList<>();
        Plugins plugins = Plugins.load(List.of(ranges.plugin().toUri().toURL()), problems);
        if (!problems.isEmpty()) {
            throw new Processors.UnavailableException(problems.get(0) + ".");
        }
        return plugins;
    }
}
