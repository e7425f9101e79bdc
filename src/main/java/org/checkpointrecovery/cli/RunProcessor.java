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
 */
record RunProcessor(
        ProcessorSpec spec,
        String identity,
        Processors processors,
        @Nullable CallClient client) implements AutoCloseable {

    static RunProcessor textStats() {
        return new RunProcessor(
                ProcessorSpec.of(TextStatsKind.TYPE), TextStatsKind.TYPE, AllKinds.ofCommandLine(), null);
    }

    /** Returns a processor that calls something, which the user may choose freely: it is the user's own machine. */
    static RunProcessor calling(
            ProcessorSpec spec, String identity, Secrets secrets, Commands commands, Plugins plugins) {
        CallClient client = new CallClient(AddressRules.any());
        Processors processors = AllKinds.ofService(
                new HttpKind(secrets, "--secrets-file", client, Clock.systemUTC()),
                new CommandKind(commands, "--command"),
                new PluginKind(plugins, "--plugins"));
        return new RunProcessor(spec, identity, processors, client);
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
        problems.forEach(
                problem -> values.problem(ProcessorOptions.optionAt(kind, problem.option()) + " " + problem.message()));
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
    }
}
