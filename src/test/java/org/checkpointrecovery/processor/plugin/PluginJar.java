package org.checkpointrecovery.processor.plugin;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.checkpointrecovery.plugin.ItemProcessor;

/** Builds the jar of a plugin from its source, as its author would with javac and jar. */
public final class PluginJar {
    /** The worked example that the documentation shows. */
    public static final Path EXAMPLE = Path.of("src/test/plugin/org/example/Reverse.java");

    private PluginJar() {}

    /** The jar of the worked example. */
    public static Path example(Path directory) throws IOException {
        return build(directory, "reverse", Files.readString(EXAMPLE));
    }

    /** @param source of one public class in the package org.example */
    public static Path build(Path directory, String name, String source) throws IOException {
        Path work = Files.createTempDirectory(directory, "classes");
        String type = source.replaceAll("(?s).*public (?:final )?class (\\w+).*", "$1");
        Path file = work.resolve(type + ".java");
        Files.writeString(file, source);
        compile(file, work);
        Path jar = directory.resolve(name + ".jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out);
                Stream<Path> classes = Files.walk(work)) {
            entries.putNextEntry(new ZipEntry("META-INF/services/" + ItemProcessor.class.getName()));
            entries.write(("org.example." + type + "\n").getBytes(StandardCharsets.UTF_8));
            for (Path path :
                    classes.filter(found -> found.toString().endsWith(".class")).toList()) {
                entries.putNextEntry(new ZipEntry(work.relativize(path).toString()));
                Files.copy(path, entries);
            }
        }
        return jar;
    }

    private static void compile(Path file, Path work) throws IOException {
        JavaCompiler compiler = requireNonNull(ToolProvider.getSystemJavaCompiler(), "a JDK is needed, not a JRE");
        Path api = Path.of("target/classes");
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = new ArrayList<>(List.of("-proc:none", "-cp", api.toString(), "-d", work.toString()));
            boolean compiled = compiler.getTask(said, files, null, options, null, files.getJavaFileObjects(file))
                    .call();
            assertThat(compiled).as(said.toString()).isTrue();
        }
    }
}
