package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.TreeMap;
import org.checkpointrecovery.storage.DamagedFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexedLinesTest {
    @TempDir
    Path directory;

    private long startOf(String lines, long index) throws IOException {
        Path file = directory.resolve("results.jsonl");
        Files.writeString(file, lines + "{\"index\":9,\"uncommitted");
        try (FileChannel channel = FileChannel.open(file)) {
            return new IndexedLines(channel, lines.getBytes(StandardCharsets.UTF_8).length).startOf(index);
        }
    }

    @Test
    void a_line_is_found_by_its_index_or_the_next_one_is() throws IOException {
        String lines = "{\"index\":2,\"a\":1}\n{\"index\":5}\n{\"index\":1234567890123}\n";
        for (long index = 0; index <= 2; index++) {
            assertThat(startOf(lines, index)).isZero();
        }
        for (long index = 3; index <= 5; index++) {
            assertThat(startOf(lines, index)).isEqualTo(lines.indexOf("{\"index\":5"));
        }
        assertThat(startOf(lines, 6)).isEqualTo(lines.indexOf("{\"index\":1234"));
        assertThat(startOf(lines, 1234567890124L)).isEqualTo(lines.length());
        assertThat(startOf("", 0)).isZero();
    }

    @Test
    void every_index_is_found_among_lines_of_any_length() throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed: " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 30; round++) {
            TreeMap<Long, Long> starts = new TreeMap<>();
            StringBuilder lines = new StringBuilder();
            long index = 0;
            for (int line = random.nextInt(60); line >= 0; line--) {
                index += 1 + random.nextInt(3);
                starts.put(index, (long) lines.length());
                int length = random.nextInt(10) == 0 ? random.nextInt(40_000) : random.nextInt(60);
                lines.append("{\"index\":").append(index).append(",\"text\":\"");
                lines.append("x".repeat(length)).append("\"}\n");
            }
            starts.put(Long.MAX_VALUE, (long) lines.length());
            for (long wanted = 0; wanted <= index + 2; wanted++) {
                assertThat(startOf(lines.toString(), wanted))
                        .as("seed %d, round %d, index %d", seed, round, wanted)
                        .isEqualTo(starts.ceilingEntry(wanted).getValue());
            }
        }
    }

    @Test
    void a_line_without_an_index_is_damage() {
        assertThatThrownBy(() -> startOf("{\"index\":1}\nnothing\n{\"index\":3}\n", 2))
                .isInstanceOf(DamagedFileException.class);
    }
}
