package org.checkpointrecovery.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.checkpointrecovery.job.ItemErrorCode;
import org.checkpointrecovery.job.ItemFailure;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.storage.ItemJournal.Entry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A journal of several segments that is damaged, or whose power is cut: what it says of an item is what was written, or
 * nothing; what was forced is there unless it was damaged; and it tells damage from what a power cut leaves.
 */
class DamagedJournalTest {
    private static final JobId JOB = new JobId("0mh3k2v9x-7fq2mzt4");
    private static final Path DIRECTORY = Path.of("/job");
    private static final int SEGMENT_BYTES = 600;
    private static final int ITEMS = 60;
    private static final int DAMAGES = 300;

    private final JobFiles files = new JobFiles(DIRECTORY);

    private static CrashingDisk disk(long seed) throws IOException {
        CrashingDisk disk = new CrashingDisk(seed);
        disk.createDirectory(DIRECTORY);
        disk.forceDirectory(Path.of("/"));
        return disk;
    }

    private ItemJournal open(Disk disk, int run, long nextItem) throws IOException {
        return ItemJournal.open(disk, files.journal(), new ItemJournal.OfRun(JOB, run, 0), nextItem, SEGMENT_BYTES);
    }

    private static Entry entry(long number) {
        return number % 5 == 0
                ? new Entry.Failed(new ItemFailure(ItemErrorCode.HTTP_STATUS, "No. " + number, 503), 5)
                : new Entry.Succeeded(("{\"index\":" + number + ",\"body\":\"" + "x".repeat((int) number % 40) + "\"}")
                        .getBytes(UTF_8));
    }

    private static String shown(@Nullable Entry entry) {
        return entry instanceof Entry.Succeeded succeeded ? new String(succeeded.result(), UTF_8) : "" + entry;
    }

    /** Writes items out of order, a few at a time, as an endpoint answers them. */
    private static final class Writer {
        private final Map<Long, Entry> forced = new TreeMap<>();
        private final Random random;
        private long next;

        Writer(Random random) {
            this.random = random;
        }

        void write(ItemJournal journal) throws IOException {
            while (next < ITEMS) {
                Map<Long, Entry> group = new TreeMap<>();
                for (int i = random.nextInt(4); i >= 0; i--) {
                    long number = next++ ^ 3;
                    group.put(number, entry(number));
                    journal.append(number, 0, entry(number));
                }
                journal.force();
                forced.putAll(group);
            }
        }
    }

    /** What is done to one segment. */
    enum Damage {
        NONE,
        FLIPPED_BIT,
        LINE_END_IN_THE_MIDDLE,
        ZEROED_BLOCK,
        CUT_OUT_BYTES,
        CUT_OUT_LINE,
        CUT_SHORT,
        EMPTY,
        MISSING;

        /** The content after it; null if there is none. */
        byte @Nullable [] done(byte[] content, Random random) {
            byte[] damaged = content.clone();
            int at = random.nextInt(content.length - 1);
            switch (this) {
                case NONE -> {}
                case FLIPPED_BIT -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                case LINE_END_IN_THE_MIDDLE -> damaged[at] = '\n';
                case ZEROED_BLOCK -> Arrays.fill(damaged, at, Math.min(damaged.length, at + 64), (byte) 0);
                case CUT_OUT_BYTES -> {
                    return without(content, at, Math.min(content.length, at + 1 + random.nextInt(64)));
                }
                case CUT_OUT_LINE -> {
                    int from = at;
                    while (from > 0 && content[from - 1] != '\n') {
                        from--;
                    }
                    int to = at;
                    while (content[to] != '\n') {
                        to++;
                    }
                    return without(content, from, to + 1);
                }
                case CUT_SHORT -> {
                    return Arrays.copyOf(content, at);
                }
                case EMPTY -> {
                    return new byte[0];
                }
                case MISSING -> {
                    return null;
                }
            }
            return damaged;
        }

        private static byte[] without(byte[] content, int from, int to) {
            byte[] shorter = Arrays.copyOf(content, content.length - (to - from));
            System.arraycopy(content, to, shorter, from, content.length - to);
            return shorter;
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_damaged_journal_says_nothing_wrong_and_is_found_out(Damage damage) throws Exception {
        for (long seed = 0; seed < DAMAGES; seed++) {
            Random random = new Random(seed);
            CrashingDisk disk = disk(seed);
            Writer writer = new Writer(random);
            try (ItemJournal journal = open(disk, 1, 0)) {
                writer.write(journal);
            }
            int segments = RecoveredItems.segmentsOf(disk, files.journal()).size();
            assertThat(segments).isGreaterThan(4);
            int segment = 1 + random.nextInt(segments - 1); // damage at the very end may be what a crash leaves
            byte[] content = disk.bytes(files.journal().segment(segment));
            byte[] damaged = damage.done(content, random);
            boolean touched = !Arrays.equals(content, damaged);
            if (damaged == null) {
                disk.delete(files.journal().segment(segment));
            } else {
                disk.write(files.journal().segment(segment), damaged);
            }
            try (ItemJournal journal = open(disk, 2, 0)) {
                int lost = 0;
                for (Map.Entry<Long, Entry> item : writer.forced.entrySet()) {
                    Entry recovered = journal.recovered(item.getKey(), 0);
                    if (recovered == null) {
                        lost++;
                    } else {
                        assertThat(shown(recovered)).as("seed %d", seed).isEqualTo(shown(item.getValue()));
                    }
                }
                boolean firstIsMissing = damage == Damage.MISSING && segment == 1;
                if (touched && !firstIsMissing) {
                    assertThat(journal.damaged()).as("seed %d", seed).containsExactly("journal." + segment);
                } else {
                    assertThat(journal.damaged()).as("seed %d", seed).isEmpty();
                }
                if (damage == Damage.NONE) {
                    assertThat(lost).isZero();
                } else if (damage == Damage.FLIPPED_BIT || damage == Damage.CUT_OUT_LINE) {
                    boolean headed = headerOf(requireNonNull(damaged)).equals(headerOf(content));
                    assertThat(headed ? lost : 0)
                            .as("seed %d: only what is damaged is lost", seed)
                            .isLessThanOrEqualTo(2);
                }
            }
        }
    }

    private static String headerOf(byte[] segment) {
        return new String(segment, UTF_8).split("\n", 2)[0];
    }

    @Test
    void what_was_forced_survives_two_power_cuts_at_any_operations_and_is_not_taken_for_damaged() throws Exception {
        boolean cut = true;
        for (int operation = 3; cut; operation++) {
            cut = false;
            for (long seed = 0; seed < 10; seed++) {
                cut |= survives(operation, seed);
            }
        }
    }

    private boolean survives(int operation, long seed) throws IOException {
        Random random = new Random(seed * 1000 + operation);
        CrashingDisk disk = disk(seed);
        Writer writer = new Writer(random);
        disk.cutPowerAt(operation);
        int run = 1;
        int cuts = 0;
        boolean done = false;
        while (!done) {
            try (ItemJournal journal = open(disk, run, 0)) {
                String where = "operation " + operation + ", seed " + seed + ", run " + run;
                assertThat(journal.damaged()).as(where).isEmpty();
                for (Map.Entry<Long, Entry> item : writer.forced.entrySet()) {
                    assertThat(shown(journal.recovered(item.getKey(), 0)))
                            .as("item %d, %s", item.getKey(), where)
                            .isEqualTo(shown(item.getValue()));
                }
                writer.next = writer.forced.size(); // not all of a group that was cut off is there
                for (long next = writer.next; next < ITEMS; next++) {
                    Entry recovered = journal.recovered(next ^ 3, 0);
                    assertThat(shown(recovered)).as(where).isIn("null", shown(entry(next ^ 3)));
                }
                writer.write(journal);
                done = true;
            } catch (PowerCutException e) {
                disk.restorePower();
                cuts++;
                run++;
                if (cuts == 1) {
                    disk.cutPowerAt(disk.operations() + 1 + random.nextInt(40));
                }
            }
        }
        return cuts > 0;
    }

    @Test
    void segments_that_are_deleted_and_come_back_in_a_power_cut_are_not_taken_for_damage() throws Exception {
        for (long seed = 0; seed < 100; seed++) {
            CrashingDisk disk = disk(seed);
            Writer writer = new Writer(new Random(seed));
            try (ItemJournal journal = open(disk, 1, 0)) {
                writer.write(journal);
                journal.absorbed(40);
            }
            disk.restorePower();
            try (ItemJournal journal = open(disk, 2, 40)) {
                assertThat(journal.damaged()).as("seed %d", seed).isEmpty();
                for (long number = 40; number < ITEMS; number++) {
                    assertThat(shown(journal.recovered(number, 0))).isEqualTo(shown(entry(number)));
                }
            }
        }
    }
}
