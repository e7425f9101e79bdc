package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.checkpointrecovery.engine.CrashedJob.Left;
import org.checkpointrecovery.engine.CrashedJob.Source;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The promise of the service, on a disk that keeps no more than a disk must: the power is cut at every operation of a job's
 * life, from the first start of the service to the removal of its last checkpoint, and after each cut the job's results are
 * those of a run without one. And the proof of the proof: with any one of the writes in the wrong order, damage is found.
 */
class PowerCutTest {
    private static final int FIRST_OPERATION = 3; // those before make the data directory
    private static final int SEEDS = 3;
    private static final int SEEDS_TO_FIND_DAMAGE = 30;

    private static final List<String> ITEMS = List.of(
            "one",
            " zwei \u00fcber\tdrei ",
            "",
            "\u3000",
            "four \"quoted\" \\ \u0001",
            "f\u00fcnf\ud83d\ude00",
            "six",
            "seven of nine",
            "acht#",
            "   ",
            "stra\u00dfe",
            "ten " + "long ".repeat(30),
            "elf");

    /** The job under test. */
    enum Case {
        GROUP_ONE_THREAD(CommitMode.GROUP, 1, false),
        GROUP_THREE_THREADS(CommitMode.GROUP, 3, true),
        EACH_ONE_THREAD(CommitMode.EACH, 1, true),
        EACH_THREE_THREADS(CommitMode.EACH, 3, false),
        CALLS(CommitMode.GROUP, 1, true),
        CALLS_EACH(CommitMode.EACH, 1, true),
        /** No checkpoint before the last item: all that is finished is in the journal alone. */
        CALLS_IN_ONE_BATCH(CommitMode.GROUP, 1, false),
        /** The same, in several segments of the journal. */
        CALLS_WITH_LARGE_ANSWERS(CommitMode.GROUP, 1, false);

        private static final int CALLS_AT_ONCE = 3;
        private static final int LARGE = 2 * 1024 * 1024;

        private static final Set<Long> FAILING = Set.of(1L, 3L, 4L, 5L, 9L);

        private final CommitMode commit;
        private final int parallelism;
        private final boolean upload;

        Case(CommitMode commit, int parallelism, boolean upload) {
            this.commit = commit;
            this.parallelism = parallelism;
            this.upload = upload;
        }

        /** A whole batch fails, an item in the first batch, and the last item of all. */
        CrashedJob on(CrashingDisk medium, Disk disk, CountedCalls calls) {
            TestSpec spec = TestSpec.spec().commit(commit).parallelism(parallelism);
            if (callsOut()) {
                spec.processor(CountedCalls.spec(CALLS_AT_ONCE)).batchSize(isOneBatch() ? 100 : 3);
            } else {
                spec.failItems(FAILING);
            }
            return new CrashedJob(
                    medium, disk, calls, spec, upload ? new Source(List.of(), bytes()) : new Source(ITEMS, null));
        }

        /** Items that have a price, so that no more of them than necessary may be worked on again. */
        boolean callsOut() {
            return this == CALLS || this == CALLS_EACH || isOneBatch();
        }

        private boolean isOneBatch() {
            return this == CALLS_IN_ONE_BATCH || this == CALLS_WITH_LARGE_ANSWERS;
        }

        /** The disk in memory takes its time for large answers. */
        int seeds() {
            return this == CALLS_WITH_LARGE_ANSWERS ? 1 : SEEDS;
        }

        CountedCalls calls(long seed) {
            return new CountedCalls(seed, FAILING, this == CALLS_WITH_LARGE_ANSWERS ? LARGE : 0);
        }

        /** With a byte-order mark, line ends of both kinds, bytes that are not UTF-8, and no line end at the end. */
        private static byte[] bytes() {
            String lines = "\ufeff" + String.join("\r\n", ITEMS.subList(0, 5)) + "\n"
                    + String.join("\n", ITEMS.subList(5, ITEMS.size()));
            byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
            for (int at = 0; at < bytes.length; at++) {
                if (bytes[at] == '#') {
                    bytes[at] = (byte) 0xff;
                }
            }
            return bytes;
        }
    }

    private static Left cleanRun(Case job) throws Exception {
        CrashingDisk disk = CrashedJob.emptyDisk(0);
        CountedCalls calls = job.calls(0);
        Left left = job.on(disk, disk, calls).live();
        assertThat(left).isNotNull();
        int notUtf8 = job.upload && !job.callsOut() ? 1 : 0;
        assertThat(left.results().lines()).hasSize(5 - notUtf8);
        assertThat(left.errors().lines()).hasSize(5 + notUtf8);
        calls.assertRepeated(job.callsOut() ? 10 : 0, 0);
        return left;
    }

    @ParameterizedTest
    @EnumSource
    void results_are_those_of_a_clean_run_when_the_power_is_cut_at_any_operation(Case job) throws Exception {
        Left clean = cleanRun(job);
        for (long seed = 0; seed < job.seeds(); seed++) {
            int operations = forEachOperation(seed, (disk, operation, chance) -> {
                disk.cutPowerAt(operation);
                return crash(job, disk, disk, clean, chance, disk::restorePower);
            });
            assertThat(operations).isGreaterThan(40);
        }
    }

    @ParameterizedTest
    @EnumSource
    void results_are_those_of_a_clean_run_when_the_process_is_killed_at_any_operation(Case job) throws Exception {
        Left clean = cleanRun(job);
        for (long seed = 100; seed < 100 + (job.seeds() + 1) / 2; seed++) {
            int operations = forEachOperation(seed, (disk, operation, chance) -> {
                disk.killProcessAt(operation);
                return crash(job, disk, disk, clean, chance, disk::killProcess);
            });
            assertThat(operations).isGreaterThan(40);
        }
    }

    /** What goes wrong with the writes of the service. */
    enum WrongOrder {
        RESULTS_NOT_FORCED,
        RESULTS_OF_THE_LAST_COMMIT_NOT_FORCED,
        ERRORS_NOT_FORCED,
        TEMPORARY_CHECKPOINT_NOT_FORCED,
        LOG_NOT_FORCED,
        DIRECTORIES_NOT_FORCED,
        RENAMED_CHECKPOINT_NOT_FORCED,
        CHECKPOINT_BEFORE_RESULTS,
        RESULTS_NOT_CUT_BACK,
        JOURNAL_NOT_FORCED;

        Disk on(Disk disk) {
            return switch (this) {
                case RESULTS_NOT_FORCED, RESULTS_OF_THE_LAST_COMMIT_NOT_FORCED -> new NoForce(disk, "results.jsonl");
                case ERRORS_NOT_FORCED -> new NoForce(disk, "errors.jsonl");
                case TEMPORARY_CHECKPOINT_NOT_FORCED -> new NoForce(disk, "checkpoint.json.tmp");
                case LOG_NOT_FORCED -> new NoForce(disk, ".*[.]log");
                case DIRECTORIES_NOT_FORCED -> new NoDirectoryForce(disk);
                case RENAMED_CHECKPOINT_NOT_FORCED -> new NoForceOfCheckpointName(disk);
                case CHECKPOINT_BEFORE_RESULTS -> new ResultsForcedLate(disk);
                case RESULTS_NOT_CUT_BACK -> new NoCutBack(disk);
                case JOURNAL_NOT_FORCED -> new NoForce(disk, "journal.1");
            };
        }

        Case job() {
            return switch (this) {
                case JOURNAL_NOT_FORCED -> Case.CALLS_IN_ONE_BATCH;
                case RESULTS_OF_THE_LAST_COMMIT_NOT_FORCED -> Case.GROUP_ONE_THREAD;
                default -> Case.EACH_THREE_THREADS;
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_wrong_order_of_writes_is_found(WrongOrder wrong) throws Exception {
        Case job = wrong.job();
        Left clean = cleanRun(job);
        AssertionError found = null;
        for (long seed = 0; seed < SEEDS_TO_FIND_DAMAGE && found == null; seed++) {
            try {
                forEachOperation(seed, (disk, operation, chance) -> {
                    disk.cutPowerAt(operation);
                    return crash(job, disk, wrong.on(disk), clean, chance, disk::restorePower);
                });
            } catch (AssertionError e) {
                found = e;
            }
        }
        assertThat(found).as("damage of %s", wrong).isNotNull();
    }

    /** A life of the job that ends in a crash; false if it came to its end before. */
    private interface Crash {
        boolean at(CrashingDisk disk, int operation, Random chance) throws Exception;
    }

    /** Crashes a new job at each operation, until it makes no more; returns how many there were. */
    private static int forEachOperation(long seed, Crash crash) throws Exception {
        int operation = FIRST_OPERATION;
        boolean crashed = true;
        while (crashed) {
            try {
                crashed = crash.at(CrashedJob.emptyDisk(seed), operation, new Random(seed * 1_000 + operation));
            } catch (AssertionError | RuntimeException | IOException | RefusedException e) {
                throw new AssertionError("seed " + seed + ", operation " + operation + ": " + e.getMessage(), e);
            }
            operation++;
        }
        return operation - FIRST_OPERATION;
    }

    /** One crash, every other time a second one at any operation of the life that follows, and then to the end. */
    private static boolean crash(
            Case kind, CrashingDisk medium, Disk disk, Left clean, Random chance, Runnable startAgain)
            throws Exception {
        CountedCalls calls = kind.calls(chance.nextLong());
        CrashedJob job = kind.on(medium, disk, calls);
        Left left = job.live();
        boolean crashed = left == null;
        int crashes = 0;
        if (crashed) {
            crashes++;
            startAgain.run();
            if (chance.nextBoolean()) {
                medium.cutPowerAt(medium.operations() + 1 + chance.nextInt(60));
            }
            left = job.live();
        }
        if (left == null) {
            crashes++;
            medium.restorePower();
            left = job.live();
        }
        assertThat(left).isEqualTo(clean);
        calls.assertRepeated(kind.callsOut() ? 10 : 0, crashes * Case.CALLS_AT_ONCE);
        return crashed;
    }

    private static boolean isNamed(Path file, String name) {
        return file.getFileName().toString().equals(name);
    }

    /** Forgets to force a file. */
    private static final class NoForce extends ForwardingDisk {
        private final String name;

        NoForce(Disk disk, String name) {
            super(disk);
            this.name = name;
        }

        @Override
        public DiskFile open(Path file) throws IOException {
            DiskFile opened = super.open(file);
            return !file.getFileName().toString().matches(name)
                    ? opened
                    : new ForwardingFile(opened) {
                        @Override
                        public void force() {}
                    };
        }
    }

    /** Forgets to force directories. */
    private static final class NoDirectoryForce extends ForwardingDisk {
        NoDirectoryForce(Disk disk) {
            super(disk);
        }

        @Override
        public void forceDirectory(Path directory) {}
    }

    /** Forgets to force the directory when a checkpoint has just got its name. */
    private static final class NoForceOfCheckpointName extends ForwardingDisk {
        private boolean checkpointMoved;

        NoForceOfCheckpointName(Disk disk) {
            super(disk);
        }

        @Override
        public void move(Path from, Path to) throws IOException {
            super.move(from, to);
            checkpointMoved = isNamed(to, "checkpoint.json");
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            if (!checkpointMoved) {
                super.forceDirectory(directory);
            }
            checkpointMoved = false;
        }
    }

    /** Forgets to cut back what no checkpoint counts. */
    private static final class NoCutBack extends ForwardingDisk {
        NoCutBack(Disk disk) {
            super(disk);
        }

        @Override
        public DiskFile open(Path file) throws IOException {
            DiskFile opened = super.open(file);
            return !isNamed(file, "results.jsonl")
                    ? opened
                    : new ForwardingFile(opened) {
                        @Override
                        public void cutBack(long size) {}
                    };
        }
    }

    /** Forces results only when the checkpoint that counts them is committed. */
    private static final class ResultsForcedLate extends ForwardingDisk {
        private @Nullable DiskFile results;
        private boolean checkpointMoved;

        ResultsForcedLate(Disk disk) {
            super(disk);
        }

        @Override
        public DiskFile open(Path file) throws IOException {
            DiskFile opened = super.open(file);
            if (!isNamed(file, "results.jsonl")) {
                return opened;
            }
            results = opened;
            return new ForwardingFile(opened) {
                @Override
                public void force() {}
            };
        }

        @Override
        public void move(Path from, Path to) throws IOException {
            super.move(from, to);
            checkpointMoved |= isNamed(to, "checkpoint.json");
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            super.forceDirectory(directory);
            if (checkpointMoved && results != null) {
                checkpointMoved = false;
                results.force();
            }
        }
    }
}
