package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher beside the jar, and the class-data archive that it starts with. */
class LauncherIT {
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final String NAME = "checkpoint-recovery";
    private static final Path LAUNCHER = TARGET.resolve(NAME);
    private static final Path SAMPLE = Path.of("data/sample_input.txt").toAbsolutePath();
    private static final Path JAVA = Path.of(System.getProperty("java.home"));

    @TempDir
    private Path directory;

    private record Ended(int code, String output, String errors) {}

    /** @param environment of the program, with nothing else in it but PATH */
    private Ended start(Path program, Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        Path errors = directory.resolve("errors");
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.redirectError(errors.toFile());
        builder.environment().keySet().retainAll(List.of("PATH"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output;
        try (InputStream out = process.getInputStream()) {
            output = new String(out.readAllBytes(), StandardCharsets.UTF_8);
        }
        return new Ended(Await.end(process), output, Files.readString(errors));
    }

    private Ended version(Path program) throws Exception {
        return start(program, Map.of("JAVA_HOME", JAVA.toString()), "--version");
    }

    /** Copies the program into a directory of its own, without the archive. */
    private Path copy() throws IOException {
        Path copy = Files.createDirectory(directory.resolve("copy with spaces"));
        Files.copy(TARGET.resolve(NAME + ".jar"), copy.resolve(NAME + ".jar"));
        return Files.copy(LAUNCHER, copy.resolve(NAME));
    }

    private void assertSilent(Ended ended) {
        assertThat(ended).isEqualTo(new Ended(0, "checkpoint-recovery 1.0.0" + System.lineSeparator(), ""));
    }

    @Test
    void a_run_through_links_from_elsewhere_writes_what_the_jar_writes() throws Exception {
        Files.createDirectory(directory.resolve("bin"));
        Files.createSymbolicLink(directory.resolve("bin/linked"), LAUNCHER);
        Path link = Files.createSymbolicLink(directory.resolve("twice"), Path.of("bin/linked"));
        Map<String, String> environment = Map.of("JAVA_HOME", JAVA.toString());
        Ended launched =
                start(link, environment, "run", "-i", SAMPLE.toString(), "-o", "launched.json", "--batch-size", "3");
        Ended started = start(
                JAVA.resolve("bin/java"),
                environment,
                "-jar",
                TARGET.resolve(NAME + ".jar").toString(),
                "run",
                "-i",
                SAMPLE.toString(),
                "-o",
                "started.json",
                "--batch-size",
                "3");
        assertThat(launched.code).as(launched.errors).isZero();
        assertThat(launched.output).isEqualTo(started.output).contains("\"processed\":10");
        assertThat(directory.resolve("launched.json")).hasSameBinaryContentAs(directory.resolve("started.json"));
    }

    @Test
    void the_classes_of_run_come_out_of_the_archive() throws Exception {
        assertFromTheArchive(
                List.of("org.checkpointrecovery.Main", "org.checkpointrecovery.cli.FileRun", "picocli.CommandLine"),
                "run",
                "-i",
                SAMPLE.toString(),
                "-o",
                "output.json");
    }

    @Test
    void the_classes_of_serve_come_out_of_the_archive() throws Exception {
        // It has built everything when it finds that the data directory cannot be read.
        Files.createDirectories(directory.resolve("data"));
        Files.createFile(directory.resolve("data/jobs"));
        assertFromTheArchive(
                List.of("org.checkpointrecovery.ServiceGraph", "org.eclipse.jetty.server.Server", "io.javalin.Javalin"),
                "serve",
                "--port",
                "0",
                "--data",
                "data",
                "--input-dir",
                ".");
    }

    private void assertFromTheArchive(List<String> classes, String... arguments) throws Exception {
        Path log = directory.resolve("classes.log");
        Map<String, String> environment =
                Map.of("JAVA_HOME", JAVA.toString(), "JAVA_OPTIONS", "-Xmx256m -Xlog:class+load:file=" + log);
        Ended ended = start(LAUNCHER, environment, arguments);
        List<String> lines = Files.readAllLines(log);
        for (String name : classes) {
            assertThat(lines)
                    .as(ended.errors)
                    .anyMatch(line -> line.contains(" " + name + " source: shared objects file"));
        }
        // What is left are proxies and method handles, which no archive of Java 17 holds.
        assertThat(lines.stream().filter(line -> line.contains("checkpoint-recovery.jar")))
                .isEmpty();
    }

    @Test
    void a_missing_archive_is_no_reason_for_a_message() throws Exception {
        assertSilent(version(copy()));
    }

    @Test
    void nor_is_a_jar_that_was_moved_or_touched_since() throws Exception {
        Path copy = copy();
        Files.copy(TARGET.resolve(NAME + ".jsa"), copy.resolveSibling(NAME + ".jsa"));
        assertSilent(version(copy));
        Files.setLastModifiedTime(copy.resolveSibling(NAME + ".jar"), FileTime.from(Instant.EPOCH));
        assertSilent(version(copy));
    }

    @Test
    void java_is_found_in_the_path_and_else_missed_in_one_line() throws Exception {
        Path tools = Files.createDirectory(directory.resolve("tools"));
        for (String tool : List.of("dirname", "readlink")) {
            Files.createSymbolicLink(tools.resolve(tool), Path.of("/usr/bin", tool));
        }
        Map<String, String> environment = Map.of("PATH", tools.toString(), "JAVA_HOME", tools.toString());
        Ended missed = start(LAUNCHER, environment, "--version");
        assertThat(missed)
                .isEqualTo(new Ended(1, "", "There is no java. Install Java 17 or newer, or set JAVA_HOME.\n"));
        Files.createSymbolicLink(tools.resolve("java"), JAVA.resolve("bin/java"));
        assertSilent(start(LAUNCHER, environment, "--version"));
    }
}
