package org.checkpointrecovery.engine.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.ResultsLayout;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.DamagedFileException;
import org.checkpointrecovery.storage.IndexedPart;
import org.checkpointrecovery.storage.IndexedPart.Bytes;
import org.checkpointrecovery.storage.JobFiles;
import org.checkpointrecovery.storage.PartIndex;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a run appends to the index of parts, and how one begins that follows on a crash. */
class PartSinkTest {
    private final CrashingDisk disk = new CrashingDisk(0);
    private final JobFiles files = new JobFiles(Path.of("/job"));

    PartSinkTest() {
        disk.write(files.job(), new byte[0]);
    }

    private PartSink open(Position from) throws IOException {
        return open(from, ResultsLayout.PARTS);
    }

    private PartSink open(Position from, @Nullable ResultsLayout layout) throws IOException {
        return PartSink.open(disk, files, layout, from);
    }

    private static Position at(long item) {
        return new Position(item, item, 10 * item, 0, item, 0);
    }

    /** A slice of items with ten bytes each. */
    private static Slice slice(long part, long skipped, int items, boolean endsBatch) {
        Slice slice = new Slice();
        slice.stored = new Slice.Stored(part, 10 * skipped, 10L * items, 0, 0);
        slice.succeeded = items;
        slice.endsBatch = endsBatch;
        return slice;
    }

    private static IndexedPart line(long part, long firstItem, long items) {
        return new IndexedPart(
                part,
                firstItem,
                items,
                0,
                new Bytes(10 * firstItem, 10 * items, 10 * (firstItem - Math.max(0, part))),
                new Bytes(0, 0, 0));
    }

    private List<IndexedPart> index() throws IOException {
        List<IndexedPart> lines = new ArrayList<>();
        try (PartIndex index = PartIndex.open(disk, files)) {
            for (IndexedPart line = index.next(); line != null; line = index.next()) {
                lines.add(line);
            }
        }
        return lines;
    }

    @Test
    void the_batches_of_a_part_that_share_a_commit_share_a_line() throws IOException {
        try (PartSink sink = open(Position.START)) {
            sink.append(slice(0, 0, 2, true));
            sink.append(slice(0, 2, 2, true));
            sink.append(slice(4, 0, 2, true));
            sink.force();
            sink.append(slice(4, 2, 2, true));
            sink.force();
            assertThat(sink.resultsBytes()).isEqualTo(80);
        }
        assertThat(index()).containsExactly(line(0, 0, 4), line(4, 4, 2), line(4, 6, 2));
    }

    @Test
    void a_line_ends_where_the_last_complete_batch_does() throws IOException {
        try (PartSink sink = open(Position.START)) {
            sink.append(slice(0, 0, 4, true));
            sink.append(slice(0, 4, 1, false));
            sink.append(slice(5, 0, 3, true));
            sink.force();
        }
        assertThat(index()).containsExactly(line(0, 0, 4), line(0, 4, 1), line(5, 5, 3));
    }

    @Test
    void lines_that_are_forced_cost_one_force_together() throws IOException {
        try (PartSink sink = open(Position.START)) {
            for (int part = 0; part < 100; part++) {
                sink.append(slice(part, 0, 1, true));
            }
            int before = disk.operations();
            sink.force();
            assertThat(disk.operations() - before).as("an append and a force").isEqualTo(2);
            sink.force();
            assertThat(disk.operations() - before).as("nothing is new").isEqualTo(2);
        }
        assertThat(index()).hasSize(100);
    }

    @Test
    void the_first_lines_and_the_name_of_the_index_survive_a_power_cut() throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            CrashingDisk cut = new CrashingDisk(seed);
            cut.write(files.job(), new byte[0]);
            try (PartSink sink = PartSink.open(cut, files, null, Position.START)) {
                sink.append(slice(0, 0, 1, true));
                sink.force();
                cut.restorePower();
            }
            assertThat(cut.exists(files.partIndex())).as("seed %d", seed).isTrue();
            assertThat(cut.bytes(files.partIndex())).isEqualTo(PartIndex.line(line(0, 0, 1)));
        }
    }

    @Test
    void a_run_drops_the_lines_after_its_checkpoint() throws IOException {
        try (PartSink sink = open(Position.START)) {
            sink.append(slice(0, 0, 2, true));
            sink.append(slice(2, 0, 2, true));
            sink.append(slice(4, 0, 2, true));
            sink.force();
        }
        try (PartSink sink = open(at(2))) {
            assertThat(index()).containsExactly(line(0, 0, 2));
            sink.append(slice(2, 0, 3, true));
            sink.force();
        }
        assertThat(index()).containsExactly(line(0, 0, 2), line(2, 2, 3));
        open(Position.START).close();
        assertThat(index()).isEmpty();
    }

    @Test
    void a_checkpoint_without_its_line_is_damage_and_changes_nothing() throws IOException {
        try (PartSink sink = open(Position.START)) {
            sink.append(slice(0, 0, 2, true));
            sink.force();
        }
        int before = disk.operations();
        assertThatThrownBy(() -> open(at(3)))
                .isInstanceOf(DamagedFileException.class)
                .hasMessageContainingAll("parts.jsonl", "item 3", "Nothing was changed");
        assertThat(disk.operations()).isEqualTo(before);
    }

    @Test
    void the_files_of_a_job_that_another_release_began_are_its_first_part() throws IOException {
        disk.write(files.results(), "0123456789abcdefghijuncommitted".getBytes(UTF_8));
        disk.write(files.errors(), new byte[0]);
        try (PartSink sink = open(at(2))) {
            sink.append(slice(2, 0, 3, true));
            sink.force();
        }
        assertThat(index()).containsExactly(line(IndexedPart.OWN, 0, 2), line(2, 2, 3));
    }

    @Test
    void a_job_that_has_neither_an_index_nor_its_files_is_damaged_and_nothing_is_changed() throws IOException {
        disk.write(files.results(), new byte[19]);
        int before = disk.operations();
        assertThatThrownBy(() -> open(at(2)))
                .isInstanceOf(DamagedFileException.class)
                .hasMessageContainingAll(
                        "parts.jsonl is missing", "results.jsonl has 19 bytes", "expects 20", "resume");
        assertThat(disk.operations()).isEqualTo(before);
    }

    @Test
    void results_become_one_file_if_the_spec_says_so_or_if_they_are_few() throws IOException {
        for (ResultsLayout layout : new ResultsLayout[] {null, ResultsLayout.SINGLE_FILE, ResultsLayout.PARTS}) {
            disk.write(files.part(0).results(), "0123456789".getBytes(UTF_8));
            disk.write(files.part(0).errors(), new byte[0]);
            try (PartSink sink = open(Position.START, layout)) {
                sink.append(slice(0, 0, 1, true));
                sink.force();
                assertThat(sink.complete(() -> false)).isTrue();
            }
            assertThat(disk.exists(files.results())).as("%s", layout).isEqualTo(layout != ResultsLayout.PARTS);
        }
    }

    @Test
    void large_results_stay_in_parts_unless_the_spec_says_otherwise() throws IOException {
        long bytes = 64L * 1024 * 1024;
        for (long errors : new long[] {0, 1}) {
            try (PartSink sink = open(Position.START, null)) {
                Slice large = slice(0, 0, 1, true);
                large.stored = new Slice.Stored(0, 0, bytes, 0, errors);
                sink.append(large);
                sink.force();
                if (errors == 1) {
                    assertThat(sink.complete(() -> false)).isTrue();
                    assertThat(disk.exists(files.results())).isFalse();
                } else {
                    assertThat(sink.complete(() -> true))
                            .as("it begins to copy, and is stopped")
                            .isFalse();
                }
            }
        }
    }
}
