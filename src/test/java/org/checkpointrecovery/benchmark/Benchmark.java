package org.checkpointrecovery.benchmark;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Times whole processes: the {@code run} command beside plain loops without a checkpoint, in turns, so that a noisy machine is
 * noisy for all of them. Prints medians and the ratio to the plain loops.
 *
 * <pre>java -cp target/test-classes:target/checkpoint-recovery.jar org.checkpointrecovery.benchmark.Benchmark [LINES [ROUNDS]]</pre>
 */
public final class Benchmark {
    private static final String JAR = "target/checkpoint-recovery.jar";
    private static final String BYTES = "plain loop on bytes";
    private static final String STRINGS = "plain loop on strings";
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private final Path directory;
    private final Path input;

    private Benchmark(Path directory) {
        this.directory = directory;
        this.input = directory.resolve("input.txt");
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int lines = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        Path directory = Files.createTempDirectory("benchmark");
        try {
            new Benchmark(directory).run(lines, rounds);
        } finally {
            try (var files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
    }

    private void run(int lines, int rounds) throws IOException, InterruptedException {
        SampleLines.write(input, lines);
        Map<String, List<String>> commands = commands(lines);
        Map<String, double[]> seconds = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            int slot = round;
            for (Map.Entry<String, List<String>> command : commands.entrySet()) {
                double time = time(command.getValue());
                seconds.computeIfAbsent(command.getKey(), name -> new double[rounds])[slot] = time;
            }
        }
        double bytes = median(requireNonNull(seconds.get(BYTES)));
        double strings = median(requireNonNull(seconds.get(STRINGS)));
        System.out.printf(Locale.ROOT, "%,d lines, %,d bytes, %d rounds, medians%n", lines, Files.size(input), rounds);
        System.out.printf("%-28s %9s %12s %14s %16s%n", "", "seconds", "items/s", "loop on bytes", "loop on strings");
        seconds.forEach((name, times) -> System.out.printf(
                Locale.ROOT,
                "%-28s %9.2f %,12.0f %13.2fx %15.2fx%n",
                name,
                median(times),
                lines / median(times),
                bytes / median(times),
                strings / median(times)));
    }

    private Map<String, List<String>> commands(int lines) {
        Map<String, List<String>> commands = new LinkedHashMap<>();
        commands.put(BYTES, plain("bytes"));
        commands.put(STRINGS, plain("strings"));
        for (int batchSize : new int[] {3, 100, 1000, 10_000}) {
            commands.put("group commit, batch " + batchSize, job(batchSize, "group"));
        }
        for (int batchSize : lines > 100_000 ? new int[] {1000, 10_000} : new int[] {3, 100, 1000}) {
            commands.put("commit each, batch " + batchSize, job(batchSize, "each"));
        }
        return commands;
    }

    private List<String> plain(String kind) {
        String output = directory.resolve("plain.jsonl").toString();
        return List.of(
                JAVA, "-cp", "target/test-classes:" + JAR, PlainLoops.class.getName(), kind, input.toString(), output);
    }

    private List<String> job(int batchSize, String commit) {
        List<String> command = new ArrayList<>(List.of(JAVA, "-jar", JAR, "run", "--input", input.toString()));
        command.addAll(List.of("--output", directory.resolve("results.json").toString()));
        command.addAll(
                List.of("--checkpoint", directory.resolve("checkpoint.json").toString()));
        command.addAll(List.of("--batch-size", String.valueOf(batchSize), "--commit", commit));
        return command;
    }

    private double time(List<String> command) throws IOException, InterruptedException {
        Path log = directory.resolve("log");
        long begin = System.nanoTime();
        int code = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        double seconds = (System.nanoTime() - begin) / 1e9;
        if (code != 0) {
            throw new IOException(command + " ended with " + code + ": " + Files.readString(log));
        }
        return seconds;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
