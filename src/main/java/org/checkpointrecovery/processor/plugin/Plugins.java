package org.checkpointrecovery.processor.plugin;

import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import org.checkpointrecovery.plugin.ItemProcessor;
import org.jspecify.annotations.Nullable;

/** The plugins that the operator provides, by name. Immutable. */
public final class Plugins {
    public static final Plugins NONE = new Plugins(Map.of());
    private static final String NAME = "[A-Za-z0-9._-]{1,100}";

    private final Map<String, ServiceLoader.Provider<ItemProcessor>> providers;

    private Plugins(Map<String, ServiceLoader.Provider<ItemProcessor>> providers) {
        this.providers = Map.copyOf(providers);
    }

    /**
     * Finds the plugins in jars.
     *
     * @param problems receives a sentence for each unusable jar or plugin
     */
    public static Plugins load(List<URL> jars, List<String> problems) {
        Map<String, ServiceLoader.Provider<ItemProcessor>> found = new TreeMap<>();
        for (URL jar : jars) {
            String file = jar.getPath().substring(jar.getPath().lastIndexOf('/') + 1);
            try {
                load(jar, file, found, problems);
            } catch (ServiceConfigurationError | LinkageError e) {
                problems.add("plugin " + file + " cannot be loaded: " + e.getMessage());
            }
        }
        return new Plugins(found);
    }

    private static void load(
            URL jar, String file, Map<String, ServiceLoader.Provider<ItemProcessor>> found, List<String> problems) {
        // Never closed, because its classes are used as long as the service runs.
        ClassLoader loader = new URLClassLoader(file, new URL[] {jar}, new PluginApi());
        List<ServiceLoader.Provider<ItemProcessor>> providers =
                ServiceLoader.load(ItemProcessor.class, loader).stream().toList();
        if (providers.isEmpty()) {
            problems.add("plugin " + file + " names no class in META-INF/services/" + ItemProcessor.class.getName());
        }
        for (ServiceLoader.Provider<ItemProcessor> provider : providers) {
            String name = checkedName(provider, file, problems);
            if (name != null && found.putIfAbsent(name, provider) != null) {
                problems.add("plugin " + file + " provides the processor \"" + name + "\", which another plugin "
                        + "already provides");
            }
        }
    }

    private static @Nullable String checkedName(
            ServiceLoader.Provider<ItemProcessor> provider, String file, List<String> problems) {
        String of = "plugin " + file + ": " + provider.type().getName();
        try {
            ItemProcessor plugin = provider.get();
            int version = plugin.apiVersion();
            if (version != ItemProcessor.API_VERSION) {
                problems.add(of + " was compiled for API version " + version + "; this service has version "
                        + ItemProcessor.API_VERSION);
                return null;
            }
            String name = plugin.name();
            if (name == null || !name.matches(NAME)) {
                problems.add(of + " has the invalid name \"" + name + "\"; use 1 to 100 letters, digits and . _ -");
                return null;
            }
            return name;
        } catch (Throwable e) { // whatever a plugin throws
            problems.add(of + " cannot be created: " + e);
            return null;
        }
    }

    List<String> names() {
        return new ArrayList<>(new TreeMap<>(providers).keySet());
    }

    /** The names, for the log. */
    @Override
    public String toString() {
        return names().toString();
    }

    boolean has(String name) {
        return providers.containsKey(name);
    }

    /** Returns the jar of a plugin; empty if there is no plugin of that name. */
    public Optional<URI> jar(String name) {
        ServiceLoader.Provider<ItemProcessor> provider = providers.get(name);
        if (provider == null) {
            return Optional.empty();
        }
        return Optional.of(URI.create(provider.type()
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString()));
    }

    /** Creates a plugin object. */
    ItemProcessor make(String name) {
        ServiceLoader.Provider<ItemProcessor> provider = providers.get(name);
        if (provider == null) {
            throw new IllegalArgumentException("no plugin " + name);
        }
        return provider.get();
    }

    /** Lets a plugin see only the JDK and the plugin interface, not the service's libraries. */
    private static final class PluginApi extends ClassLoader {
        private static final Set<String> SHOWN =
                Set.of("org.checkpointrecovery.plugin.ItemProcessor", "org.checkpointrecovery.plugin.PluginItem");

        PluginApi() {
            super("plugin-api", ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (SHOWN.contains(name)) {
                return Class.forName(name, true, ItemProcessor.class.getClassLoader());
            }
            throw new ClassNotFoundException(name);
        }
    }
}
