package org.checkpointrecovery.engine.flink.job;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.checkpointrecovery.cli.ServiceConfig;
import org.checkpointrecovery.cli.TaskOptions;
import org.checkpointrecovery.engine.flink.task.RangeTask;
import org.checkpointrecovery.engine.flink.task.WorkEndedException;
import org.checkpointrecovery.engine.range.RangeOrder;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.outbound.CallClient;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.command.CommandKind;
import org.checkpointrecovery.processor.http.HttpKind;
import org.checkpointrecovery.processor.plugin.PluginKind;
import org.checkpointrecovery.processor.plugin.Plugins;
import org.checkpointrecovery.processor.provided.AllKinds;
import org.checkpointrecovery.storage.DataMode;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.LocalDisk;
import org.jspecify.annotations.Nullable;

/**
 * What a task in a cluster process needs: processors built from the job's files and the environment of the process.
 * Secrets and commands are never sent to a cluster: each machine has its own.
 */
final class ClusterTask implements RangeTask.Provider {
    private static final int KILLED = 137;

    private final int tasks;
    private @Nullable CallClient client;

    private ClusterTask(int tasks) {
        this.tasks = tasks;
    }

    /**
     * Opens a task. Closing it closes what it was provided with.
     *
     * @param process how a message names this process
     * @param directory the job's files
     * @param submission number of the task's submission, from 1
     * @param tasks how many tasks of the submission run at once; they share what the job may use as a whole
     */
    static RangeTask open(String process, Path directory, int submission, int tasks)
            throws IOException, WorkEndedException, SharedDirectoryException {
        Disk disk = new LocalDisk(DataMode.of(directory)); // the service reads and deletes what the task creates
        if (!new RangeStore(disk, directory).isWritable()) {
            throw SharedDirectoryException.notWritable(process, directory);
        }
        return RangeTask.open(
                disk,
                directory,
                submission,
                new ClusterTask(tasks),
                () -> Runtime.getRuntime().halt(KILLED));
    }

    @Override
    public Processors processors(RangeOrder order, RangeStore ranges)
            throws IOException, Processors.UnavailableException {
        TaskOptions options = TaskOptions.of(System.getenv());
        client = new CallClient(TaskOptions.addressRules(order.httpAllow()));
        return AllKinds.ofTask(
                new HttpKind(options.secrets(), ServiceConfig.Processors.SECRETS_SETTING, client, Clock.systemUTC()),
                new CommandKind(options.commands(), ServiceConfig.Processors.COMMANDS_SETTING),
                new PluginKind(plugins(ranges), ServiceConfig.Processors.PLUGINS_SETTING),
                tasks);
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
    }

    private static Plugins plugins(RangeStore ranges) throws IOException, Processors.UnavailableException {
        Optional<Path> jar = ranges.plugin();
        if (jar.isEmpty()) {
            return Plugins.NONE;
        }
        List<String> problems = new ArrayList<>();
        Plugins plugins = Plugins.load(List.of(jar.get().toUri().toURL()), problems);
        if (!problems.isEmpty()) {
            throw new Processors.UnavailableException(problems.get(0) + ".");
        }
        return plugins;
    }
}
