package org.checkpointrecovery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The packed jar as a process of its own. Its standard error goes to a file, so that it never waits for a reader. */
final class PackedJar implements AutoCloseable, Leftovers.Part {
    static final int KILLED = 137;

    private static final String JAR = "target/checkpoint-recovery.jar";

    private final Process process;
    private final Path log;
    private final BufferedReader output;

    private PackedJar(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static PackedJar start(
            Path directory, List<String> jvmOptions, Map<String, String> environment, String... arguments)
            throws IOException {
        return start(directory, jvmOptions, List.of("-jar", JAR), environment, arguments);
    }

    /** The same program out of the classes that are not packed yet. */
    static PackedJar startClasses(Path directory, List<String> jvmOptions, String... arguments) throws IOException {
        String classes = "target/classes" + File.pathSeparator + System.getProperty("java.class.path");
        return start(directory, jvmOptions, List.of("-cp", classes, Main.class.getName()), Map.of(), arguments);
    }

    private static PackedJar start(
            Path directory,
            List<String> jvmOptions,
            List<String> program,
            Map<String, String> environment,
            String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(program);
        command.addAll(List.of(arguments));
        Path log = directory.resolve("stderr.log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        PackedJar started = new PackedJar(builder.start(), log);
        Leftovers.started(started);
        return started;
    }

    static PackedJar start(Path directory, String... arguments) throws IOException {
        return start(
                directory,
                List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-XX:-UsePerfData"),
                Map.of(),
                arguments);
    }

    /** A service on a free port that keeps its data in {@code directory/data}. */
    static PackedJar serve(Path directory, String... options) throws IOException {
        return serve(directory, 0, options);
    }

    static PackedJar serve(Path directory, int port, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("serve", "--port", String.valueOf(port)));
        arguments.addAll(List.of("--data", directory.resolve("data").toString()));
        arguments.addAll(List.of("--input-dir", directory.toString()));
        arguments.addAll(List.of(options));
        return start(directory, arguments.toArray(String[]::new));
    }

    /** Waits until the service accepts requests, and returns its address. */
    String url() {
        try {
            String line = output.readLine();
            assertThat(line).as(log()).matches("READY https?://127.0.0.1:\\d+");
            return requireNonNull(line).substring("READY ".length());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes to standard input, and ends it. The process must read while it is written, or it must fit into a pipe. */
    void input(byte[] bytes) throws IOException {
        try (OutputStream input = process.getOutputStream()) {
            input.write(bytes);
        }
    }

    /** What the process prints on standard output until its end. */
    String output() throws IOException {
        StringBuilder all = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            all.append(line).append('\n');
        }
        return all.toString();
    }

    /** What the process, and others with the same directory, wrote on standard error. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many threads the process has now. */
    int threads() throws IOException {
        return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("Threads:"))
                .mapToInt(line ->
                        Integer.parseInt(line.substring("Threads:".length()).strip()))
                .findFirst()
                .orElseThrow();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** As {@code kill -9} does. */
    void kill() {
        process.destroyForcibly();
        exitCode();
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    int exitCode() {
        try {
            int unused = Await.end(process);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        List<ProcessHandle> descendants = process.descendants().toList();
        kill();
        descendants.forEach(ProcessHandle::destroyForcibly);
        descendants.forEach(descendant -> descendant.onExit().join());
        Leftovers.closed(this);
    }
}
