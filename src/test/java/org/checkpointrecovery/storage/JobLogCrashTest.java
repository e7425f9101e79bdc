package org.checkpointrecovery.storage;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Submission;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The promise of the log: what was confirmed is there after a crash, whether its files were forced or not. Random
 * submissions, saves, deletions and restarts are cut off at every operation; and with any one of the forces left out,
 * a loss is found.
 */
class JobLogCrashTest {
    private static final Path DATA = Path.of("/data");
    private static final Path JOBS = DATA.resolve("jobs");
    private static final Path LOG = DATA.resolve("log");
    private static final int FIRST_OPERATION = 3; // those before make the data directory
    private static final int CHANGES = 14;
    private static final int SEEDS = 8;
    private static final int SEEDS_TO_FIND_A_LOSS = 60;
    /** A segment holds two or three changes. */
    private static final long SEGMENT_BYTES = 1500;

    /** What is known of a job, which a crash must not take back. */
    private static final class Known {
        /** The number of items of each job, by which versions of a record are told apart. */
        private final Map<JobId, Long> confirmed = new TreeMap<>();

        private @Nullable JobId changing;
        private @Nullable Long changed; // null if it is being deleted
        private int submitted;

        /** Returns a job that exists, or a new one. */
        JobId pick(Random random) {
            List<JobId> ids = new ArrayList<>(confirmed.keySet());
            int picked = random.nextInt(ids.size() + 2);
            return picked < ids.size() ? ids.get(picked) : new JobId("0mh3k2v9x-" + (10_000_000 + submitted++));
        }
    }

    private static CrashingDisk emptyDisk(long seed) throws IOException {
        CrashingDisk disk = new CrashingDisk(seed);
        disk.createDirectory(DATA);
        disk.forceDirectory(Path.of("/"));
        return disk;
    }

    static Job job(JobId id, long version) {
        Job golden = requireNonNull(GoldenJobs.all().get("job-paused.json"));
        Submission submission = golden.submission();
        return new Job(
                new Submission(id, null, submission.spec(), submission.identity(), null, submission.createdAt()),
                version,
                golden.state(),
                golden.stateSince(),
                List.of(),
                null,
                golden.ends());
    }

    static byte[] input(JobId id) {
        return ("the input of " + id).getBytes(StandardCharsets.UTF_8);
    }

    /** Changes jobs, until the disk crashes. Returns false if it did not. */
    private static boolean live(CrashingDisk medium, Disk disk, Known known, Random random) throws IOException {
        try {
            JobStore store = open(disk, known);
            for (int i = 0; i < CHANGES; i++) {
                int kind = random.nextInt(10);
                JobId id = known.pick(random);
                if (kind == 0) {
                    store.close();
                    store = open(disk, known);
                } else if (kind == 9) {
                    store.write(); // as the background does
                } else if (kind == 8 && known.confirmed.containsKey(id)) {
                    store.makeDirectory(id);
                } else {
                    change(store, known, id, kind == 1, random.nextInt(1000));
                }
            }
            store.close();
        } catch (PowerCutException e) {
            // as ordered
        } catch (UncheckedIOException e) {
            assertThat(e).hasCauseInstanceOf(PowerCutException.class);
        }
        return medium.isPowerCut();
    }

    private static void change(JobStore store, Known known, JobId id, boolean delete, long version) throws IOException {
        boolean exists = known.confirmed.containsKey(id);
        if (delete && !exists) {
            return;
        }
        Job next = job(id, version);
        known.changing = id;
        known.changed = delete ? null : (Long) version;
        if (delete) {
            store.delete(id);
            known.confirmed.remove(id);
        } else {
            if (exists) {
                store.save(next);
            } else {
                try (JobStore.Draft draft = store.begin(id)) {
                    draft.writeInput(input(id));
                    draft.publish(next);
                }
            }
            known.confirmed.put(id, version);
        }
        known.changing = null;
    }

    /** Opens the store, and checks that it has what is known, and perhaps the change that the crash cut off. */
    private static JobStore open(Disk disk, Known known) throws IOException {
        JobStore store = new JobStore(disk, JOBS, LOG, SEGMENT_BYTES);
        store.open();
        Map<JobId, Long> found = new TreeMap<>();
        for (Job job : StoredJobs.of(store, GoldenJobs.NOW)) {
            found.put(job.id(), requireNonNull(job.totalItems(), "damaged"));
            assertThat(store.disk(job.id()).read(store.files(job.id()).ownInput()))
                    .isEqualTo(input(job.id()));
        }
        if (known.changing != null && Objects.equals(found.get(known.changing), known.changed)) {
            known.confirmed.remove(known.changing);
            if (known.changed != null) {
                known.confirmed.put(known.changing, known.changed);
            }
        }
        assertThat(found).isEqualTo(known.confirmed);
        known.changing = null;
        return store;
    }

    /** Crashes a life at each operation, and at a random one of the life after it. */
    private static void crashEverywhere(long seed, boolean power, Wrapping wrapping) throws Exception {
        boolean crashed = true;
        for (int operation = FIRST_OPERATION; crashed; operation++) {
            Random random = new Random(seed * 1_000 + operation);
            CrashingDisk medium = emptyDisk(seed);
            Disk disk = wrapping.on(medium);
            Known known = new Known();
            List<Integer> lives = new ArrayList<>();
            try {
                if (power) {
                    medium.cutPowerAt(operation);
                } else {
                    medium.killProcessAt(operation);
                }
                crashed = live(medium, disk, known, random);
                for (int life = 0; life < 3; life++) {
                    if (power || life > 0) {
                        medium.restorePower();
                    } else {
                        medium.killProcess();
                    }
                    int at = medium.operations() + 1 + random.nextInt(40);
                    lives.add(at);
                    medium.cutPowerAt(at);
                    live(medium, disk, known, random);
                }
                medium.restorePower();
                open(disk, known);
            } catch (AssertionError | RuntimeException | IOException e) {
                throw new AssertionError(
                        "seed " + seed + ", operations " + operation + " and " + lives + ": " + e.getMessage(), e);
            }
        }
    }

    private interface Wrapping {
        Disk on(Disk disk);
    }

    @Test
    void what_was_confirmed_is_there_when_the_power_is_cut_at_any_operation() throws Exception {
        for (long seed = 0; seed < SEEDS; seed++) {
            crashEverywhere(seed, true, disk -> disk);
        }
    }

    @Test
    void what_was_confirmed_is_there_when_the_process_is_killed_at_any_operation() throws Exception {
        for (long seed = 100; seed < 100 + SEEDS; seed++) {
            crashEverywhere(seed, false, disk -> disk);
        }
    }

    /** A force that is left out. */
    enum LeftOut {
        LOG("\\d+[.]log"),
        NAMES_OF_SEGMENTS("log"),
        SETTLED_RECORD("job[.]json"),
        SETTLED_INPUT("input[.]txt"),
        SETTLED_NAMES("0mh3k2v9x-\\d+"),
        NAMES_OF_JOBS("jobs");

        private final String name;

        LeftOut(String name) {
            this.name = name;
        }

        Disk on(Disk disk) {
            return new ForwardingDisk(disk) {
                @Override
                public DiskFile open(Path file) throws IOException {
                    return new ForwardingFile(super.open(file)) {
                        @Override
                        public void force() throws IOException {
                            if (!isLeftOut(file)) {
                                super.force();
                            }
                        }
                    };
                }

                @Override
                public void forceDirectory(Path directory) throws IOException {
                    if (!isLeftOut(directory)) {
                        super.forceDirectory(directory);
                    }
                }
            };
        }

        private boolean isLeftOut(Path path) {
            return path.getFileName() != null && path.getFileName().toString().matches(name);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_force_that_is_left_out_is_found(LeftOut force) {
        AssertionError found = null;
        for (long seed = 0; seed < SEEDS_TO_FIND_A_LOSS && found == null; seed++) {
            try {
                crashEverywhere(seed, true, force::on);
            } catch (AssertionError e) {
                found = e;
            } catch (Exception e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(found).as("loss without the force of %s", force).isNotNull();
    }
}
