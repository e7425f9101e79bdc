package org.checkpointrecovery.item;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitedSourceTest {
    private static final byte[] INPUT = "a\nb\nc\nd\ne\n".getBytes(StandardCharsets.US_ASCII);

    private final SlowChannel channel = new SlowChannel(INPUT, 100);

    private LimitedSource limited(long items) {
        LineSource.Lines lines = new LineSource.Lines(INPUT.length, 100, false, false);
        return new LimitedSource(new LineSource(channel, lines, 0, 0), items);
    }

    private static List<String> readAll(ItemSource source, int most) throws IOException {
        List<String> all = new ArrayList<>();
        for (Items items = source.read(most); items.count() > 0; items = source.read(most)) {
            assertThat(items.count()).isLessThanOrEqualTo(most);
            for (int i = 0; i < items.count(); i++) {
                Item item = items.get(i);
                all.add(item.index()
                        + new String(item.bytes(), item.start(), item.length(), StandardCharsets.US_ASCII));
            }
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 100})
    void the_first_items_are_there_and_no_others_however_many_are_read_at_once(int most) throws IOException {
        List<String> all = List.of("0a", "1b", "2c", "3d", "4e");
        for (int items = 0; items <= 5; items++) {
            assertThat(readAll(limited(items), most)).isEqualTo(all.subList(0, items));
        }
        assertThat(readAll(limited(6), most)).isEqualTo(all);
        assertThat(readAll(limited(1L << 40), most)).isEqualTo(all);
    }

    @Test
    void the_end_stays_the_end_and_nothing_behind_it_is_read() throws IOException {
        LimitedSource source = limited(2);
        assertThat(source.read(100).nextBytes()).isEqualTo(4);
        assertThat(source.read(100).count()).isZero();
        assertThat(source.read(1).count()).isZero();
    }

    @Test
    void the_other_source_is_closed_with_it() throws IOException {
        limited(2).close();
        assertThat(channel.isOpen()).isFalse();
    }
}
