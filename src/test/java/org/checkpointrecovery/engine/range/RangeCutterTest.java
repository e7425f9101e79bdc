package org.checkpointrecovery.engine.range;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.checkpointrecovery.item.Item;
import org.checkpointrecovery.item.ItemSource;
import org.checkpointrecovery.item.Items;
import org.checkpointrecovery.item.LimitedSource;
import org.checkpointrecovery.item.OpenQuoteException;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.Input;
import org.checkpointrecovery.storage.InputItems;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How inputs are cut into ranges, and that a range holds the items that the whole input has there. */
class RangeCutterTest {
    private static final Path INPUT = Path.of("/input");
    private static final int MAX_ITEM_BYTES = 60;
    private static final int SEEDS = 400;
    private static final long ANY = Long.MAX_VALUE;

    private final CrashingDisk disk = new CrashingDisk(0);

    /** An item, and where the one behind it is looked for. */
    private record Read(long index, String bytes, boolean cut, long nextBytes) {}

    /** Inputs of a format with all that is odd about them, from pieces in random order. */
    enum Sample {
        LINES(Format.Kind.LINES, "", "one\n", " two \r\n", "\n", "  \r\n", "x".repeat(61) + "\n", "\ud83d\ude00\n"),
        RAW_LINES(Format.Kind.RAW_LINES, "", "one\n", " two \r\n", "\n", "\r\r\n", " ".repeat(70) + "\r\n"),
        JSONL(
                Format.Kind.JSONL,
                "",
                "{\"a\":\"\\n\"}\n",
                " [1, 2]\r\n",
                "\r\n",
                "nope\n",
                "\"" + "x".repeat(61) + "\"\n"),
        CSV(
                Format.Kind.CSV,
                "\"i\nd\";b\r\n",
                "0;a\n",
                "1;\"a\r\n\n;\"\"b\"\r\n",
                "\n",
                "\r\n",
                "ragged\n",
                "\"3\"x;\"\n\"\n",
                "2;\"" + "01234\n".repeat(20) + "\"\n");

        private final Format.Kind kind;
        private final String beginning;
        private final String pieces;

        Sample(Format.Kind kind, String beginning, String... pieces) {
            this.kind = kind;
            this.beginning = beginning;
            this.pieces = String.join("|", pieces);
        }

        Format format() {
            return new Format(kind, ';');
        }

        byte[] bytes(Random random, int most) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "\ufeff" : "");
            if (kind == Format.Kind.CSV && random.nextBoolean()) {
                text.append("\r\n\n");
            }
            text.append(beginning);
            String[] each = pieces.split("\\|", -1);
            for (int left = random.nextInt(most + 1); left > 0; left--) {
                text.append(each[random.nextInt(each.length)]);
            }
            if (random.nextBoolean()) {
                text.append(kind == Format.Kind.CSV ? "9;\"a\nb\"z" : "last");
            }
            return text.toString().getBytes(UTF_8);
        }
    }

    private InputItems items(Format format, byte[] bytes) throws IOException {
        disk.write(INPUT, bytes);
        return Input.of(INPUT, false).items(disk, format, bytes.length, MAX_ITEM_BYTES);
    }

    private InputItems lines(String text) throws IOException {
        return items(Format.LINES, text.getBytes(UTF_8));
    }

    private static List<Range> cut(InputItems items, Cuts cuts) throws IOException {
        return cut(RangeCutter.open(items, 0, 0), cuts);
    }

    private static List<Range> cut(RangeCutter cutter, Cuts cuts) throws IOException {
        List<Range> ranges = new ArrayList<>();
        try (cutter) {
            for (Range range = cutter.next(cuts); range != null; range = cutter.next(cuts)) {
                ranges.add(range);
            }
            assertThat(cutter.isAtEnd()).isTrue();
        }
        for (int i = 0; i < ranges.size(); i++) {
            boolean last = i == ranges.size() - 1;
            assertThat(ranges.get(i).last()).as("%s", ranges.get(i)).isEqualTo(last);
            if (!last) {
                assertThat(ranges.get(i).nextBytes())
                        .isEqualTo(ranges.get(i + 1).inputBytes());
            }
        }
        return ranges;
    }

    private static long total(List<Range> ranges) {
        return ranges.isEmpty() ? 0 : ranges.get(ranges.size() - 1).nextItem();
    }

    private static Cuts cuts(int batchSize, long items, long bytes, boolean wholeBatches, long cut) {
        return new Cuts(batchSize, items, bytes, items, wholeBatches, cut);
    }

    private static List<Read> all(InputItems items) throws IOException {
        return readAll(items.open(Position.START));
    }

    /** One after the other, to see where each ends. */
    private static List<Read> readAll(ItemSource source) throws IOException {
        List<Read> all = new ArrayList<>();
        try (source) {
            for (Items read = source.read(1); read.count() > 0; read = source.read(1)) {
                Item item = read.get(0);
                String bytes = new String(item.bytes(), item.start(), item.length(), StandardCharsets.ISO_8859_1);
                all.add(new Read(item.index(), bytes, item.cut(), read.nextBytes()));
            }
        }
        return all;
    }

    private static List<Read> in(Range range, InputItems items) throws IOException {
        Position first = new Position(range.firstItem(), range.inputBytes(), 0, 0, range.firstItem(), 0);
        return readAll(new LimitedSource(items.open(first), range.items()));
    }

    /** The items of all ranges, each read by itself. */
    private static List<Read> together(List<Range> ranges, InputItems items) throws IOException {
        List<Read> together = new ArrayList<>();
        for (Range range : ranges) {
            assertThat(range.firstItem())
                    .as("%s begins where the one before ends", range)
                    .isEqualTo(together.size());
            together.addAll(in(range, items));
            assertThat(range.nextItem()).as("%s has all its items", range).isEqualTo(together.size());
        }
        return together;
    }

    private static Cuts randomCuts(Random random) {
        return cuts(
                1 + random.nextInt(5),
                random.nextInt(4) == 0 ? ANY : 1 + random.nextInt(12),
                random.nextInt(3) == 0 ? ANY : 1 + random.nextInt(300),
                random.nextBoolean(),
                random.nextInt(30) - 5);
    }

    @ParameterizedTest
    @EnumSource
    void ranges_hold_the_items_of_the_whole_input_without_gap_or_overlap(Sample sample) throws IOException {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            InputItems items = items(sample.format(), sample.bytes(random, 40));
            Cuts cuts = randomCuts(random);
            List<Read> all = all(items);
            List<Range> ranges = cut(items, cuts);
            assertThat(together(ranges, items)).as("seed %d, %s", seed, cuts).isEqualTo(all);
            assertThat(total(ranges)).as("seed %d, %s", seed, cuts).isEqualTo(all.size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void ranges_end_where_they_may_and_no_later_than_they_must(Sample sample) throws IOException {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            InputItems items = items(sample.format(), sample.bytes(random, 40));
            Cuts cuts = randomCuts(random);
            List<Read> all = all(items);
            List<Range> ranges = cut(items, cuts);
            for (Range range : ranges) {
                String what = "seed " + seed + ", " + cuts + ", " + range;
                long last = total(ranges);
                for (long next = range.firstItem() + 1; next <= range.nextItem(); next++) {
                    boolean ends = next == cuts.cut() || mustEnd(cuts, range, next, all);
                    assertThat(next == range.nextItem())
                            .as("%s ends at item %d", what, next)
                            .isEqualTo(ends || next == last);
                }
            }
        }
    }

    /** Whether a range has to end, so that it keeps to the limits on its items and on its bytes. */
    private static boolean mustEnd(Cuts cuts, Range range, long next, List<Read> all) {
        int more = cuts.wholeBatches() ? cuts.batchSize() : 1;
        long bytes = all.get((int) next - 1).nextBytes() - range.inputBytes();
        return (!cuts.wholeBatches() || next % cuts.batchSize() == 0)
                && (next - range.firstItem() > cuts.items() - more || bytes >= cuts.bytes());
    }

    private static List<Long> ends(List<Range> ranges) {
        return ranges.stream().map(Range::nextItem).toList();
    }

    @Test
    void a_range_of_whole_batches_has_a_batch_at_least_and_its_limit_of_items_at_most() throws IOException {
        InputItems items = lines("a\n".repeat(11));
        assertThat(ends(cut(items, cuts(3, 7, ANY, true, -1)))).containsExactly(6L, 11L);
        assertThat(ends(cut(items, cuts(3, 1, ANY, true, -1)))).containsExactly(3L, 6L, 9L, 11L);
        assertThat(ends(cut(items, cuts(3, 3, ANY, true, 4)))).containsExactly(3L, 4L, 6L, 9L, 11L);
        assertThat(ends(cut(items, cuts(3, 4, ANY, true, 5)))).containsExactly(3L, 5L, 9L, 11L);
    }

    @Test
    void a_range_that_may_end_within_a_batch_has_as_many_items_as_it_may() throws IOException {
        InputItems items = lines("a\n".repeat(11));
        assertThat(ends(cut(items, cuts(3, 7, ANY, false, -1)))).containsExactly(7L, 11L);
        assertThat(ends(cut(items, cuts(100, 4, ANY, false, -1)))).containsExactly(4L, 8L, 11L);
    }

    @Test
    void a_range_ends_with_the_item_or_the_batch_that_reaches_the_limit_of_bytes() throws IOException {
        InputItems items = lines("1\n22\n333\n4444\n55555\n");
        assertThat(ends(cut(items, cuts(2, ANY, 5, false, -1)))).containsExactly(2L, 4L, 5L);
        assertThat(ends(cut(items, cuts(100, ANY, 6, false, -1)))).containsExactly(3L, 5L);
        assertThat(ends(cut(items, cuts(2, ANY, 6, true, -1)))).containsExactly(4L, 5L);
    }

    @Test
    void a_range_begins_with_the_item_that_is_cut_at_whatever_else() throws IOException {
        InputItems items = lines("a\n".repeat(7));
        for (boolean wholeBatches : new boolean[] {false, true}) {
            assertThat(ends(cut(items, cuts(3, ANY, ANY, wholeBatches, 4)))).containsExactly(4L, 7L);
            assertThat(ends(cut(items, cuts(3, ANY, ANY, wholeBatches, 7)))).containsExactly(7L);
            assertThat(ends(cut(items, cuts(3, ANY, ANY, wholeBatches, 0)))).containsExactly(7L);
            assertThat(ends(cut(items, cuts(3, ANY, ANY, wholeBatches, 100)))).containsExactly(7L);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void an_input_larger_than_what_is_held_of_it_in_memory_is_cut_as_a_small_one(boolean wholeBatches)
            throws IOException {
        StringBuilder text = new StringBuilder();
        Random random = new Random(1);
        for (int line = 0; line < 60_000; line++) {
            text.append("x".repeat(random.nextInt(20))).append('\n');
        }
        InputItems items = lines(text.toString());
        List<Range> ranges = cut(items, cuts(50_000, 20_000, ANY, wholeBatches, -1));
        assertThat(together(ranges, items)).isEqualTo(all(items));
        assertThat(ranges).hasSize(wholeBatches ? 2 : 3);
    }

    @Test
    void copies_of_failed_items_are_counted_from_0_and_keep_their_indexes() throws IOException {
        Path indexes = Path.of("/indexes");
        byte[] copies = "a\n\nbb\nccc\n".getBytes(UTF_8);
        disk.write(INPUT, copies);
        disk.write(indexes, new byte[] {
            0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1
        });
        InputItems items =
                new Input(INPUT, indexes, false, false).items(disk, Format.LINES, copies.length, MAX_ITEM_BYTES);
        List<Range> ranges = cut(items, cuts(1, 1, ANY, true, -1));
        assertThat(ranges)
                .containsExactly(
                        new Range(0, 1, 0, 2, false),
                        new Range(1, 1, 2, 3, false),
                        new Range(2, 1, 3, 6, false),
                        new Range(3, 1, 6, 10, true));
        assertThat(together(ranges, items).stream().map(Read::index)).containsExactly(3L, 4L, 256L, 257L);
    }

    static List<Sample> samplesWithoutItems() {
        return List.of(Sample.LINES, Sample.JSONL, Sample.CSV);
    }

    @ParameterizedTest
    @MethodSource("samplesWithoutItems")
    void an_input_without_items_has_no_ranges(Sample sample) throws IOException {
        for (String text : new String[] {"", "\ufeff", sample.beginning, sample.beginning + "\n\r\n"}) {
            List<Range> ranges = cut(items(sample.format(), text.getBytes(UTF_8)), cuts(3, 3, 3, false, 0));
            assertThat(ranges).isEmpty();
            assertThat(total(ranges)).isZero();
        }
    }

    @Test
    void a_cutter_goes_on_from_any_item_and_sizes_may_change_on_the_way() throws IOException {
        InputItems items = lines("aa\n".repeat(20));
        try (RangeCutter cutter = RangeCutter.open(items, 3, 9)) {
            assertThat(cutter.next(cuts(1, 2, ANY, false, -1))).isEqualTo(new Range(3, 2, 9, 15, false));
            assertThat(cutter.next(cuts(1, 5, ANY, false, -1))).isEqualTo(new Range(5, 5, 15, 30, false));
            assertThat(cutter.isAtEnd()).isFalse();
            assertThat(cutter.next(cuts(1, 50, ANY, false, -1))).isEqualTo(new Range(10, 10, 30, 60, true));
        }
        assertThat(cut(RangeCutter.open(items, 20, 60), cuts(1, 2, ANY, false, -1)))
                .isEmpty();
    }

    @Test
    void the_items_before_a_quotation_mark_that_is_never_closed_are_in_ranges() throws IOException {
        InputItems items = items(new Format(Format.Kind.CSV, ';'), "a;b\n1;2\n3;4\n5;6\n7;\"8\n9;1\n".getBytes(UTF_8));
        try (RangeCutter cutter = RangeCutter.open(items, 0, 0)) {
            assertThat(requireNonNull(cutter.next(cuts(1, 2, ANY, false, -1))).nextItem())
                    .isEqualTo(2);
            Range before = requireNonNull(cutter.next(cuts(1, 2, ANY, false, -1)));
            assertThat(before.nextItem()).isEqualTo(3);
            assertThat(before.last()).isFalse();
            assertThat(cutter.isAtEnd()).isFalse();
            assertThatThrownBy(() -> cutter.next(cuts(1, 2, ANY, false, -1))).isInstanceOf(OpenQuoteException.class);
        }
    }
}
