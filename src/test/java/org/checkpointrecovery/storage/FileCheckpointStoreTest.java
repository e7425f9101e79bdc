package org.checkpointrecovery.storage;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Recovery.From;
import org.checkpointrecovery.storage.CheckpointStore.Found;
import org.checkpointrecovery.storage.CheckpointStore.Restored;
import org.junit.jupiter.api.Test;

class FileCheckpointStoreTest {
    private static final JobId JOB = new JobId("0mh3k2v9x-7fq2mzt4");
    private static final Path DATA = Path.of("/data");
    private static final Path CURRENT = DATA.resolve("checkpoint.json");
    private static final Path PREVIOUS = DATA.resolve("checkpoint.previous.json");
    private static final Path TEMPORARY = DATA.resolve("checkpoint.json.tmp");
    private static final Instant NOW = Instant.parse("2026-11-23T10:15:30.123Z");

    private static CrashingDisk disk(long seed) throws IOException {
        CrashingDisk disk = new CrashingDisk(seed);
        disk.createDirectory(DATA);
        disk.forceDirectory(Path.of("/"));
        return disk;
    }

    private static FileCheckpointStore store(Disk disk) {
        return new FileCheckpointStore(disk, JOB, CURRENT);
    }

    private static Checkpoint at(long nextItem) {
        return new Checkpoint(
                JOB,
                1,
                new Position(nextItem, 10 * nextItem, 100 * nextItem, 7, nextItem - 1, 1),
                null,
                NOW,
                Duration.ofMillis(1234));
    }

    private static long nextItem(Found found) {
        return found instanceof Found.Whole whole
                ? whole.checkpoint().position().nextItem()
                : -1;
    }

    @Test
    void a_checkpoint_is_found_as_it_was_committed() throws IOException {
        CrashingDisk disk = disk(1);
        FileCheckpointStore store = store(disk);
        assertThat(store.read()).isInstanceOf(Found.None.class);
        assertThat(store.newest()).isEmpty();
        Restored none = store.restore();
        assertThat(none.position()).isEqualTo(Position.START);
        assertThat(none.recovery().from()).isEqualTo(From.BEGINNING);
        assertThat(none.recovery().reason()).isNull();

        store.commit(at(3));
        store.commit(at(6));
        assertThat(store.newest()).contains(at(6));
        assertThat(store.restore().position()).isEqualTo(at(6).position());
        assertThat(store.restore().recovery().from()).isEqualTo(From.CHECKPOINT);
        assertThat(store.read()).isInstanceOfSatisfying(Found.Whole.class, whole -> {
            assertThat(whole.checkpoint()).isEqualTo(at(6));
            assertThat(whole.bytes()).isEqualTo(disk.bytes(CURRENT));
        });
        assertThat(disk.list(DATA)).containsExactly(CURRENT, PREVIOUS);
        assertThat(FileCheckpointStore.ownerOf(disk, CURRENT)).contains(JOB);
        assertThat(FileCheckpointStore.ownerOf(disk, DATA.resolve("none"))).isEmpty();
    }

    @Test
    void the_file_is_as_documented() throws IOException {
        CrashingDisk disk = disk(1);
        store(disk).commit(at(6));
        assertThat(disk.text(CURRENT))
                .matches("\\{\"version\":1,\"jobId\":\"0mh3k2v9x-7fq2mzt4\",\"run\":1,\"nextItem\":6,\"inputBytes\":60,"
                        + "\"resultsBytes\":600,\"errorsBytes\":7,\"succeeded\":5,\"failed\":1,"
                        + "\"savedAt\":\"2026-11-23T10:15:30.123Z\",\"runMillis\":1234,\"crc32c\":\"[0-9a-f]{8}\"}\n");
    }

    @Test
    void a_power_cut_in_a_commit_leaves_the_old_or_the_new_checkpoint() throws IOException {
        Set<From> found = EnumSet.noneOf(From.class);
        for (long seed = 0; seed < 100; seed++) {
            boolean cut = true;
            for (int operation = 1; cut; operation++) {
                CrashingDisk disk = disk(seed);
                store(disk).commit(at(3));
                store(disk).commit(at(6));
                disk.cutPowerAt(disk.operations() + operation);
                try {
                    store(disk).commit(at(9));
                } catch (PowerCutException e) {
                    // as ordered
                }
                cut = disk.isPowerCut();
                disk.restorePower();
                long shown = requireNonNull(store(disk).newest().orElse(null))
                        .position()
                        .nextItem();
                Restored restored = store(disk).restore();
                assertThat(restored.position().nextItem())
                        .as("seed %d, operation %d", seed, operation)
                        .isEqualTo(shown)
                        .isIn(cut ? 6L : 9L, 9L);
                found.add(restored.recovery().from());
                disk.restorePower();
                assertThat(store(disk).restore().position())
                        .as("restored again")
                        .isEqualTo(restored.position());
                assertThat(disk.exists(TEMPORARY)).isFalse();
            }
        }
        assertThat(found).containsExactlyInAnyOrder(From.CHECKPOINT, From.PREVIOUS_CHECKPOINT);
    }

    @Test
    void a_kill_between_the_two_renames_loses_nothing() throws IOException {
        boolean between = false;
        for (int operation = 1; operation <= 8; operation++) {
            CrashingDisk disk = disk(operation);
            store(disk).commit(at(3));
            disk.killProcessAt(disk.operations() + operation);
            try {
                store(disk).commit(at(6));
            } catch (PowerCutException e) {
                // as ordered
            }
            disk.killProcess();
            boolean renamed = !disk.exists(CURRENT);
            between |= renamed;
            long expected = renamed ? 6 : nextItem(store(disk).read());
            assertThat(nextItem(store(disk).read())).isEqualTo(expected);
            Restored restored = store(disk).restore();
            assertThat(restored.position().nextItem()).isEqualTo(expected);
            assertThat(restored.recovery().from()).as("operation %d", operation).isEqualTo(From.CHECKPOINT);
            assertThat(restored.recovery().reason()).isNull();
            disk.restorePower();
            assertThat(store(disk).restore().position()).isEqualTo(restored.position());
        }
        assertThat(between).as("a kill between the renames was tried").isTrue();
    }

    @Test
    void every_damaged_byte_is_noticed_and_the_one_before_is_used() throws IOException {
        CrashingDisk whole = disk(1);
        store(whole).commit(at(3));
        store(whole).commit(at(6));
        byte[] current = whole.bytes(CURRENT);
        for (int at = 0; at < current.length; at++) {
            CrashingDisk disk = disk(1);
            disk.write(PREVIOUS, whole.bytes(PREVIOUS));
            byte[] damaged = current.clone();
            damaged[at] ^= 1;
            disk.write(CURRENT, damaged);
            assertThat(store(disk).read()).as("byte %d", at).isInstanceOf(Found.Damaged.class);
            assertThat(store(disk).newest()).contains(at(3));
            Restored restored = store(disk).restore();
            assertThat(restored.recovery().from()).isEqualTo(From.PREVIOUS_CHECKPOINT);
            assertThat(requireNonNull(restored.recovery().reason()).code()).isEqualTo(ErrorCode.CHECKPOINT_DAMAGED);
            assertThat(restored.position()).isEqualTo(at(3).position());
            assertThat(disk.bytes(DATA.resolve("checkpoint.damaged-1.json"))).isEqualTo(damaged);
        }
    }

    @Test
    void a_checkpoint_of_a_newer_version_is_not_guessed_at() throws IOException {
        CrashingDisk disk = disk(1);
        store(disk).commit(at(3));
        String newer = disk.text(CURRENT).replace("\"version\":1", "\"version\":2");
        String body = newer.substring(0, newer.indexOf(",\"crc32c\"")) + "}";
        disk.write(CURRENT, Checksum.seal(body.getBytes(StandardCharsets.UTF_8)));
        assertThat(store(disk).read())
                .isInstanceOfSatisfying(
                        Found.Damaged.class,
                        damaged -> assertThat(damaged.message()).contains("version 2"));
    }

    /** Leaves half a temporary file, as a crash while it was written does. */
    private static void leaveTorn(CrashingDisk disk, Checkpoint checkpoint) throws IOException {
        Replacement.writeForced(disk, TEMPORARY, CheckpointCodec.encode(checkpoint));
        halve(disk, TEMPORARY);
    }

    private static void halve(CrashingDisk disk, Path path) throws IOException {
        try (DiskFile file = disk.open(path)) {
            file.cutBack(file.size() / 2);
        }
    }

    @Test
    void damaged_ones_are_numbered_and_kept_when_the_checkpoint_is_removed() throws IOException {
        CrashingDisk disk = disk(1);
        for (int i = 1; i <= 3; i++) {
            store(disk).commit(at(3));
            halve(disk, DATA.resolve("checkpoint.json"));
            store(disk).restore();
            assertThat(disk.exists(DATA.resolve("checkpoint.damaged-" + i + ".json")))
                    .isTrue();
        }
        store(disk).commit(at(3));
        store(disk).commit(at(6));
        leaveTorn(disk, at(9));
        store(disk).remove();
        store(disk).remove();
        assertThat(disk.list(DATA))
                .extracting(path -> path.getFileName().toString())
                .containsExactly("checkpoint.damaged-1.json", "checkpoint.damaged-2.json", "checkpoint.damaged-3.json");
        disk.restorePower();
        assertThat(store(disk).read()).isInstanceOf(Found.None.class);
    }

    @Test
    void a_power_cut_while_it_is_removed_leaves_the_newest_or_none() throws IOException {
        for (long seed = 0; seed < 50; seed++) {
            boolean cut = true;
            for (int operation = 1; cut; operation++) {
                CrashingDisk disk = disk(seed);
                store(disk).commit(at(3));
                store(disk).commit(at(6));
                disk.cutPowerAt(disk.operations() + operation);
                try {
                    store(disk).remove();
                } catch (PowerCutException e) {
                    // as ordered
                }
                cut = disk.isPowerCut();
                disk.restorePower();
                assertThat(nextItem(store(disk).read()))
                        .as("seed %d, operation %d", seed, operation)
                        .isIn(6L, -1L);
                assertThat(store(disk).restore().position().nextItem()).isIn(6L, 0L);
            }
        }
    }

    @Test
    void a_torn_temporary_file_is_worth_nothing() throws IOException {
        CrashingDisk disk = disk(1);
        leaveTorn(disk, at(3));
        assertThat(store(disk).read()).isInstanceOf(Found.None.class);
        assertThat(store(disk).restore().position()).isEqualTo(Position.START);
        assertThat(disk.exists(TEMPORARY)).isFalse();
        store(disk).commit(at(3));
        Replacement.writeForced(disk, TEMPORARY, CheckpointCodec.encode(at(6)));
        assertThat(store(disk).restore().position())
                .as("whole, but never renamed")
                .isEqualTo(at(3).position());
        assertThat(disk.exists(TEMPORARY)).isFalse();
    }

    @Test
    void a_disk_that_cannot_be_read_is_not_damage() throws IOException {
        CrashingDisk disk = disk(1);
        store(disk).commit(at(3));
        disk.cutPowerAt(disk.operations() + 1);
        assertThatThrownBy(() -> disk.delete(CURRENT)).isInstanceOf(PowerCutException.class);
        assertThatThrownBy(() -> store(disk).read()).isInstanceOf(PowerCutException.class);
        assertThatThrownBy(() -> store(disk).restore()).isInstanceOf(PowerCutException.class);
        disk.restorePower();
    }
}
