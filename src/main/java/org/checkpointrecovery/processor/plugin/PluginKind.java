package org.checkpointrecovery.processor.plugin;

import java.util.List;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.ProcessorSpec;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.ProcessorKind;
import org.checkpointrecovery.processor.Processors.Problem;
import org.checkpointrecovery.processor.Processors.UnavailableException;

/** Builds processors that are plugins. Thread-safe. */
public final class PluginKind implements ProcessorKind<ProcessorSpec.Plugin> {
    private final Plugins plugins;

    public PluginKind(Plugins plugins) {
        this.plugins = plugins;
    }

    @Override
    public Class<ProcessorSpec.Plugin> specs() {
        return ProcessorSpec.Plugin.class;
    }

    @Override
    public List<Problem> problems(ProcessorSpec.Plugin spec, Format format) {
        if (!plugins.has(spec.name())) {
            String known = plugins.names().isEmpty()
                    ? "no plugins are installed (--plugins)"
                    : "expected one of: " + String.join(", ", plugins.names());
            return List.of(new Problem("name", "is \"" + spec.name() + "\", an unknown plugin; " + known));
        }
        try {
            OpenPlugin.check(plugins, spec);
            return List.of();
        } catch (OpenPlugin.FailedException e) {
            return List.of(new Problem("config", "was rejected by the plugin: " + e.getMessage()));
        }
    }

    @Override
    public ConcurrentProcessor build(ProcessorSpec.Plugin spec) throws UnavailableException {
        if (!plugins.has(spec.name())) {
            throw new UnavailableException(
                    "The plugin \"" + spec.name() + "\" is not installed on this service (--plugins).");
        }
        try {
            OpenPlugin.check(plugins, spec);
        } catch (OpenPlugin.FailedException e) {
            throw new UnavailableException(
                    "The plugin \"" + spec.name() + "\" failed to open: " + e.getMessage() + ".");
        }
        return new PluginProcessor(spec, () -> OpenPlugin.open(plugins, spec));
    }
}
