package org.checkpointrecovery.processor.plugin;

import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.processor.Answer;
import org.checkpointrecovery.processor.ThreadedProcessor;
import org.checkpointrecovery.processor.Work;
import org.jspecify.annotations.Nullable;

/** Passes items to its own plugin object. Opening that counts towards the time limit of its first item. */
final class PluginHandler implements ThreadedProcessor.Handler {
    private final Plugins plugins;
    private final PluginOptions options;
    private @Nullable OpenPlugin plugin;

    PluginHandler(Plugins plugins, PluginOptions options) {
        this.plugins = plugins;
        this.options = options;
    }

    @Override
    public Answer process(Work work) {
        String text = work.text();
        if (text == null) {
            return new Answer.Failed(
                    new ItemFailure(
                            ItemErrorCode.NOT_UTF8,
                            "The item is not valid UTF-8. Convert the input to UTF-8 and submit it again."),
                    0);
        }
        try {
            OpenPlugin open = plugin == null ? OpenPlugin.open(plugins, options) : plugin;
            plugin = open;
            return open.process(work, text);
        } catch (OpenPlugin.FailedException e) {
            return new Answer.GivenUp(new Reason(
                    ErrorCode.PROCESSOR_UNAVAILABLE,
                    "The plugin \"" + options.name() + "\" failed to open: " + e.getMessage()
                            + ". The job was paused. Fix the plugin or its config and resume."));
        }
    }

    @Override
    public void cancel() {
        // A plugin has nothing but the interrupt of its thread.
    }

    @Override
    public void close() {
        if (plugin != null) {
            plugin.close();
        }
    }
}
