package org.checkpointrecovery.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.checkpointrecovery.sink.ResultRecords.Layout;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.DamagedFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Results of a retry that are merged into an output. */
class ResultMergeTest {
    private static final Path OUTPUT = Path.of("/output");
    private static final Path RESULTS = Path.of("/results");
    private static final Path MERGED = Path.of("/merged");

    private final CrashingDisk disk = new CrashingDisk(1);

    private static String lines(List<String> results) {
        return results.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    private static String output(Layout layout, List<String> results) throws IOException {
        return switch (layout) {
            case LINES -> lines(results);
            case ARRAY -> results.isEmpty() ? "[\n]\n" : "[\n" + String.join(",\n", results) + "\n]\n";
            case TABLE -> table(results);
        };
    }

    private static String table(List<String> results) throws IOException {
        Iterator<String> lines = results.iterator();
        CsvTable table = new CsvTable(() -> lines.hasNext() ? lines.next().getBytes(UTF_8) : null);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while (table.next(out)) {
            // until there is none
        }
        return out.toString(UTF_8);
    }

    private String merged(Layout layout, String output, String results) throws IOException {
        disk.write(OUTPUT, output.getBytes(UTF_8));
        byte[] bytes = (results + "{\"index\":").getBytes(UTF_8);
        disk.write(RESULTS, bytes);
        ResultMerge.write(disk, OUTPUT, layout, RESULTS, results.getBytes(UTF_8).length, MERGED);
        return disk.text(MERGED);
    }

    @ParameterizedTest
    @EnumSource
    void the_merged_output_is_the_whole_one_and_merging_again_changes_nothing(Layout layout) throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed of the results: " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 12; round++) {
            List<String> all = IntStream.range(0, random.nextInt(12))
                    .mapToObj(index -> "{\"index\":" + index + ",\"text\":\"" + text(random) + "\"}")
                    .toList();
            int bound = 1 + random.nextInt(3); // of how many, one is retried
            List<Boolean> retried =
                    all.stream().map(line -> random.nextInt(bound) == 0).toList();
            List<String> before = IntStream.range(0, all.size())
                    .filter(i -> !retried.get(i))
                    .mapToObj(all::get)
                    .toList();
            List<String> again = IntStream.range(0, all.size())
                    .filter(retried::get)
                    .mapToObj(all::get)
                    .toList();
            String whole = output(layout, all);
            assertThat(merged(layout, output(layout, before), lines(again))).isEqualTo(whole);
            assertThat(merged(layout, whole, lines(again))).isEqualTo(whole);
        }
    }

    /** Sometimes longer than what is read at once, and with what CSV must quote. */
    private static String text(Random random) {
        String text = "a,\\\"b\\\"\\r\\n\u20ac,".repeat(random.nextInt(4));
        return random.nextInt(10) == 0 ? text + "x".repeat(200_000 + random.nextInt(200_000)) + text : text;
    }

    @Test
    void the_result_of_the_retry_counts_if_there_are_two() throws IOException {
        String old = "{\"index\":1,\"text\":\"old\"}\n{\"index\":2}\n";
        assertThat(merged(Layout.LINES, old, "{\"index\":0}\n{\"index\":1,\"text\":\"new\"}\n"))
                .isEqualTo("{\"index\":0}\n{\"index\":1,\"text\":\"new\"}\n{\"index\":2}\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "LINES | {\"index\":1}\\n{\"index\":1}\\n | has index 1 after index 1",
                "LINES | {\"index\":1}\\n\\n | not a whole record with an item index: line 2",
                "LINES | {\"index\":1},\\n | not a whole record with an item index: line 1",
                "LINES | {\"index\":1234567890123456789}\\n | not a whole record with an item index: line 1",
                "LINES | {\"index\":1.5}\\n | not a whole record with an item index: line 1",
                "ARRAY | '' | does not start with [",
                "ARRAY | [\\n{\"index\":1}\\n{\"index\":2}\\n]\\n | has no comma before line 3",
                "ARRAY | [\\n{\"index\":1},\\n]\\n | not a whole record with an item index: line 3",
                "ARRAY | [{\"index\":1}]\\n | does not start with [",
                "TABLE | indexes,a\\r\\n1,2\\r\\n | does not start with the column index",
                "TABLE | index,a\\r\\n1,2\\r\\n1.5,2\\r\\n | not a whole record with an item index: line 3",
                "TABLE | index,a\\r\\n1,\"2\\r\\n | has a quotation mark that is never closed"
            })
    void an_output_in_another_layout_is_refused(Layout layout, String output, String message) {
        assertThatThrownBy(() -> merged(layout, output.replace("\\r", "\r").replace("\\n", "\n"), ""))
                .isInstanceOf(DamagedFileException.class)
                .hasMessageStartingWith("/output is not ")
                .hasMessageContaining(message);
    }
}
