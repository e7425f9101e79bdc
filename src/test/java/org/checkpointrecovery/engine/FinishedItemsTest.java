package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.engine.range.RangeRecord;
import org.checkpointrecovery.engine.range.RangeStore;
import org.checkpointrecovery.engine.range.Submissions;
import org.checkpointrecovery.job.Checkpoint;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Progress;
import org.checkpointrecovery.job.Range;
import org.checkpointrecovery.job.Recovery;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.PartFiles;
import org.junit.jupiter.api.Test;

/** What a cluster has finished beyond the checkpoint is progress, and never less than it was. */
class FinishedItemsTest {
    private final CrashingDisk disk;
    private final HeldEngine engine = new HeldEngine();
    private TestService service;

    FinishedItemsTest() throws Exception {
        disk = CrashedJob.emptyDisk(0);
        service = new TestService(disk, TestService.Options.of(TestService.DATA), engine.wrapped());
        service.service().open();
    }

    private Progress progress(JobId id) throws Exception {
        return service.service().jobs().view(id).progress();
    }

    private static Position position(long succeeded, long failed) {
        return new Position(succeeded + failed, 0, 0, 0, succeeded, failed);
    }

    @Test
    void progress_follows_the_cluster_and_never_falls() throws Exception {
        JobId id = service.submit(TestSpec.spec(), "a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
        RunListener run = engine.run();
        assertThat(run.starting(id, new Recovery(Recovery.From.BEGINNING, 0, null), Position.START))
                .isTrue();
        run.counted(id, 10);
        run.finished(id, 5, 1);
        assertThat(progress(id).processedItems()).isEqualTo(6);
        assertThat(progress(id).failedItems()).isEqualTo(1);
        assertThat(progress(id).percent()).isEqualTo(60.0);
        run.finished(id, 2, 0); // a task was begun anew, and forgot
        run.committed(id, new Checkpoint(id, 1, position(3, 0), null, Instant.now(), Duration.ZERO), Duration.ZERO);
        assertThat(progress(id).processedItems()).isEqualTo(6);
        assertThat(service.nextItem(id)).isEqualTo(3);
        List<Long> seen = new ArrayList<>();
        for (long items : new long[] {7, 4, 8, 8, 1}) {
            run.finished(id, items, 0);
            seen.add(progress(id).processedItems());
        }
        assertThat(seen).containsExactly(7L, 7L, 8L, 8L, 8L);
        run.committed(id, new Checkpoint(id, 1, position(9, 1), null, Instant.now(), Duration.ZERO), Duration.ZERO);
        assertThat(progress(id).processedItems()).isEqualTo(10);
        assertThat(progress(id).percent()).isLessThan(100.0);
        run.ended(id, new RunEnd(Run.End.COMPLETED, null, position(9, 1)));
        assertThat(progress(id).percent()).isEqualTo(100.0);
        assertThat(progress(id).failedItems()).isEqualTo(1);
    }

    @Test
    void a_service_that_starts_again_finds_what_the_cluster_has_done() throws Exception {
        JobId id = service.submit(TestSpec.spec().engine(EngineKind.FLINK), "a", "b", "c", "d", "e", "f", "g", "h");
        service.await(id, Status.PAUSED); // the service has no cluster
        Await.until(
                "its directory is there", () -> disk.exists(service.files(id).directory()));
        RangeStore ranges = RangeStore.of(disk, service.files(id));
        Range range = new Range(3, 3, 6, 12, false);
        ranges.createDirectory();
        ranges.beginCuts(1, List.of(new Range(0, 3, 0, 6, false), range, new Range(6, 2, 12, 16, true)));
        ranges.save(new Submissions(List.of()).and("0000000000000000000000000000000b", ""));
        PartFiles done = ranges.attempt(range);
        ranges.create(done);
        disk.open(done.results()).close();
        disk.open(done.errors()).close();
        new RangeRecord(
                        3,
                        Duration.ZERO,
                        List.of(
                                new RangeRecord.Batch(1, 1, 0, 0, 10, false, null),
                                new RangeRecord.Batch(1, 0, 0, 0, 12, true, null)))
                .write(disk, done);
        ranges.publish(done, range);
        service.close();
        service = new TestService(disk, TestService.Options.of(TestService.DATA), engine.wrapped());
        service.service().open();
        assertThat(progress(id).processedItems()).isEqualTo(3);
        assertThat(progress(id).failedItems()).isEqualTo(1);
        assertThat(service.nextItem(id)).isZero();
    }
}
