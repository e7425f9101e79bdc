package org.checkpointrecovery.engine.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.engine.JobView;
import org.checkpointrecovery.engine.RefusedException;
import org.checkpointrecovery.engine.TestService;
import org.checkpointrecovery.engine.TestSpec;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.ResultsLayout;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.rehearsal.RehearsingEngine;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.JobFiles;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A job on a cluster, whose service is killed, or whose power is cut, at every operation on the disk of its life. The service
 * starts again, and the job has the results of one without a crash; nothing of it is left in the cluster or on the disk.
 */
class FlinkPowerCutTest {
    private static final int ITEMS = 8;
    private static final Set<Long> FAILING = Set.of(1L, 4L, 5L, 7L);
    private static final int MOST_OPERATIONS = 2000;

    /** What a client does to the job. */
    enum Life {
        UNDISTURBED,
        PAUSED_AND_RESUMED,
        CANCELLED
    }

    private record Left(String results, String errors) {}

    private static TestSpec spec(ResultsLayout layout) {
        return TestSpec.spec()
                .batchSize(2)
                .commit(CommitMode.EACH)
                .failItems(FAILING)
                .results(layout)
                .engine(EngineKind.FLINK);
    }

    private static ResultsLayout layout(long seed) {
        return seed % 2 == 0 ? ResultsLayout.SINGLE_FILE : ResultsLayout.PARTS;
    }

    private static CrashingDisk disk(long seed) throws IOException {
        CrashingDisk disk = new CrashingDisk(seed);
        disk.createDirectory(TestService.DATA);
        disk.forceDirectory(Path.of("/"));
        return disk;
    }

    private static Left clean() throws Exception {
        CrashingDisk disk = disk(0);
        try (TestService service = TestService.start(disk, TestService.Options.of(TestService.DATA))) {
            JobId id = service.submit(spec(ResultsLayout.PARTS).engine(EngineKind.LOCAL), items());
            service.await(id, Status.COMPLETED);
            return new Left(service.results(id), service.errors(id));
        }
    }

    private static String[] items() {
        return IntStream.range(0, ITEMS).mapToObj(i -> "item " + i).toArray(String[]::new);
    }

    /** A crash at an operation; false if the job came to its end before. */
    private interface Crash {
        boolean at(int operation, Random chance) throws Exception;
    }

    private static void atEachOperation(long seed, Crash crash) throws Exception {
        boolean crashed = true;
        for (int operation = 1; crashed; operation++) {
            try {
                crashed = crash.at(operation, new Random(seed * 1_000_000 + operation));
            } catch (AssertionError | RuntimeException | IOException | RefusedException e) {
                throw new AssertionError("seed " + seed + ", operation " + operation + ": " + e.getMessage(), e);
            }
            assertThat(operation).isLessThan(MOST_OPERATIONS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void results_are_those_of_a_clean_run_when_the_service_is_killed_at_any_operation(Life life) throws Exception {
        Left clean = clean();
        for (long seed = 0; seed < 2; seed++) {
            long disks = seed;
            atEachOperation(seed, (operation, chance) -> {
                CrashingDisk medium = disk(disks);
                FakeCluster cluster = new FakeCluster(medium, 2);
                MortalService mortal = new MortalService(medium);
                mortal.dieAt(operation, chance.nextBoolean());
                live(life, layout(disks), mortal.disk(), cluster.engine(mortal, 2), mortal::isDead, null);
                if (mortal.isDead() && chance.nextInt(4) == 0) {
                    cluster.kill(); // both at once
                }
                liveOn(life, layout(disks), medium, cluster, clean, mortal.isDead());
                return mortal.isDead();
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void results_are_those_of_a_clean_run_when_the_power_of_all_is_cut_at_any_operation(Life life) throws Exception {
        Left clean = clean();
        for (long seed = 0; seed < 2; seed++) {
            long disks = seed;
            atEachOperation(seed, (operation, chance) -> {
                CrashingDisk medium = disk(disks);
                medium.cutPowerAt(medium.operations() + operation);
                FakeCluster cluster = new FakeCluster(medium, 2);
                live(life, layout(disks), medium, cluster.engine(medium, 2), medium::isPowerCut, null);
                boolean cut = medium.isPowerCut();
                cluster.kill();
                medium.restorePower();
                liveOn(life, layout(disks), medium, cluster, clean, cut);
                return cut;
            });
        }
    }

    /** The cluster's machines go on when the power of the service's, with the disk, is cut; what was not forced is lost. */
    @Test
    void a_cluster_that_outlives_the_disk_is_found_again() throws Exception {
        Left clean = clean();
        atEachOperation(7, (operation, chance) -> {
            CrashingDisk medium = disk(operation);
            MortalService mortal = new MortalService(medium);
            mortal.dieAt(operation, chance.nextBoolean());
            FakeCluster cluster = new FakeCluster(medium, 2);
            live(Life.UNDISTURBED, layout(operation), mortal.disk(), cluster.engine(mortal, 2), mortal::isDead, null);
            if (mortal.isDead()) {
                medium.restorePower();
            }
            liveOn(Life.UNDISTURBED, layout(operation), medium, cluster, clean, mortal.isDead());
            return mortal.isDead();
        });
    }

    private static void liveOn(
            Life life, ResultsLayout layout, Disk disk, FakeCluster cluster, Left clean, boolean crashed)
            throws Exception {
        live(life, layout, disk, cluster.engine(disk, 2), () -> false, service -> {
            JobView view = service.service().jobs().newest(2).get(0);
            JobId id = view.job().id();
            if (view.job().status() == Status.COMPLETED) {
                assertThat(new Left(service.results(id), service.errors(id))).isEqualTo(clean);
                checkRuns(view);
            } else {
                assertThat(life).isEqualTo(Life.CANCELLED);
                assertThat(clean.results).startsWith(service.results(id));
                assertThat(clean.errors).startsWith(service.errors(id));
            }
            JobFiles files = service.files(id);
            boolean inParts = disk.exists(files.partIndex());
            assertThat(inParts && view.job().status() == Status.COMPLETED && layout == ResultsLayout.SINGLE_FILE)
                    .as("a single file has parts left")
                    .isFalse();
            assertThat(disk.list(files.directory()))
                    .as("crashed: %s", crashed)
                    .isSubsetOf(List.of(
                            inParts ? files.parts() : files.errors(),
                            inParts ? files.partIndex() : files.results(),
                            files.job(),
                            files.job().resolveSibling("job.json.tmp"), // it may be about to be written
                            files.ownInput(),
                            files.checkpoint(),
                            files.checkpoint().resolveSibling("checkpoint.previous.json"),
                            files.checkpoint().resolveSibling("checkpoint.json.tmp")));
            Await.until("the cluster works no more", () -> !cluster.works());
        });
        cluster.kill();
    }

    private static void checkRuns(JobView view) {
        long expected = 0;
        for (Run run : view.job().runs()) {
            assertThat(run.firstItem()).as("first item of run %d", run.number()).isEqualTo(expected);
            expected = run.nextItem();
        }
        assertThat(expected).isEqualTo(ITEMS);
    }

    private interface Check {
        void check(TestService service) throws Exception;
    }

    /** One life of the service: until the job is at its end or the service is dead. */
    private static void live(
            Life life,
            ResultsLayout layout,
            Disk disk,
            RehearsingEngine engine,
            BooleanSupplier dead,
            @Nullable Check check)
            throws Exception {
        TestService service = TestService.onCluster(disk, TestService.Options.of(TestService.DATA), engine);
        try {
            service.service().open();
            List<JobView> found = service.service().jobs().newest(2);
            JobId id = found.isEmpty()
                    ? service.submit(spec(layout), items())
                    : found.get(0).job().id();
            disturb(life, service, id, dead);
            if (check != null) {
                check.check(service);
            }
        } catch (IOException | UncheckedIOException e) {
            if (!dead.getAsBoolean()) {
                throw e;
            }
        } finally {
            service.close();
        }
    }

    private static void disturb(Life life, TestService service, JobId id, BooleanSupplier dead) throws Exception {
        boolean[] disturbed = {life == Life.UNDISTURBED};
        Await.until("the job is at its end", () -> {
            Status status = service.status(id);
            if (!disturbed[0] && service.nextItem(id) >= 4 && status == Status.RUNNING) {
                try {
                    Object unused = life == Life.CANCELLED
                            ? service.service().verbs().cancel(id)
                            : service.service().verbs().pause(id);
                    disturbed[0] = true;
                } catch (RefusedException e) {
                    // it is at its end just now
                }
            } else if (status == Status.PAUSED && !dead.getAsBoolean()) {
                service.service().verbs().resume(id);
            }
            assertThat(status == Status.FAILED && !dead.getAsBoolean())
                    .as("%s", service.job(id).state())
                    .isFalse();
            return dead.getAsBoolean() || status == Status.COMPLETED || status == Status.CANCELLED;
        });
    }
}
