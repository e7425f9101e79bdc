package org.checkpointrecovery.item;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.checkpointrecovery.job.Format;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineSourceTest {
    private static final int LIMIT = 10;

    /** What a source says of one item; the text in ISO 8859-1, so that each character is a byte. */
    record Read(long index, String text, boolean cut, long nextBytes) {}

    private static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static LineSource.Lines lines(byte[] input) {
        return new LineSource.Lines(input.length, LIMIT, true, true);
    }

    /** All items, one call for each if {@code most} is 1. */
    private static List<Read> readAll(ItemSource source, int most) throws IOException {
        List<Read> all = new ArrayList<>();
        try (source) {
            for (Items items = source.read(most); items.count() > 0; items = source.read(most)) {
                assertThat(items.count()).isLessThanOrEqualTo(most);
                for (int i = 0; i < items.count(); i++) {
                    Item item = items.get(i);
                    String text = new String(item.bytes(), item.start(), item.length(), StandardCharsets.ISO_8859_1);
                    boolean last = i == items.count() - 1;
                    all.add(new Read(item.index(), text, item.cut(), last ? items.nextBytes() : -1));
                }
            }
            assertThat(source.read(most).count()).as("the end stays the end").isZero();
        }
        return all;
    }

    private static List<Read> readAll(byte[] input, int bytesAtATime, int most) throws IOException {
        return readAll(new LineSource(new SlowChannel(input, bytesAtATime), lines(input), 0, 0), most);
    }

    private static List<String> texts(String input) throws IOException {
        return readAll(bytes(input), Integer.MAX_VALUE, 100).stream()
                .map(read -> read.cut() ? read.text() + "|" : read.text())
                .toList();
    }

    @Test
    void the_checksum_covers_the_bytes_up_to_the_next_item_wherever_the_source_begins() throws IOException {
        Random random = new Random(11);
        String alphabet = "ab \"\r,\n\n";
        for (int round = 0; round < 4000; round++) {
            StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? "\u00ef\u00bb\u00bf" : "");
            int length = random.nextInt(120);
            for (int i = 0; i < length; i++) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            byte[] input = bytes(text.toString());
            Format.Kind kind = List.of(Format.Kind.values()).get(random.nextInt(Format.Kind.values().length));
            Format format = new Format(kind, ',');
            LineSource.Lines lines =
                    new LineSource.Lines(input.length, LIMIT, format, random.nextBoolean(), random.nextBoolean());
            int begin = random.nextInt(3) == 0 ? 0 : random.nextInt(input.length + 1);
            CRC32C before = new CRC32C();
            before.update(input, 0, begin);
            SlowChannel channel = new SlowChannel(input, 1 + random.nextInt(20));
            try (LineSource source = new LineSource(channel, lines, begin, 0, 4 + random.nextInt(16))) {
                source.computeChecksum(before);
                Items items;
                do {
                    items = source.read(1 + random.nextInt(4));
                    CRC32C expected = new CRC32C();
                    expected.update(input, 0, (int) items.nextBytes());
                    assertThat(items.nextCrc())
                            .as("%s from %d, %s", text, begin, lines)
                            .isEqualTo(expected.getValue());
                } while (items.count() > 0);
            } catch (OpenQuoteException e) {
                assertThat(kind).isEqualTo(Format.Kind.CSV); // all that came before it was compared
            }
        }
    }

    /** The rules, written for the reader: what the fast one is compared with. */
    private static List<Read> plain(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        List<Read> all = new ArrayList<>();
        int at = text.startsWith("\u00ef\u00bb\u00bf") ? 3 : 0;
        while (at < text.length()) {
            int lineFeed = text.indexOf('\n', at);
            int behind = lineFeed < 0 ? text.length() : lineFeed + 1;
            String line = text.substring(at, lineFeed < 0 ? text.length() : lineFeed);
            if (lineFeed >= 0 && line.endsWith("\r")) {
                line = line.substring(0, line.length() - 1);
            }
            boolean cut = line.length() > LIMIT;
            String item = stripped(cut ? line.substring(0, LIMIT) : line);
            if (cut || !item.isEmpty()) {
                all.add(new Read(all.size(), item, cut, behind));
            }
            at = behind;
        }
        return all;
    }

    private static String stripped(String latin1) {
        String white = "[\t-\r\u001c- ]|\u00c2[\u0085\u00a0]";
        return latin1.replaceFirst("^(" + white + ")+", "").replaceFirst("(" + white + ")+$", "");
    }

    @Test
    void lines_end_in_lf_or_crlf_and_the_last_may_lack_its_end() throws IOException {
        assertThat(texts("a\nb\r\nc")).containsExactly("a", "b", "c");
        assertThat(texts("a\nb\r\nc\n")).containsExactly("a", "b", "c");
        assertThat(texts("a\rb\n")).as("a lone CR is no line end").containsExactly("a\rb");
        assertThat(texts("a\r\r\nb\r")).containsExactly("a", "b");
        assertThat(texts("\n")).isEmpty();
        assertThat(texts("")).isEmpty();
    }

    @Test
    void blank_lines_are_no_items_and_items_are_stripped() throws IOException {
        assertThat(texts("\n\n a \t\n \u001f\r\n\u00c2\u00a0b\u00c2\u0085\n\r\n"))
                .containsExactly("a", "b");
    }

    @Test
    void a_byte_order_mark_is_skipped_at_the_very_beginning_alone() throws IOException {
        String mark = "\u00ef\u00bb\u00bf";
        assertThat(texts(mark + "a\n" + mark + "b")).containsExactly("a", mark + "b");
        assertThat(texts(mark + mark + "a")).containsExactly(mark + "a");
        assertThat(texts(mark)).isEmpty();
        assertThat(texts("\u00ef\u00bb")).containsExactly("\u00ef\u00bb");
        byte[] input = bytes(mark + "a\nb");
        LineSource asSent =
                new LineSource(new SlowChannel(input, 1), new LineSource.Lines(input.length, LIMIT, false, true), 0, 0);
        assertThat(readAll(asSent, 10)).extracting(Read::text).containsExactly(mark + "a", "b");
    }

    @Test
    void blank_lines_are_items_where_each_line_is_one() throws IOException {
        byte[] input = bytes("a\n\n \nb\n");
        LineSource source = new LineSource(
                new SlowChannel(input, 3), new LineSource.Lines(input.length, LIMIT, false, false), 0, 0);
        assertThat(readAll(source, 10)).extracting(Read::text).containsExactly("a", "", "", "b");
    }

    @Test
    void the_limit_counts_the_bytes_between_line_ends_before_stripping() throws IOException {
        String ten = "0123456789";
        for (String end : List.of("\n", "\r\n", "")) {
            assertThat(texts(ten + end)).as("met, end %s", bytes(end)).containsExactly(ten);
            assertThat(texts(ten + "x" + end))
                    .as("exceeded, end %s", bytes(end))
                    .containsExactly(ten + "|");
            assertThat(texts("  " + ten + end)).containsExactly("01234567|");
            assertThat(texts(" ".repeat(11) + end)).containsExactly("|");
            assertThat(texts(" ".repeat(10) + end)).isEmpty();
        }
        assertThat(texts(ten + "\r"))
                .as("a CR at the end of the input is no line end")
                .containsExactly(ten + "|");
        assertThat(texts(ten + "\r\r\nb")).containsExactly(ten + "|", "b");
        assertThat(texts(ten + "\rx\nb")).containsExactly(ten + "|", "b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\nb\r\n\r\n c \nlast",
                "\u00ef\u00bb\u00bfone\r\ntwo\n\n",
                "0123456789\n0123456789x\r\n0123456789\r\nx",
                "0123456789\r\n0123456789\r\r\n0123456789\rx\r\nok\r",
                "a very long line that goes on and on\nshort\nanother line that is far too long",
                "\r\n\r\n \n\n\u00c2\u00a0\n\u00c2\u00a0x\u00c2\u00a0\n\u00c2",
                "           \n           x\nz"
            })
    void items_are_the_same_however_the_input_comes_and_wherever_one_goes_on(String text) throws IOException {
        byte[] input = bytes(text);
        List<Read> expected = plain(input);
        for (int bytesAtATime = 1; bytesAtATime <= input.length; bytesAtATime++) {
            assertThat(readAll(input, bytesAtATime, 1))
                    .as("%d bytes at a time", bytesAtATime)
                    .isEqualTo(expected);
            for (int most : new int[] {2, 3, 100}) {
                assertThat(readAll(input, bytesAtATime, most))
                        .as("%d bytes at a time, %d items", bytesAtATime, most)
                        .extracting(Read::text)
                        .isEqualTo(expected.stream().map(Read::text).toList());
            }
        }
        for (int next = 1; next < expected.size(); next++) {
            long position = expected.get(next - 1).nextBytes();
            LineSource rest = new LineSource(new SlowChannel(input, 4), lines(input), position, next);
            assertThat(readAll(rest, 1)).as("from item %d", next).isEqualTo(expected.subList(next, expected.size()));
        }
    }

    @Test
    void random_inputs_are_read_as_the_rules_say() throws IOException {
        for (long seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            String alphabet = "ab \r\n\n\u00c2\u00a0\u00ef\u00bb\u00bf";
            StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? "\u00ef\u00bb\u00bf" : "");
            for (int i = random.nextInt(80); i > 0; i--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            byte[] input = bytes(text.toString());
            assertThat(readAll(input, 1 + random.nextInt(20), 1))
                    .as("seed %d", seed)
                    .isEqualTo(plain(input));
        }
    }

    @Test
    void lines_longer_than_the_window_are_read_whole_up_to_the_limit() throws IOException {
        int window = LineSource.WINDOW_BYTES;
        for (int length : new int[] {window - 2, window - 1, window, window + 1, 3 * window, 1 << 20}) {
            for (String end : List.of("\n", "\r\n", "")) {
                String longLine = "x".repeat(length - 1) + "y";
                byte[] input = bytes("first\n" + longLine + end + (end.isEmpty() ? "" : "last"));
                for (int limit : new int[] {length - 1, length, length + 1}) {
                    LineSource source = new LineSource(
                            new SlowChannel(input, 100_000),
                            new LineSource.Lines(input.length, limit, true, true),
                            0,
                            0);
                    List<Read> all = readAll(source, 1);
                    assertThat(all).hasSize(end.isEmpty() ? 2 : 3);
                    Read item = all.get(1);
                    assertThat(item.cut())
                            .as("%d bytes, limit %d", length, limit)
                            .isEqualTo(limit < length);
                    assertThat(item.text().equals(longLine.substring(0, Math.min(limit, length))))
                            .isTrue();
                    assertThat(item.nextBytes()).isEqualTo(6 + length + end.length());
                    assertThat(all.get(all.size() - 1).text()).isEqualTo(end.isEmpty() ? item.text() : "last");
                }
            }
        }
    }

    @Test
    void an_endless_line_needs_no_more_memory_than_the_limit() throws IOException {
        long size = 3L << 30;
        EndlessLine channel = new EndlessLine(size, size - 5);
        LineSource.Lines lines = new LineSource.Lines(size, 1 << 20, true, true);
        try (LineSource source = new LineSource(channel, lines, 0, 0)) {
            Items items = source.read(10);
            assertThat(items.count()).isEqualTo(1);
            Item item = items.get(0);
            assertThat(item.cut()).isTrue();
            assertThat(item.length()).isEqualTo(1 << 20);
            assertThat(item.bytes().length).isLessThanOrEqualTo((1 << 20) + 2);
            assertThat(items.nextBytes()).isEqualTo(size - 4);
            assertThat(channel.largestRead()).isLessThanOrEqualTo(1 << 20);
            items = source.read(10);
            assertThat(items.get(0).length()).isEqualTo(4);
            assertThat(items.get(0).index()).isEqualTo(1);
        }
    }

    @Test
    void bytes_behind_the_end_that_the_input_had_are_not_read() throws IOException {
        byte[] input = bytes("a\nb\nc\n");
        LineSource source =
                new LineSource(new SlowChannel(input, 100), new LineSource.Lines(3, LIMIT, true, true), 0, 0);
        assertThat(readAll(source, 10)).extracting(Read::text).containsExactly("a", "b");
    }

    @Test
    void an_input_that_ends_before_it_should_is_truncated() throws IOException {
        byte[] input = bytes("a\nb\nc\n");
        try (LineSource source =
                new LineSource(new SlowChannel(input, 4), new LineSource.Lines(7, LIMIT, true, true), 0, 0)) {
            assertThatThrownBy(() -> readAll(source, 10))
                    .isInstanceOf(InputTruncatedException.class)
                    .hasMessageContaining("ends after 6 bytes, expected 7");
        }
    }

    @Test
    void a_line_that_is_cut_says_where_it_begins() throws IOException {
        byte[] input = bytes("\u00ef\u00bb\u00bf0123456789x\nab\n\n0123456789xyz\r\n");
        try (LineSource source = new LineSource(new SlowChannel(input, 5), lines(input), 0, 0)) {
            assertThat(source.read(10).cutLineStart()).isEqualTo(3);
            assertThat(source.read(1).lastIsCut()).isFalse();
            Items items = source.read(10);
            assertThat(items.lastIsCut()).isTrue();
            assertThat(items.cutLineStart()).isEqualTo(19);
            assertThat(items.nextBytes()).isEqualTo(input.length);
        }
    }
}
