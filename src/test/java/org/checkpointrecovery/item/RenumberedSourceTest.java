package org.checkpointrecovery.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RenumberedSourceTest {
    private static final byte[] COPIES = "a\nbb\n\nccc\n".getBytes(StandardCharsets.US_ASCII);
    private static final long[] INDEXES = {3, 4, 1L << 40, (1L << 40) + 7};

    private static byte[] indexes(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count * Long.BYTES);
        for (int i = 0; i < count; i++) {
            bytes.putLong(INDEXES[i]);
        }
        return bytes.array();
    }

    private static RenumberedSource source(byte[] indexes, int bytesAtATime, long position, long firstItem)
            throws IOException {
        LineSource.Lines lines = new LineSource.Lines(COPIES.length, 100, false, false);
        return new RenumberedSource(
                new LineSource(new SlowChannel(COPIES, bytesAtATime), lines, position, firstItem),
                new SlowChannel(indexes, bytesAtATime),
                firstItem);
    }

    private static List<String> readAll(RenumberedSource source, int most) throws IOException {
        List<String> all = new ArrayList<>();
        try (source) {
            for (Items items = source.read(most); items.count() > 0; items = source.read(most)) {
                for (int i = 0; i < items.count(); i++) {
                    Item item = items.get(i);
                    all.add(item.index()
                            + new String(item.bytes(), item.start(), item.length(), StandardCharsets.US_ASCII));
                }
            }
        }
        return all;
    }

    @Test
    void copies_keep_the_index_that_they_had() throws IOException {
        List<String> expected = List.of("3a", "4bb", (1L << 40) + "", ((1L << 40) + 7) + "ccc");
        for (int bytesAtATime : new int[] {1, 3, 8, 100}) {
            for (int most : new int[] {1, 2, 100}) {
                assertThat(readAll(source(indexes(4), bytesAtATime, 0, 0), most))
                        .isEqualTo(expected);
                assertThat(readAll(source(indexes(4), bytesAtATime, 2, 1), most))
                        .isEqualTo(expected.subList(1, 4));
                assertThat(readAll(source(indexes(4), bytesAtATime, 6, 3), most))
                        .isEqualTo(expected.subList(3, 4));
            }
        }
    }

    @Test
    void too_few_indexes_are_a_truncated_input() {
        assertThatThrownBy(() -> readAll(source(indexes(3), 5, 0, 0), 2)).isInstanceOf(InputTruncatedException.class);
    }
}
