package org.checkpointrecovery.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class CrashingDiskTest extends DiskContractTest {
    private static final int SEEDS = 300;
    private static final Path A = Path.of("/data/a");
    private static final Path B = Path.of("/data/b");
    private static final Path DATA = Path.of("/data");
    private static final String LONG =
            "one two three four five six seven eight nine ten eleven twelve thirteen fourteen";

    private final CrashingDisk disk = new CrashingDisk(1);

    @Override
    Path root() throws IOException {
        disk.createDirectory(DATA);
        return DATA;
    }

    @Override
    CrashingDisk disk() {
        return disk;
    }

    @Test
    void a_killed_process_leaves_an_append_in_part_and_nothing_works_until_the_next_one() {
        Set<Integer> sizes = new TreeSet<>();
        forEachSeed((seed, disk) -> {
            disk.write(A, bytes("kept,"));
            disk.killProcessAt(disk.operations() + 1);
            assertThatThrownBy(() -> append(disk, A, "four", false)).isInstanceOf(PowerCutException.class);
            assertThatThrownBy(() -> disk.size(A)).isInstanceOf(PowerCutException.class);
            assertThat(disk.isPowerCut()).isTrue();
            disk.killProcess();
            assertThat("kept,four").startsWith(disk.text(A));
            sizes.add(disk.bytes(A).length);
        });
        assertThat(sizes).containsExactly(5, 6, 7, 8, 9);
    }

    @Test
    void what_was_forced_is_there_after_a_power_cut() {
        forEachSeed((seed, disk) -> {
            write(disk, A, LONG, true);
            disk.forceDirectory(DATA);
            append(disk, A, "more", false);
            disk.restorePower();
            assertThat(disk.text(A)).startsWith(LONG).hasSizeLessThanOrEqualTo(LONG.length() + 4);
        });
    }

    @Test
    void bytes_that_were_not_forced_are_lost_whole_or_in_part_or_not_at_all() {
        Set<String> found = new TreeSet<>();
        forEachSeed((seed, disk) -> {
            disk.write(A, bytes("kept,"));
            append(disk, A, LONG, false);
            disk.restorePower();
            String text = disk.text(A);
            assertThat(text).startsWith("kept,");
            String tail = text.substring(5);
            if (tail.isEmpty()) {
                found.add("nothing");
            } else if (tail.equals(LONG)) {
                found.add("all");
            } else if (LONG.startsWith(tail)) {
                found.add("the beginning");
            } else if (tail.chars().allMatch(c -> c == 0)) {
                found.add("the size alone");
            } else if (tail.charAt(0) == 0 && tail.length() == LONG.length()) {
                found.add("later bytes without earlier ones");
            }
        });
        assertThat(found)
                .containsExactlyInAnyOrder(
                        "nothing", "all", "the beginning", "the size alone", "later bytes without earlier ones");
    }

    @Test
    void every_byte_after_a_power_cut_is_what_was_written_there_once_or_zero() {
        forEachSeed((seed, disk) -> {
            disk.write(A, bytes("a".repeat(60)));
            try (DiskFile file = disk.open(A)) {
                file.cutBack(20);
                file.append(bytes("b".repeat(50)), 0, 50);
                file.cutBack(40);
                file.append(bytes("c".repeat(60)), 0, 60);
            }
            disk.restorePower();
            String text = disk.text(A);
            assertThat(text).matches("a{20}[ab\0]*[abc\0]*").hasSizeBetween(20, 100);
            assertThat(text.substring(0, Math.min(40, text.length()))).doesNotContain("c");
        });
    }

    @Test
    void a_cut_that_was_not_forced_may_be_undone() {
        Set<Integer> sizes = new TreeSet<>();
        forEachSeed((seed, disk) -> {
            disk.write(A, bytes(LONG));
            try (DiskFile file = disk.open(A)) {
                file.cutBack(10);
            }
            assertThat(disk.text(A)).isEqualTo(LONG.substring(0, 10));
            disk.restorePower();
            assertThat(disk.text(A)).startsWith(LONG.substring(0, 10));
            sizes.add(disk.bytes(A).length);
        });
        assertThat(sizes).containsExactly(10, LONG.length());
    }

    @Test
    void a_cut_that_was_forced_is_not_undone() {
        forEachSeed((seed, disk) -> {
            disk.write(A, bytes(LONG));
            try (DiskFile file = disk.open(A)) {
                file.cutBack(10);
                file.force();
            }
            disk.restorePower();
            assertThat(disk.text(A)).isEqualTo(LONG.substring(0, 10));
        });
    }

    @Test
    void a_new_file_is_found_only_if_its_directory_was_forced() {
        Set<Boolean> found = new TreeSet<>();
        forEachSeed((seed, disk) -> {
            write(disk, A, LONG, true);
            disk.restorePower();
            found.add(disk.exists(A));
            if (disk.exists(A)) {
                assertThat(disk.text(A)).isEqualTo(LONG);
            }
        });
        assertThat(found).containsExactly(false, true);
    }

    @Test
    void a_file_in_a_new_directory_is_found_only_if_all_directories_above_were_forced() {
        Set<Boolean> found = new TreeSet<>();
        Path directory = DATA.resolve("jobs");
        forEachSeed((seed, disk) -> {
            disk.createDirectory(directory);
            write(disk, directory.resolve("1"), LONG, true);
            disk.forceDirectory(directory);
            disk.restorePower();
            found.add(disk.exists(directory.resolve("1")));
            assertThat(disk.exists(directory)).isEqualTo(disk.exists(directory.resolve("1")));
        });
        assertThat(found).containsExactly(false, true);
    }

    @Test
    void a_move_in_a_directory_that_was_not_forced_is_done_or_undone_as_a_whole() {
        Set<String> found = new TreeSet<>();
        forEachSeed((seed, disk) -> {
            disk.write(A, bytes("old"));
            disk.write(B, bytes("new"));
            disk.move(B, A);
            disk.restorePower();
            found.add(disk.text(A) + (disk.exists(B) ? ", " + disk.text(B) : ""));
        });
        assertThat(found).containsExactly("new", "old, new");
    }

    @Test
    void a_move_of_a_file_that_was_not_forced_may_leave_torn_content_under_the_new_name() {
        Set<String> found = new TreeSet<>();
        forEachSeed((seed, disk) -> {
            disk.write(A, bytes("old"));
            write(disk, B, LONG, false);
            disk.move(B, A);
            disk.forceDirectory(DATA);
            disk.restorePower();
            assertThat(disk.exists(B)).isFalse();
            String text = disk.text(A);
            found.add(text.equals(LONG) ? "whole" : text.isEmpty() ? "empty" : "torn");
            assertThat(text).isNotEqualTo("old");
        });
        assertThat(found).containsExactly("empty", "torn", "whole");
    }

    @Test
    void a_file_that_was_forced_and_moved_in_a_forced_directory_is_whole_under_the_new_name() {
        forEachSeed((seed, disk) -> {
            disk.write(A, bytes("old"));
            write(disk, B, LONG, true);
            disk.move(B, A);
            disk.forceDirectory(DATA);
            disk.restorePower();
            assertThat(disk.text(A)).isEqualTo(LONG);
            assertThat(disk.list(DATA)).containsExactly(A);
        });
    }

    @Test
    void a_file_has_one_name_whichever_of_its_moves_survive() {
        forEachSeed((seed, disk) -> {
            Path other = Path.of("/other");
            disk.createDirectory(other);
            disk.forceDirectory(Path.of("/"));
            write(disk, A, LONG, true);
            disk.move(A, B);
            disk.move(B, other.resolve("c"));
            if (seed % 2 == 0) {
                disk.forceDirectory(other);
            }
            disk.move(other.resolve("c"), A);
            disk.restorePower();
            List<Path> paths = new ArrayList<>(disk.list(DATA));
            paths.addAll(disk.list(other));
            assertThat(paths).hasSizeLessThanOrEqualTo(1);
            if (seed % 2 == 0) {
                assertThat(paths).hasSize(1);
            }
        });
    }

    @Test
    void a_delete_may_be_undone_until_its_directory_is_forced() {
        Set<Boolean> found = new TreeSet<>();
        forEachSeed((seed, disk) -> {
            disk.write(A, bytes(LONG));
            disk.write(B, bytes(LONG));
            disk.delete(A);
            disk.forceDirectory(DATA);
            disk.delete(B);
            disk.restorePower();
            assertThat(disk.exists(A)).isFalse();
            found.add(disk.exists(B));
        });
        assertThat(found).containsExactly(false, true);
    }

    @Test
    void names_survive_each_for_itself() {
        Set<List<Path>> found = new HashSet<>();
        forEachSeed((seed, disk) -> {
            write(disk, A, "", true);
            write(disk, B, "", true);
            disk.restorePower();
            found.add(disk.list(DATA));
        });
        assertThat(found).containsExactlyInAnyOrder(List.of(), List.of(A), List.of(B), List.of(A, B));
    }

    @Test
    void what_survived_one_power_cut_survives_the_next() {
        forEachSeed((seed, disk) -> {
            write(disk, A, LONG, false);
            write(disk, B, LONG, false);
            disk.restorePower();
            List<Path> names = disk.list(DATA);
            String text = disk.exists(A) ? disk.text(A) : "";
            disk.restorePower();
            assertThat(disk.list(DATA)).isEqualTo(names);
            assertThat(disk.exists(A) ? disk.text(A) : "").isEqualTo(text);
        });
    }

    @Test
    void the_operation_of_the_power_cut_and_all_later_calls_throw() throws IOException {
        disk.write(A, bytes("abc"));
        DiskFile file = disk.open(A);
        SeekableByteChannel reader = disk.openForRead(A);
        disk.cutPowerAt(disk.operations() + 2);
        file.append(bytes("d"), 0, 1);
        assertThat(disk.isPowerCut()).isFalse();
        assertThatThrownBy(file::force).isInstanceOf(PowerCutException.class).hasMessageContaining("/data/a");
        assertThat(disk.isPowerCut()).isTrue();
        assertThatThrownBy(() -> file.append(bytes("e"), 0, 1)).isInstanceOf(PowerCutException.class);
        assertThatThrownBy(() -> file.cutBack(0)).isInstanceOf(PowerCutException.class);
        assertThatThrownBy(file::size).isInstanceOf(PowerCutException.class);
        assertThatThrownBy(() -> reader.read(ByteBuffer.allocate(1))).isInstanceOf(PowerCutException.class);
        assertThatThrownBy(() -> disk.open(B)).isInstanceOf(PowerCutException.class);
        assertThatThrownBy(() -> disk.openForRead(A)).isInstanceOf(PowerCutException.class);
        assertThatThrownBy(() -> disk.read(A)).isInstanceOf(PowerCutException.class);
        assertThatThrownBy(() -> disk.size(A)).isInstanceOf(PowerCutException.class);
        assertThatThrownBy(() -> disk.list(DATA)).isInstanceOf(PowerCutException.class);
        assertThatThrownBy(() -> disk.move(A, B)).isInstanceOf(PowerCutException.class);
        assertThatThrownBy(() -> disk.delete(A)).isInstanceOf(PowerCutException.class);
        assertThatThrownBy(() -> disk.createDirectory(B)).isInstanceOf(PowerCutException.class);
        assertThatThrownBy(() -> disk.forceDirectory(DATA)).isInstanceOf(PowerCutException.class);
        assertThatThrownBy(() -> disk.exists(A))
                .isInstanceOf(UncheckedIOException.class)
                .hasCauseInstanceOf(PowerCutException.class);
        file.close();
        reader.close();
    }

    @Test
    void the_operation_of_the_power_cut_is_done_or_not() {
        Set<String> found = new TreeSet<>();
        forEachSeed((seed, disk) -> {
            disk.write(A, bytes("old"));
            disk.write(B, bytes("new"));
            disk.cutPowerAt(disk.operations() + 1);
            assertThatThrownBy(() -> disk.move(B, A)).isInstanceOf(PowerCutException.class);
            disk.restorePower();
            found.add(disk.text(A));
        });
        assertThat(found).containsExactly("new", "old");
    }

    @Test
    void files_that_were_open_are_dead_when_power_is_back() throws IOException {
        disk.write(A, bytes("abc"));
        DiskFile file = disk.open(A);
        SeekableByteChannel reader = disk.openForRead(A);
        disk.restorePower();
        assertDead(file, reader);
        assertThat(disk.text(A)).isEqualTo("abc");
    }

    @Test
    void a_killed_process_loses_its_open_files_and_nothing_that_was_written() throws IOException {
        DiskFile file = disk.open(A);
        SeekableByteChannel reader = disk.openForRead(A);
        file.append(bytes(LONG), 0, LONG.length());
        disk.createDirectory(B);
        disk.killProcess();
        assertDead(file, reader);
        assertThat(disk.text(A)).isEqualTo(LONG);
        assertThat(disk.list(DATA)).containsExactly(A, B);
    }

    @Test
    void what_a_killed_process_did_not_force_is_still_lost_by_a_later_power_cut() {
        Set<Integer> sizes = new TreeSet<>();
        forEachSeed((seed, disk) -> {
            disk.write(A, bytes(""));
            append(disk, A, LONG, false);
            disk.killProcess();
            disk.restorePower();
            sizes.add(disk.bytes(A).length);
        });
        assertThat(sizes).contains(0, LONG.length());
    }

    @Test
    void an_operation_fails_once_when_told_to_and_an_append_is_done_in_part() {
        Set<Integer> sizes = new TreeSet<>();
        forEachSeed((seed, disk) -> {
            disk.write(A, bytes("kept,"));
            IOException failure = new IOException("Input/output error");
            disk.failAt(disk.operations() + 1, failure);
            try (DiskFile file = disk.open(A)) {
                assertThatThrownBy(() -> file.append(bytes(LONG), 0, LONG.length()))
                        .isSameAs(failure);
                assertThat(disk.text(A)).startsWith("kept,");
                assertThat("kept," + LONG).startsWith(disk.text(A));
                sizes.add(disk.bytes(A).length);
                file.cutBack(5);
                file.append(bytes("x"), 0, 1);
                assertThat(disk.text(A)).isEqualTo("kept,x");
            }
        });
        assertThat(sizes).contains(5, 5 + LONG.length()).hasSizeGreaterThan(10);
    }

    @Test
    void operations_on_names_that_fail_change_nothing() throws IOException {
        disk.write(A, bytes("abc"));
        List<ThrowingOperation> operations =
                List.of(() -> disk.move(A, B), () -> disk.delete(A), () -> disk.createDirectory(B), () -> disk.open(B));
        for (ThrowingOperation operation : operations) {
            disk.failAt(disk.operations() + 1, new IOException("Input/output error"));
            assertThatThrownBy(operation::run).hasMessage("Input/output error");
            assertThat(disk.list(DATA)).containsExactly(A);
        }
    }

    @Test
    void bytes_of_a_failed_force_are_read_until_the_power_is_cut_and_no_later_force_brings_them_back() {
        Set<Boolean> lost = new TreeSet<>();
        forEachSeed((seed, disk) -> {
            disk.write(A, bytes("kept,"));
            disk.failAt(disk.operations() + 2, new IOException("Input/output error"));
            try (DiskFile file = disk.open(A)) {
                file.append(bytes(LONG), 0, LONG.length());
                assertThatThrownBy(file::force).hasMessage("Input/output error");
                file.force();
            }
            disk.killProcess();
            assertThat(disk.text(A)).isEqualTo("kept," + LONG);
            disk.restorePower();
            assertThat(disk.text(A)).startsWith("kept,");
            lost.add(!disk.text(A).equals("kept," + LONG));
        });
        assertThat(lost).containsExactly(false, true);
    }

    @Test
    void after_a_failed_force_a_file_that_is_cut_back_to_what_was_forced_can_be_written_anew() {
        forEachSeed((seed, disk) -> {
            disk.write(A, bytes("kept,"));
            disk.failAt(disk.operations() + 2, new IOException("Input/output error"));
            try (DiskFile file = disk.open(A)) {
                file.append(bytes(LONG), 0, LONG.length());
                assertThatThrownBy(file::force).hasMessage("Input/output error");
                file.cutBack(5);
                file.append(bytes("again"), 0, 5);
                file.force();
            }
            disk.restorePower();
            assertThat(disk.text(A)).isEqualTo("kept,again");
        });
    }

    @Test
    void names_of_a_failed_force_can_be_forced_later() {
        forEachSeed((seed, disk) -> {
            write(disk, A, LONG, true);
            disk.failAt(disk.operations() + 1, new IOException("Input/output error"));
            assertThatThrownBy(() -> disk.forceDirectory(DATA)).hasMessage("Input/output error");
            disk.forceDirectory(DATA);
            disk.restorePower();
            assertThat(disk.text(A)).isEqualTo(LONG);
        });
    }

    @Test
    void on_a_full_disk_what_needs_room_fails_and_the_rest_works() throws IOException {
        disk.write(A, bytes("abc"));
        disk.fillUpAt(disk.operations() + 1);
        try (DiskFile file = disk.open(A)) {
            assertThatThrownBy(() -> file.append(bytes("def"), 0, 3))
                    .isInstanceOf(DiskFullException.class)
                    .hasMessageContaining("/data/a");
            assertThatThrownBy(() -> file.append(bytes("def"), 0, 3)).isInstanceOf(DiskFullException.class);
            assertThatThrownBy(() -> disk.open(B)).isInstanceOf(DiskFullException.class);
            assertThatThrownBy(() -> disk.createDirectory(B)).isInstanceOf(DiskFullException.class);
            file.cutBack(3);
            file.force();
            disk.move(A, B);
            disk.forceDirectory(DATA);
            disk.freeSpace();
            file.append(bytes("def"), 0, 3);
        }
        assertThat(disk.text(B)).isEqualTo("abcdef");
    }

    @Test
    void operations_are_what_changes_the_disk() throws IOException {
        CrashingDisk disk = new CrashingDisk(1);
        disk.write(DATA.resolve("there"), bytes("one\ntwo\n"));
        assertThat(disk.operations()).isZero();
        DiskFile file = disk.open(A); // 1
        file.append(bytes("abc"), 0, 3); // 2
        file.cutBack(1); // 3
        file.force(); // 4
        disk.move(A, B); // 5
        disk.delete(B); // 6
        disk.createDirectory(B); // 7
        disk.forceDirectory(DATA); // 8
        assertThat(disk.operations()).isEqualTo(8);
        file.size();
        file.close();
        disk.open(DATA.resolve("there")).close();
        disk.createDirectory(B);
        disk.delete(A);
        disk.exists(A);
        disk.list(DATA);
        disk.read(DATA.resolve("there"));
        disk.openForRead(DATA.resolve("there")).close();
        assertThatThrownBy(() -> disk.move(A, B)).isInstanceOf(IOException.class);
        assertThat(disk.operations()).isEqualTo(8);
        assertThat(disk.lines(DATA.resolve("there"))).containsExactly("one", "two");
        assertThatThrownBy(() -> disk.cutPowerAt(8)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_same_seed_and_calls_give_the_same_disk() {
        List<List<String>> rounds = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
            List<String> found = new ArrayList<>();
            forEachSeed((seed, disk) -> {
                write(disk, A, LONG, false);
                disk.move(A, B);
                write(disk, A, LONG, true);
                disk.restorePower();
                for (Path path : disk.list(DATA)) {
                    found.add(path + disk.text(path));
                }
            });
            rounds.add(found);
        }
        assertThat(rounds.get(0)).isEqualTo(rounds.get(1));
    }

    @Test
    void files_put_on_the_medium_survive_with_their_directories() {
        forEachSeed((seed, disk) -> {
            Path deep = Path.of("/new/deep/input.txt");
            disk.write(deep, bytes("one\ntwo"));
            disk.write(Path.of("relative"), bytes("three"));
            disk.restorePower();
            assertThat(disk.lines(deep)).containsExactly("one", "two");
            assertThat(disk.text(Path.of("/relative"))).isEqualTo("three");
        });
    }

    @Test
    void replacing_a_file_is_safe_with_both_forces_and_a_power_cut_finds_each_that_is_forgotten() {
        assertThat(damageOf(true, true)).isEmpty();
        assertThat(damageOf(false, true)).contains("torn");
        assertThat(damageOf(true, false)).containsExactly("acknowledged and lost");
    }

    /** What a power cut at any operation, or behind the last, can do to a file that is replaced by a moved one. */
    private static Set<String> damageOf(boolean forceFile, boolean forceDirectory) {
        Set<String> damage = new TreeSet<>();
        for (int i = 1; i <= 6; i++) {
            int operation = i;
            forEachSeed((seed, disk) -> {
                disk.write(A, bytes("old"));
                disk.cutPowerAt(disk.operations() + operation);
                boolean acknowledged = false;
                try {
                    append(disk, B, LONG, forceFile);
                    disk.move(B, A);
                    if (forceDirectory) {
                        disk.forceDirectory(DATA);
                    }
                    acknowledged = true;
                } catch (PowerCutException e) {
                    assertThat(disk.isPowerCut()).isTrue();
                }
                disk.restorePower();
                if (!disk.text(A).equals("old") && !disk.text(A).equals(LONG)) {
                    damage.add("torn");
                } else if (acknowledged && disk.text(A).equals("old")) {
                    damage.add("acknowledged and lost");
                }
            });
        }
        return damage;
    }

    private static void assertDead(DiskFile file, SeekableByteChannel reader) throws IOException {
        assertThatThrownBy(() -> file.append(bytes("x"), 0, 1)).hasMessageContaining("before the crash");
        assertThatThrownBy(file::force).hasMessageContaining("before the crash");
        assertThatThrownBy(file::size).hasMessageContaining("before the crash");
        assertThatThrownBy(() -> reader.read(ByteBuffer.allocate(1))).hasMessageContaining("before the crash");
        file.close();
        reader.close();
    }

    /** Each with a disk that has the directory {@link #DATA} on its medium. */
    private static void forEachSeed(Scenario scenario) {
        for (long seed = 0; seed < SEEDS; seed++) {
            CrashingDisk disk = new CrashingDisk(seed);
            try {
                disk.createDirectory(DATA);
                disk.forceDirectory(Path.of("/"));
                scenario.play(seed, disk);
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static void write(CrashingDisk disk, Path path, String text, boolean force) throws IOException {
        disk.delete(path);
        append(disk, path, text, force);
    }

    private static void append(CrashingDisk disk, Path path, String text, boolean force) throws IOException {
        try (DiskFile file = disk.open(path)) {
            file.append(bytes(text), 0, bytes(text).length);
            if (force) {
                file.force();
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private interface Scenario {
        void play(long seed, CrashingDisk disk) throws IOException;
    }

    private interface ThrowingOperation {
        void run() throws IOException;
    }
}
