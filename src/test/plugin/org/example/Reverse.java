package org.example;

import java.util.Map;
import org.checkpointrecovery.plugin.ItemProcessor;
import org.checkpointrecovery.plugin.PluginItem;

/** The worked example of a plugin: turns text round, and fails the items that its config forbids. */
public final class Reverse implements ItemProcessor {
    private String forbidden = "";

    @Override
    public int apiVersion() {
        return API_VERSION;
    }

    @Override
    public String name() {
        return "reverse";
    }

    @Override
    public void open(Map<String, Object> config) {
        Object value = config.getOrDefault("forbidden", "");
        if (!(value instanceof String)) {
            throw new IllegalArgumentException("\"forbidden\" must be a string");
        }
        forbidden = (String) value;
    }

    @Override
    public Object process(PluginItem item) {
        if (!forbidden.isEmpty() && item.text().contains(forbidden)) {
            throw new IllegalArgumentException("it contains \"" + forbidden + "\"");
        }
        return Map.of("reversed", new StringBuilder(item.text()).reverse().toString());
    }
}
