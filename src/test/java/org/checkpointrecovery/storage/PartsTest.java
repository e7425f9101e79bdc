package org.checkpointrecovery.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.storage.IndexedPart.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The results and errors of a job that parts have, as one reads them, and as one copies them into single files. */
class PartsTest {
    private static final int PARTS = 40;

    private final CrashingDisk disk = new CrashingDisk(0);
    private final JobFiles files = new JobFiles(Path.of("/job"));
    private final List<IndexedPart> parts = new ArrayList<>();
    private final StringBuilder results = new StringBuilder();
    private final StringBuilder errors = new StringBuilder();
    private final Random random;
    private long items;

    PartsTest() {
        long seed = System.nanoTime();
        System.out.println("seed of parts: " + seed);
        random = new Random(seed);
        disk.write(files.job(), new byte[0]);
    }

    private String lines(int count) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append("{\"index\":")
                    .append(items + i)
                    .append("}")
                    .append(" ".repeat(random.nextInt(30)))
                    .append('\n');
        }
        return lines.toString();
    }

    /** Adds a part, or two lines of one, that may have no results, or no errors, and bytes before and after. */
    private void add() {
        long part = items;
        String before = random.nextBoolean() ? lines(1) : "";
        StringBuilder ofResults = new StringBuilder(before);
        StringBuilder ofErrors = new StringBuilder(before);
        for (int i = random.nextInt(2); i >= 0; i--) {
            int succeeded = random.nextInt(4);
            int failed = succeeded == 0 ? 1 : random.nextInt(2);
            String succeededLines = lines(succeeded);
            String failedLines = lines(failed);
            parts.add(new IndexedPart(
                    part,
                    items,
                    succeeded,
                    failed,
                    new Bytes(results.length(), succeededLines.length(), ofResults.length()),
                    new Bytes(errors.length(), failedLines.length(), ofErrors.length())));
            items += succeeded + failed;
            results.append(succeededLines);
            errors.append(failedLines);
            ofResults.append(succeededLines);
            ofErrors.append(failedLines);
        }
        disk.write(files.part(part).results(), (ofResults + "rest").getBytes(UTF_8));
        disk.write(files.part(part).errors(), (ofErrors + "rest").getBytes(UTF_8));
    }

    private void make() {
        while (parts.size() < PARTS || results.isEmpty() || errors.isEmpty()) {
            add();
        }
        write("");
    }

    /** @param tail after the last whole line */
    private void write(String tail) {
        StringBuilder index = new StringBuilder();
        for (IndexedPart part : parts) {
            index.append(new String(PartIndex.line(part), UTF_8));
        }
        disk.write(files.partIndex(), (index + tail).getBytes(UTF_8));
    }

    private String text(Output output) {
        return (output == Output.RESULTS ? results : errors).toString();
    }

    private CommittedBytes committed(Output output) {
        return new CommittedBytes(disk, files, output, text(output).length());
    }

    private static String read(SeekableByteChannel channel) throws IOException {
        return new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
    }

    private String read(Output output) throws IOException {
        try (SeekableByteChannel channel = requireNonNull(committed(output).open())) {
            return read(channel);
        }
    }

    @Test
    void they_are_read_as_one_file_from_any_position() throws IOException {
        make();
        for (Output output : Output.values()) {
            String expected = text(output);
            assertThat(read(output)).isEqualTo(expected);
            assertThat(committed(output).problem()).isNull();
            try (SeekableByteChannel channel = requireNonNull(committed(output).open())) {
                assertThat(channel.size()).isEqualTo(expected.length());
                for (int i = 0; i < 300; i++) {
                    int from = random.nextInt(expected.length());
                    ByteBuffer piece = ByteBuffer.allocate(1 + random.nextInt(100));
                    int count = channel.position(from).read(piece);
                    assertThat(count).isPositive();
                    assertThat(new String(piece.array(), 0, count, UTF_8))
                            .isEqualTo(expected.substring(from, from + count));
                    assertThat(channel.position()).isEqualTo(from + count);
                }
                assertThat(channel.position(expected.length()).read(ByteBuffer.allocate(1)))
                        .isEqualTo(-1);
                assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1)))
                        .isInstanceOf(NonWritableChannelException.class);
            }
        }
    }

    @Test
    void what_a_power_cut_leaves_after_the_last_line_does_not_count() throws IOException {
        make();
        for (String tail : List.of("{\"version\":1,\"part\":9", "\0".repeat(700), "\n\n{}\n", "x".repeat(2000))) {
            write(tail);
            assertThat(read(Output.RESULTS)).isEqualTo(results.toString());
            assertThat(PartIndex.endBefore(disk, files, items)).isEqualTo(disk.size(files.partIndex()) - tail.length());
        }
    }

    @Test
    void a_checkpoint_is_where_a_line_ends_or_the_index_is_damaged() throws IOException {
        make();
        long end = 0;
        for (IndexedPart part : parts) {
            end += PartIndex.line(part).length;
            assertThat(PartIndex.endBefore(disk, files, part.nextItem())).isEqualTo(end);
            for (long item = part.firstItem() + 1; item < part.nextItem(); item++) {
                long within = item;
                assertThatThrownBy(() -> PartIndex.endBefore(disk, files, within))
                        .isInstanceOf(DamagedFileException.class)
                        .hasMessageContainingAll("parts.jsonl", "before item " + within, "Nothing was changed");
            }
        }
    }

    /** The index of a part that has some of the results. */
    private int anyWithResults() {
        int number;
        do {
            number = random.nextInt(parts.size());
        } while (parts.get(number).results().length() == 0);
        return number;
    }

    /** @param start of the first result that is missing */
    private void isDamaged(long start, String why) throws IOException {
        assertThat(committed(Output.RESULTS).problem()).contains(why);
        try (SeekableByteChannel channel = committed(Output.RESULTS).open()) {
            if (channel != null) { // else the last part is damaged
                channel.position(start);
                assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1)))
                        .isInstanceOf(DamagedFileException.class)
                        .hasMessageContaining(why);
                channel.position(0);
                assertThat(new String(readUntilDamage(channel), UTF_8)).isEqualTo(results.substring(0, (int) start));
            }
        }
    }

    private static byte[] readUntilDamage(SeekableByteChannel channel) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(100_000);
        try {
            while (channel.read(all) > 0) {
                // on to the damage
            }
        } catch (DamagedFileException e) {
            // all before it was read
        }
        byte[] read = new byte[all.position()];
        all.flip().get(read);
        return read;
    }

    @Test
    void no_byte_of_a_part_that_is_missing_or_too_short_is_read() throws IOException {
        make();
        IndexedPart part = parts.get(anyWithResults());
        Path file = files.part(part.part()).results();
        String name = files.directory().relativize(file).toString();
        disk.write(file, Arrays.copyOf(disk.bytes(file), (int) part.results().at()));
        isDamaged(part.results().start(), name + " has less than the ");
        disk.delete(file);
        long first = parts.stream()
                .filter(line -> line.part() == part.part() && line.results().length() > 0)
                .mapToLong(line -> line.results().start())
                .min()
                .orElseThrow();
        isDamaged(first, name + " is missing.");
    }

    @Test
    void a_damaged_line_of_the_index_hides_no_other() throws IOException {
        make();
        IndexedPart part = parts.get(anyWithResults());
        byte[] bytes = disk.bytes(files.partIndex());
        int at = (int) (PartIndex.endBefore(disk, files, part.nextItem()) - 10);
        bytes[at] ^= 1;
        disk.write(files.partIndex(), bytes);
        assertThat(committed(Output.RESULTS).problem()).startsWith("parts.jsonl has no part with byte ");
    }

    @Test
    void they_become_single_files_whatever_was_there_and_the_parts_stay() throws IOException {
        make();
        disk.write(files.results(), "of a copy that was not finished".getBytes(UTF_8));
        assertThat(new Parts(disk, files).write(results.length(), errors.length(), () -> false))
                .isTrue();
        disk.restorePower();
        for (Output output : Output.values()) {
            assertThat(disk.text(output.in(files))).isEqualTo(text(output));
            assertThat(read(output)).isEqualTo(text(output));
        }
        Position end = new Position(items, 0, results.length(), errors.length(), items, 0);
        assertThat(new Parts(disk, files).areWhole(end)).isTrue();
    }

    @Test
    void what_the_files_of_the_job_have_comes_first() throws IOException {
        String first = lines(3);
        parts.add(new IndexedPart(IndexedPart.OWN, 0, 3, 1, new Bytes(0, first.length(), 0), new Bytes(0, 2, 0)));
        disk.write(files.results(), (first + "uncommitted").getBytes(UTF_8));
        disk.write(files.errors(), "e\nuncommitted".getBytes(UTF_8));
        results.append(first);
        errors.append("e\n");
        items = 4;
        make();
        assertThat(read(Output.RESULTS)).isEqualTo(results.toString());
        assertThat(read(Output.ERRORS)).isEqualTo(errors.toString());
        assertThat(new Parts(disk, files).write(results.length(), errors.length(), () -> false))
                .isTrue();
        assertThat(disk.text(files.results())).isEqualTo(results.toString());
        assertThat(disk.text(files.errors())).isEqualTo(errors.toString());
    }

    @Test
    void a_copy_ends_between_two_parts_if_it_is_asked_to() throws IOException {
        make();
        AtomicInteger asked = new AtomicInteger();
        assertThat(new Parts(disk, files).write(results.length(), errors.length(), () -> asked.incrementAndGet() == 10))
                .isFalse();
        assertThat(asked).hasValue(10);
    }

    @Test
    void parts_with_less_than_is_committed_become_no_single_file() throws IOException {
        make();
        assertThatThrownBy(() -> new Parts(disk, files).write(results.length() + 1, errors.length(), () -> false))
                .isInstanceOf(DamagedFileException.class)
                .hasMessageContainingAll("have " + results.length() + " bytes of results.jsonl", "Nothing was changed");
    }

    @Test
    void a_reader_goes_on_in_the_single_file_when_the_parts_are_deleted() throws IOException {
        make();
        try (SeekableByteChannel channel =
                requireNonNull(committed(Output.RESULTS).open())) {
            ByteBuffer beginning = ByteBuffer.allocate(1 + random.nextInt(results.length() - 1));
            while (beginning.hasRemaining()) {
                channel.read(beginning);
            }
            new Parts(disk, files).write(results.length(), errors.length(), () -> false);
            new Parts(disk, files).delete();
            assertThat(disk.exists(files.parts())).isFalse();
            String rest = read(channel);
            assertThat(new String(beginning.array(), UTF_8) + rest).isEqualTo(results.toString());
        }
        assertThat(read(Output.RESULTS)).isEqualTo(results.toString());
    }

    @Test
    void a_real_disk_copies_them_too(@TempDir Path directory) throws IOException {
        make();
        Disk local = new LocalDisk();
        Path copy = directory.resolve("copy");
        try (DiskFile file = local.open(copy)) {
            file.append("before ".getBytes(UTF_8), 0, 7);
            Path source = directory.resolve("source");
            try (DiskFile from = local.open(source)) {
                byte[] bytes = results.toString().getBytes(UTF_8);
                from.append(bytes, 0, bytes.length);
            }
            try (SeekableByteChannel from = local.openForRead(source)) {
                file.append(from.position(3), results.length() - 3L);
                assertThatThrownBy(() -> file.append(from, 1)).hasMessageContaining("truncated");
            }
            file.append("after".getBytes(UTF_8), 0, 5);
        }
        assertThat(copy).hasContent("before " + results.substring(3) + "after");
    }

    @Test
    void a_part_has_the_same_place_in_every_release() {
        assertThat(files.part(0).directory()).isEqualTo(Path.of("/job/parts/00/0000000000000000000"));
        assertThat(files.part(512).directory()).isEqualTo(Path.of("/job/parts/6e/0000000000000000512"));
        assertThat(files.part(Long.MAX_VALUE).directory()).isEqualTo(Path.of("/job/parts/e1/9223372036854775807"));
    }

    @Test
    void parts_are_spread_evenly_over_256_directories() {
        for (long step : new long[] {1, 16, 1000, 4096, 1 << 20, 409_600}) {
            int[] parts = new int[256];
            for (long number = 0; number < 25_600; number++) {
                Path group =
                        requireNonNull(files.part(number * step).directory().getParent());
                parts[Integer.parseInt(group.getFileName().toString(), 16)]++;
            }
            for (int count : parts) {
                assertThat(count).as("of steps of %d", step).isBetween(50, 200);
            }
        }
    }

    @Test
    void a_line_of_the_index_is_written_as_in_its_golden_file() throws IOException {
        IndexedPart part =
                new IndexedPart(512, 600, 1L << 40, 7, new Bytes(1L << 50, 123_456, 789), new Bytes(0, 0, 0));
        GoldenFile.assertWritten("parts.jsonl", PartIndex.line(part));
    }
}
