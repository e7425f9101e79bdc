package org.checkpointrecovery.cli;

import java.time.Clock;
import java.util.List;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.outbound.AddressRules;
import org.checkpointrecovery.outbound.CallClient;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.processor.TextStatsKind;
import org.checkpointrecovery.processor.command.CommandKind;
import org.checkpointrecovery.processor.command.Commands;
import org.checkpointrecovery.processor.http.HttpKind;
import org.checkpointrecovery.processor.http.Secrets;
import org.checkpointrecovery.processor.plugin.PluginKind;
import org.checkpointrecovery.processor.plugin.Plugins;
import org.checkpointrecovery.processor.provided.AllKinds;
import org.jspecify.annotations.Nullable;

/**
 * What processes the items of a {@code run}.
 *
 * @param identity what must stay the same while the run continues
 * @param client of the calls; null if the processor makes none
 * @param places where its options are set
 */
record RunProcessor(
        ProcessorSpec spec,
        String identity,
        Processors processors,
        @Nullable CallClient client,
        Places places) implements AutoCloseable {

    /** Says where the user has set an option of a processor. */
    interface Places {
        /** @param option the names that lead to the option in a spec, from the outside in */
        String of(ProcessorDescription kind, List<String> option);
    }

    /** What this machine provides to processors. */
    record Provided(Secrets secrets, Commands commands, Plugins plugins) {
        /** Returns all processors. They may call everything: it is the user's own machine. */
        Processors processors(CallClient client) {
            return AllKinds.ofService(
                    new HttpKind(secrets, "--secrets-file", client, Clock.systemUTC()),
                    new CommandKind(commands, "--command"),
                    new PluginKind(plugins, "--plugins"));
        }
    }

    /** A processor that options describe. */
    RunProcessor(ProcessorSpec spec, String identity, Processors processors, @Nullable CallClient client) {
        this(spec, identity, processors, client, ProcessorOptions::optionAt);
    }

    static RunProcessor textStats() {
        return new RunProcessor(
                ProcessorSpec.of(TextStatsKind.TYPE), TextStatsKind.TYPE, AllKinds.ofCommandLine(), null);
    }

    /** Returns a processor that calls something. */
    static RunProcessor calling(ProcessorSpec spec, String identity, Provided provided) {
        CallClient client = new CallClient(AddressRules.any());
        return new RunProcessor(spec, identity, provided.processors(client), client);
    }

    boolean isConcurrent() {
        return processors.isConcurrent(spec);
    }

    /** Reports why the processor cannot be used on items of a format. */
    void check(Format format, OptionValues values) {
        report(processors.problems(spec, format), values);
    }

    /** Reports why the processor cannot be used on items with these fields. */
    void check(List<String> fields, OptionValues values) {
        report(processors.problems(spec, fields), values);
    }

    private void report(List<Processors.Problem> problems, OptionValues values) {
        ProcessorDescription kind = processors.kinds().stream()
                .filter(one -> one.type().equals(spec.type()))
                .findFirst()
                .orElseThrow();
        problems.forEach(problem -> values.problem(places.of(kind, problem.option()) + " " + problem.message()));
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
    }
}
