package org.checkpointrecovery.processor.provided;

import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.processor.ProcessorKind;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.ProvidedProcessors;
import org.checkpointrecovery.processor.TextStatsKind;
import org.checkpointrecovery.processor.command.CommandKind;
import org.checkpointrecovery.processor.http.HttpKind;
import org.checkpointrecovery.processor.plugin.PluginKind;

/** The kinds of processors of this program. A new kind is listed here. */
public final class AllKinds {
    private AllKinds() {}

    /** Returns the processors that need nothing from an operator. */
    public static Processors ofCommandLine() {
        return new ProvidedProcessors(selfContained(), 1);
    }

    /** Returns the processors of a service, with what its operator provides. */
    public static Processors ofService(HttpKind http, CommandKind command, PluginKind plugin) {
        return ofTask(http, command, plugin, 1);
    }

    /**
     * Returns the processors of a task of a cluster, with what the operator of its machine provides.
     *
     * @param tasks the number of tasks of the job
     */
    public static Processors ofTask(HttpKind http, CommandKind command, PluginKind plugin, int tasks) {
        List<ProcessorKind<?>> kinds = new ArrayList<>(selfContained());
        kinds.add(http);
        kinds.add(command);
        kinds.add(plugin);
        return new ProvidedProcessors(kinds, tasks);
    }

    /** Returns the kinds that need something from an operator. */
    public static List<ProcessorDescription> provided() {
        return List.of(HttpKind.DESCRIPTION, CommandKind.DESCRIPTION, PluginKind.DESCRIPTION);
    }

    private static List<ProcessorKind<?>> selfContained() {
        return List.of(new TextStatsKind());
    }
}
