package org.checkpointrecovery.item;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkpointrecovery.job.Format;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where the items of each format begin and end, compared with the rules as one would write them down. */
class FormatSourcesTest {
    private static final int LIMIT = 10;
    private static final int RANDOM_INPUTS = 1500;

    private record Read(String text, boolean cut, long nextBytes) {}

    /** What stands for the exception that a quotation mark is open at the end. */
    private static Read open(long line, long offset) {
        return new Read("open in line " + line, true, offset);
    }

    private static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Format format(Format.Kind kind) {
        return new Format(kind, kind == Format.Kind.CSV ? ';' : ',');
    }

    private static LineSource.Lines lines(byte[] input, Format.Kind kind) {
        boolean raw = kind == Format.Kind.RAW_LINES;
        return new LineSource.Lines(input.length, LIMIT, format(kind), !raw, !raw);
    }

    private static List<Read> readAll(byte[] input, Format.Kind kind, int bytesAtATime, int most, long position)
            throws IOException {
        List<Read> all = new ArrayList<>();
        try (LineSource source =
                new LineSource(new SlowChannel(input, bytesAtATime), lines(input, kind), position, 0)) {
            for (Items items = source.read(most); items.count() > 0; items = source.read(most)) {
                for (int i = 0; i < items.count(); i++) {
                    Item item = items.get(i);
                    String text = new String(item.bytes(), item.start(), item.length(), StandardCharsets.ISO_8859_1);
                    all.add(new Read(text, item.cut(), i == items.count() - 1 ? items.nextBytes() : -1));
                }
            }
        } catch (OpenQuoteException e) {
            Matcher place = Pattern.compile("in line (\\d+) of the input, at byte offset (\\d+)")
                    .matcher(e.getMessage());
            assertThat(place.find()).as(e.getMessage()).isTrue();
            all.add(open(Long.parseLong(place.group(1)), Long.parseLong(place.group(2))));
        }
        return all;
    }

    /** The rules, written for the reader. */
    private static List<Read> plain(byte[] input, Format.Kind kind) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        boolean raw = kind == Format.Kind.RAW_LINES;
        List<Read> all = new ArrayList<>();
        int at = !raw && text.startsWith("\u00ef\u00bb\u00bf") ? 3 : 0;
        while (at < text.length()) {
            int lineFeed = kind == Format.Kind.CSV ? recordEnd(text, at) : text.indexOf('\n', at);
            if (lineFeed < -1) {
                int offset = -lineFeed - 2;
                all.add(open(
                        1
                                + text.substring(0, offset)
                                        .chars()
                                        .filter(c -> c == '\n')
                                        .count(),
                        offset));
                return all;
            }
            int behind = lineFeed < 0 ? text.length() : lineFeed + 1;
            String line = text.substring(at, lineFeed < 0 ? text.length() : lineFeed);
            if (lineFeed >= 0 && line.endsWith("\r")) {
                line = line.substring(0, line.length() - 1);
            }
            boolean cut = line.length() > LIMIT;
            String item = cut ? line.substring(0, LIMIT) : line;
            if (kind == Format.Kind.JSONL || kind == Format.Kind.LINES) {
                String white = "[\t-\r\u001c- ]|\u00c2[\u0085\u00a0]";
                item = item.replaceFirst("^(" + white + ")+", "").replaceFirst("(" + white + ")+$", "");
            }
            if (raw || cut || !item.isEmpty()) {
                all.add(new Read(item, cut, behind));
            }
            at = behind;
        }
        return all;
    }

    /**
     * Field by field: the line feed behind the record that begins at {@code start}, or -1. If a quotation mark is open at the
     * end, its place as a number below -1: -2 for the first.
     */
    private static int recordEnd(String text, int start) {
        int at = start;
        while (true) {
            if (at < text.length() && text.charAt(at) == '"') {
                int opening = at;
                at++;
                while (true) {
                    int mark = text.indexOf('"', at);
                    if (mark < 0) {
                        return -2 - opening;
                    }
                    at = mark + 1;
                    if (at == text.length() || text.charAt(at) != '"') {
                        break;
                    }
                    at++;
                }
            }
            while (at < text.length() && text.charAt(at) != ';' && text.charAt(at) != '\n') {
                at++;
            }
            if (at == text.length()) {
                return -1;
            }
            if (text.charAt(at) == '\n') {
                return at;
            }
            at++;
        }
    }

    private static void check(byte[] input, Format.Kind kind, String what) throws IOException {
        List<Read> expected = plain(input, kind);
        for (int bytesAtATime = 1; bytesAtATime <= input.length; bytesAtATime++) {
            assertThat(readAll(input, kind, bytesAtATime, 1, 0))
                    .as("%s, %d bytes at a time", what, bytesAtATime)
                    .isEqualTo(expected);
            assertThat(readAll(input, kind, bytesAtATime, 3, 0))
                    .as("%s, %d bytes at a time, three items", what, bytesAtATime)
                    .extracting(Read::text)
                    .isEqualTo(expected.stream().map(Read::text).toList());
        }
        for (int next = 1; next < expected.size(); next++) { // the place of an open quotation mark stays the same
            assertThat(readAll(input, kind, 4, 1, expected.get(next - 1).nextBytes()))
                    .as("%s, from item %d", what, next)
                    .isEqualTo(expected.subList(next, expected.size()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void random_inputs_are_cut_as_the_rules_say_however_they_come_and_wherever_one_goes_on(Format.Kind kind)
            throws IOException {
        String alphabet = "ab;\"\"\r\n\n \u00c2\u00a0";
        for (long seed = 0; seed < RANDOM_INPUTS; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? "\u00ef\u00bb\u00bf" : "");
            for (int i = random.nextInt(60); i > 0; i--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            check(bytes(text.toString()), kind, "seed " + seed);
        }
    }

    private static List<String> texts(String input, Format.Kind kind) throws IOException {
        return readAll(bytes(input), kind, 1000, 100, 0).stream()
                .map(read -> read.cut() ? read.text() + "|" : read.text())
                .toList();
    }

    @Test
    void raw_lines_are_as_they_are_but_for_their_ends() throws IOException {
        assertThat(texts("\u00ef\u00bb\u00bfa \n\n\t\r\n\r\r\nb\r", Format.Kind.RAW_LINES))
                .containsExactly("\u00ef\u00bb\u00bfa ", "", "\t", "\r", "b\r");
        assertThat(texts("\n", Format.Kind.RAW_LINES)).containsExactly("");
        assertThat(texts("", Format.Kind.RAW_LINES)).isEmpty();
        assertThat(texts(" ".repeat(11) + "\n", Format.Kind.RAW_LINES)).containsExactly(" ".repeat(10) + "|");
    }

    @Test
    void a_record_of_csv_goes_on_where_a_line_end_is_in_quotation_marks() throws IOException {
        assertThat(texts("a;\"b\nc\"\r\n\r\n\nd;\"\"\n\"\"\"\n\"\n", Format.Kind.CSV))
                .containsExactly("a;\"b\nc\"", "d;\"\"", "\"\"\"\n\"");
        assertThat(texts("a\"b\nc;\"d\"e\nf", Format.Kind.CSV))
                .as("a quotation mark within a field that began without one opens nothing")
                .containsExactly("a\"b", "c;\"d\"e", "f");
        assertThat(readAll(bytes("a\n;\"b\"\"\nc\n"), Format.Kind.CSV, 1000, 100, 0))
                .as("one that is never closed")
                .containsExactly(new Read("a", false, 2), open(2, 3));
        assertThat(texts(" \na\n", Format.Kind.CSV)).as("a space is a value").containsExactly(" ", "a");
    }

    @Test
    void a_record_of_csv_that_is_too_long_is_passed_over_to_its_real_end() throws IOException {
        assertThat(texts("a\n\"0123\n5678\n;\"\"\n\";c\nb\n", Format.Kind.CSV))
                .containsExactly("a", "\"0123\n5678|", "b");
        String window = "x\n".repeat(LineSource.WINDOW_BYTES);
        assertThat(texts("\"" + window + "\"\"" + window + "\"\nb\n", Format.Kind.CSV))
                .containsExactly("\"x\nx\nx\nx\nx|", "b");
    }

    /** Around the windows that the input is read in, and behind the limit, where the rest of a record is passed over. */
    @Test
    void an_open_quotation_mark_is_found_wherever_it_is_and_however_long_the_input_goes_on() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            StringBuilder text = new StringBuilder();
            int before = random.nextInt(3) * LineSource.WINDOW_BYTES + random.nextInt(20) - (round % 2 == 0 ? 10 : 0);
            while (text.length() < before) {
                text.append(random.nextInt(4) == 0 ? "\"q\nr\";x\r\n" : "abc;def\n");
            }
            text.append("1;");
            int offset = text.length();
            long line = 1 + text.chars().filter(c -> c == '\n').count();
            text.append('"').append("x;\"\"\n".repeat(random.nextInt(3) * 60_000 + random.nextInt(12)));
            List<Read> all = readAll(bytes(text.toString()), Format.Kind.CSV, 1 << 20, 1000, 0);
            assertThat(all.get(all.size() - 1))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(open(line, offset));
        }
    }

    @Test
    void without_quotation_a_record_of_csv_is_a_line() throws IOException {
        byte[] input = bytes("a\n\"b\r\n\n;\"c;\n\"");
        Format unquoted = format(Format.Kind.CSV).withQuote(Format.Quote.NONE);
        LineSource.Lines all = new LineSource.Lines(input.length, LIMIT, unquoted, true, true);
        List<String> texts = new ArrayList<>();
        try (LineSource source = new LineSource(new SlowChannel(input, 3), all, 0, 0)) {
            for (Items items = source.read(1); items.count() > 0; items = source.read(1)) {
                Item item = items.get(0);
                texts.add(new String(item.bytes(), item.start(), item.length(), StandardCharsets.ISO_8859_1));
            }
        }
        assertThat(texts).containsExactly("a", "\"b", ";\"c;", "\"");
    }
}
