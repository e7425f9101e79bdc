package org.checkpointrecovery.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that wait, in memory or in a file. */
class SpoolTest {
    @TempDir
    Path directory;

    private Spools spools = new Spools(new LocalDisk(), Path.of(""));

    @BeforeEach
    void open() {
        spools = new Spools(new LocalDisk(), directory.resolve("spool"));
        spools.open();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> paths = Files.list(directory.resolve("spool"))) {
            return paths.toList();
        }
    }

    private static byte[] all(Spool spool) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part = spool.read(0, 7000); part.length > 0; part = spool.read(all.size(), 7000)) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @Test
    void what_was_written_is_read_again_in_pieces_at_once_and_as_a_stream() throws IOException {
        for (int length : new int[] {0, 1, Spool.MEMORY_BYTES, Spool.MEMORY_BYTES + 1, 300_000}) {
            byte[] bytes = new byte[length];
            new Random(length).nextBytes(bytes);
            try (Spool spool = spools.begin()) {
                for (int at = 0; at < length; at += 1000) {
                    spool.write(bytes, at, Math.min(1000, length - at));
                }
                assertThat(spool.length()).isEqualTo(length);
                assertThat(spool.isInMemory()).isEqualTo(length <= Spool.MEMORY_BYTES);
                assertThat(all(spool)).isEqualTo(bytes);
                assertThat(spool.readAll()).isEqualTo(bytes);
                try (InputStream in = spool.input()) {
                    assertThat(in.readAllBytes()).isEqualTo(bytes);
                }
            }
            assertThat(files()).isEmpty();
        }
    }

    @Test
    void what_a_crash_left_is_deleted() throws IOException {
        try (Spool spool = spools.begin()) {
            spool.write(new byte[100_000]);
            assertThat(files()).hasSize(1);
            new Spools(new LocalDisk(), directory.resolve("spool")).open();
            assertThat(files()).isEmpty();
        }
    }
}
