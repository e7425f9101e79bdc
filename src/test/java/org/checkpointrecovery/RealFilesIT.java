package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that others really publish, from Debian packages. Each run is crashed twice on its way; its output is that of a run
 * without a crash, and its items are those that Python's {@code csv} and {@code json} read.
 */
class RealFilesIT {
    private static final Path OUI = Path.of("/usr/share/ieee-data/oui.csv");
    private static final Path SUBDIVISIONS = Path.of("/usr/share/iso-codes/json/iso_3166-2.json");
    private static final Path UNICODE_DATA = Path.of("/usr/share/unicode/UnicodeData.txt");

    @TempDir
    Path directory;

    /** The registry of network card makers: quoted fields with commas, line ends and doubled quotation marks. */
    @Test
    void quoted_csv() throws Exception {
        Path file = available(OUI, "ieee-data");
        checkCrashedTwice(file, List.of("--format", "csv"), 20_000, "csv", file.toString(), ",", "double", "first");
    }

    /** The same, as Windows tools save it. */
    @Test
    void quoted_csv_in_utf_16() throws Exception {
        Path file = available(OUI, "ieee-data");
        Path coded = recoded(file, StandardCharsets.UTF_16LE);
        List<String> options = List.of("--format", "csv", "--encoding", "UTF-16LE");
        checkCrashedTwice(coded, options, 20_000, "csv", file.toString(), ",", "double", "first");
    }

    /** The characters of Unicode: semicolons, no header, mostly empty fields; here as a .gz file. */
    @Test
    void csv_without_a_header_and_without_quotes_in_gzip() throws Exception {
        Path file = available(UNICODE_DATA, "unicode-data");
        Path zipped = directory.resolve("UnicodeData.txt.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            Files.copy(file, out);
        }
        List<String> options =
                List.of("--format", "csv", "--delimiter", ";", "--csv-header", "none", "--csv-quote", "none");
        checkCrashedTwice(zipped, options, 30_000, "csv", file.toString(), ";", "none", "none");
    }

    /** Provinces and states, in many scripts. */
    @Test
    void json_lines() throws Exception {
        JsonMapper json = new JsonMapper();
        List<String> lines = new ArrayList<>();
        for (JsonNode entry :
                json.readTree(available(SUBDIVISIONS, "iso-codes").toFile()).get("3166-2")) {
            lines.add(json.writeValueAsString(entry));
        }
        Path file = Files.write(directory.resolve("subdivisions.jsonl"), lines);
        checkCrashedTwice(file, List.of("--format", "jsonl"), 4000, "jsonl", file.toString());
    }

    private static Path available(Path file, String debianPackage) {
        skipWithout(Files.isReadable(file), file, debianPackage);
        boolean python = Stream.of(System.getenv("PATH").split(":", -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "python3")));
        skipWithout(python, "python3", "python3");
        return file;
    }

    private static void skipWithout(boolean isThere, Object what, String debianPackage) {
        if (!isThere) {
            String why = what + " is missing: install Debian's package " + debianPackage;
            System.out.println("SKIPPED: " + why);
            assertThat(System.getenv("CI")).as(why).isNotEqualTo("true");
            abort(why);
        }
    }

    private Path recoded(Path file, Charset charset) throws Exception {
        return Files.write(
                directory.resolve("recoded.csv"), Files.readString(file).getBytes(charset));
    }

    /** @param plain the file as Python is to read it, with {@code kind} and the options of its reader */
    private void checkCrashedTwice(
            Path file, List<String> options, int atLeast, String kind, String plain, String... reader)
            throws Exception {
        Path clean = run(file, "clean.json", options, 0, "--batch-size", "1000");
        run(
                file,
                "crashed.json",
                options,
                3,
                "--batch-size",
                "97",
                "--simulate-crash",
                "1234",
                "--crash-point",
                "torn-results");
        run(
                file,
                "crashed.json",
                options,
                3,
                "--batch-size",
                "97",
                "--simulate-crash",
                "3456",
                "--crash-point",
                "torn-checkpoint");
        Path crashed = run(file, "crashed.json", options, 0, "--batch-size", "97");
        assertThat(crashed).hasSameBinaryContentAs(clean);
        assertThat(Files.exists(directory.resolve("crashed.json.errors.jsonl"))).isFalse();

        List<String> command = new ArrayList<>(
                List.of("python3", "src/test/python/compare_items.py", kind, plain, crashed.toString()));
        command.addAll(List.of(reader));
        Path said = directory.resolve("python.txt");
        Process python = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(python.waitFor(5, TimeUnit.MINUTES)).isTrue();
        String answer = Files.readString(said).strip();
        assertThat(python.exitValue()).as(answer).isZero();
        assertThat(Integer.parseInt(answer)).isGreaterThan(atLeast);
    }

    private Path run(Path input, String output, List<String> options, int exitCode, String... more) throws Exception {
        Path results = directory.resolve(output);
        List<String> arguments =
                new ArrayList<>(List.of("run", "--input", input.toString(), "--output", results.toString()));
        arguments.addAll(options);
        arguments.addAll(List.of(more));
        Files.deleteIfExists(directory.resolve("stderr.log"));
        try (PackedJar jar = PackedJar.start(directory, arguments.toArray(new String[0]))) {
            String said = jar.output();
            assertThat(jar.exitCode()).as(said + jar.log()).isEqualTo(exitCode);
        }
        return results;
    }
}
