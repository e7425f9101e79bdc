package org.checkpointrecovery.cli;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.checkpointrecovery.processor.plugin.Plugins;
import org.checkpointrecovery.storage.FileNames;

/** Reads the directory of {@code --plugins}. */
final class PluginJars {
    private PluginJars() {}

    static Plugins read(String directory, OptionValues values) {
        try (Stream<Path> found = Files.list(Path.of(directory))) {
            List<URL> urls = new ArrayList<>();
            for (Path jar : found.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList()) {
                urls.add(jar.toUri().toURL());
            }
            List<String> problems = new ArrayList<>();
            Plugins plugins = Plugins.load(urls, problems);
            problems.forEach(problem -> values.problem("--plugins " + directory + ": " + problem));
            return plugins;
        } catch (IOException | InvalidPathException e) {
            values.problem(
                    "--plugins " + directory + " " + FileNames.problem(directory, "is not a readable directory"));
            return Plugins.NONE;
        }
    }
}
