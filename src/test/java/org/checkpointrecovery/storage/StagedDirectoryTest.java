package org.checkpointrecovery.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class StagedDirectoryTest {
    private static final Path DATA = Path.of("/data");
    private static final Path PARENT = DATA.resolve("jobs");
    private static final int SEEDS = 40;

    private static CrashingDisk disk(long seed) throws IOException {
        CrashingDisk disk = new CrashingDisk(seed);
        disk.createDirectory(DATA);
        disk.forceDirectory(Path.of("/"));
        return disk;
    }

    private static StagedDirectory opened(Disk disk) throws IOException {
        StagedDirectory directory = new StagedDirectory(disk, PARENT);
        directory.open();
        return directory;
    }

    private static void fill(Disk disk, Path staged) throws IOException {
        Replacement.writeForced(disk, staged.resolve("one"), new byte[] {1});
        Replacement.writeForced(disk, staged.resolve("two"), new byte[] {2});
    }

    @Test
    void a_directory_appears_whole_or_not_at_all_whenever_the_power_is_cut() throws IOException {
        Set<Boolean> found = new TreeSet<>();
        for (long seed = 0; seed < SEEDS; seed++) {
            boolean cut = true;
            for (int operation = 3; cut; operation++) {
                CrashingDisk disk = disk(seed);
                disk.cutPowerAt(operation);
                boolean published = false;
                try {
                    StagedDirectory directory = opened(disk);
                    Path staged = directory.begin("a");
                    fill(disk, staged);
                    directory.publish(staged, "a");
                    published = true;
                } catch (PowerCutException e) {
                    // as ordered
                }
                cut = disk.isPowerCut();
                disk.restorePower();
                opened(disk);
                List<Path> names = disk.list(PARENT);
                assertThat(names).as("seed %d, operation %d", seed, operation).isSubsetOf(List.of(PARENT.resolve("a")));
                if (published) {
                    assertThat(names).hasSize(1);
                }
                if (!names.isEmpty()) {
                    assertThat(disk.bytes(PARENT.resolve("a/one"))).containsExactly(1);
                    assertThat(disk.bytes(PARENT.resolve("a/two"))).containsExactly(2);
                }
                found.add(names.isEmpty());
            }
        }
        assertThat(found).containsExactly(false, true);
    }

    @Test
    void a_directory_is_taken_away_whole_or_not_at_all_whenever_a_kill_and_a_power_cut_come() throws IOException {
        for (long seed = 0; seed < SEEDS; seed++) {
            boolean killed = true;
            for (int operation = 1; killed; operation++) {
                CrashingDisk disk = disk(seed);
                StagedDirectory directory = opened(disk);
                Path staged = directory.begin("a");
                fill(disk, staged);
                directory.publish(staged, "a");
                disk.killProcessAt(disk.operations() + operation);
                try {
                    directory.delete("a");
                } catch (PowerCutException e) {
                    // as ordered
                }
                killed = disk.isPowerCut();
                disk.killProcess();
                disk.cutPowerAt(disk.operations() + 1 + (int) (seed % 6));
                try {
                    opened(disk);
                } catch (PowerCutException e) {
                    // as ordered
                }
                disk.restorePower();
                opened(disk);
                if (disk.exists(PARENT.resolve("a"))) {
                    assertThat(disk.list(PARENT.resolve("a")))
                            .as("seed %d, operation %d", seed, operation)
                            .hasSize(2);
                    assertThat(operation).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void what_a_crash_left_is_swept_away_and_nothing_else() throws IOException {
        CrashingDisk disk = disk(1);
        StagedDirectory directory = opened(disk);
        directory.publish(directory.begin("kept"), "kept");
        fill(disk, directory.begin("begun"));
        fill(disk, PARENT.resolve("kept"));
        disk.createDirectory(PARENT.resolve(".deleted-x"));
        disk.createDirectory(PARENT.resolve("someone-elses"));
        opened(disk);
        assertThat(disk.list(PARENT)).containsExactly(PARENT.resolve("kept"), PARENT.resolve("someone-elses"));
        assertThat(disk.list(PARENT.resolve("kept"))).hasSize(2);
    }

    @Test
    void what_is_given_up_leaves_nothing() throws IOException {
        CrashingDisk disk = disk(1);
        StagedDirectory directory = opened(disk);
        Path staged = directory.begin("a");
        fill(disk, staged);
        directory.discard(staged);
        directory.discard(staged);
        assertThat(disk.list(PARENT)).isEmpty();
    }

    @Test
    void a_publication_or_removal_that_cannot_be_forced_is_taken_back() throws IOException {
        CrashingDisk disk = disk(1);
        StagedDirectory directory = opened(disk);
        Path staged = directory.begin("a");
        fill(disk, staged);
        disk.failAt(disk.operations() + 3, new IOException("Input/output error"));
        assertThatThrownBy(() -> directory.publish(staged, "a")).hasMessage("Input/output error");
        assertThat(disk.list(PARENT)).containsExactly(staged);
        directory.publish(staged, "a");
        disk.failAt(disk.operations() + 2, new IOException("Input/output error"));
        assertThatThrownBy(() -> directory.delete("a")).hasMessage("Input/output error");
        assertThat(disk.list(PARENT.resolve("a"))).hasSize(2);
        directory.delete("a");
        assertThat(disk.list(PARENT)).isEmpty();
    }
}
