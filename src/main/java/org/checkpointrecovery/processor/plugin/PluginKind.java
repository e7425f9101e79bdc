package org.checkpointrecovery.processor.plugin;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.processor.ConcurrentKind;
import org.checkpointrecovery.processor.ConcurrentProcessor;
import org.checkpointrecovery.processor.Processors.Problem;
import org.checkpointrecovery.processor.Processors.UnavailableException;
import org.checkpointrecovery.processor.ThreadedProcessor;

/** Builds processors that are plugins. Thread-safe. */
public final class PluginKind implements ConcurrentKind<PluginOptions> {
    public static final ProcessorDescription DESCRIPTION = PluginOptions.DESCRIPTION;

    private final Plugins plugins;
    private final String setting;

    /** @param setting what the operator calls the setting of the plugins, for messages */
    public PluginKind(Plugins plugins, String setting) {
        this.plugins = plugins;
        this.setting = setting;
    }

    @Override
    public ProcessorDescription description() {
        return PluginOptions.DESCRIPTION.withExamples("name", plugins.names());
    }

    @Override
    public Class<PluginOptions> options() {
        return PluginOptions.class;
    }

    @Override
    public int concurrency(PluginOptions options) {
        return options.concurrency();
    }

    @Override
    public List<Problem> problems(PluginOptions options, Format format) {
        if (!plugins.has(options.name())) {
            String known = plugins.names().isEmpty()
                    ? "no plugins are installed (" + setting + ")"
                    : "expected one of: " + String.join(", ", plugins.names());
            return List.of(new Problem("name", "is \"" + options.name() + "\", an unknown plugin; " + known));
        }
        try {
            OpenPlugin.check(plugins, options);
            return List.of();
        } catch (OpenPlugin.FailedException e) {
            return List.of(new Problem("config", "was rejected by the plugin: " + e.getMessage()));
        }
    }

    @Override
    public Map<String, List<String>> provided() {
        return Map.of("plugins", plugins.names());
    }

    @Override
    public Optional<URI> jar(PluginOptions options) throws UnavailableException {
        Optional<URI> jar = plugins.jar(options.name());
        if (jar.isEmpty()) {
            throw notInstalled(options);
        }
        return jar;
    }

    private UnavailableException notInstalled(PluginOptions options) {
        return new UnavailableException(
                "The plugin \"" + options.name() + "\" is not installed on this service (" + setting + ").");
    }

    @Override
    public ConcurrentProcessor build(PluginOptions options) throws UnavailableException {
        if (!plugins.has(options.name())) {
            throw notInstalled(options);
        }
        try {
            OpenPlugin.check(plugins, options);
        } catch (OpenPlugin.FailedException e) {
            throw new UnavailableException(
                    "The plugin \"" + options.name() + "\" failed to open: " + e.getMessage() + ".");
        }
        return new ThreadedProcessor(
                new ThreadedProcessor.Settings("plugin", options.name(), options.concurrency(), options.timeout(), ""),
                () -> new PluginHandler(plugins, options));
    }
}
