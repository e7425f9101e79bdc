package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.job.EngineKind;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Recovery;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.checkpointrecovery.storage.JobFiles;
import org.junit.jupiter.api.Test;

/** What an engine leaves is released when a job has no run any more, and the checkpoint goes last. */
class EngineReleaseTest {
    private static final byte[] CONTENT = {1, 2, 3};

    private final CrashingDisk disk;
    private final List<Status> released = new ArrayList<>();
    private final List<Boolean> hadCheckpoint = new ArrayList<>();
    private boolean fails;

    private final HeldEngine engine = new HeldEngine() {
        @Override
        public void release(Status status, Position committed, JobFiles files) throws IOException {
            released.add(status);
            hadCheckpoint.add(disk.exists(files.checkpoint()));
            if (fails) {
                throw new IOException("Input/output error");
            }
        }
    };

    EngineReleaseTest() throws Exception {
        disk = CrashedJob.emptyDisk(0);
    }

    private JobId run(TestService service) throws Exception {
        service.service().open();
        JobId id = service.submit(TestSpec.spec().engine(EngineKind.FLINK), "a");
        assertThat(engine.run().starting(id, new Recovery(Recovery.From.BEGINNING, 0, null), Position.START))
                .isTrue();
        disk.write(service.files(id).checkpoint(), CONTENT);
        return id;
    }

    private void end(JobId id, Run.End how) {
        engine.run().ended(id, new RunEnd(how, null, new Position(1, 0, 0, 0, 1, 0)));
    }

    @Test
    void a_completed_job_is_released_before_its_checkpoint_is_removed() throws Exception {
        TestService service = TestService.onCluster(disk, TestService.Options.of(TestService.DATA), engine.wrapped());
        JobId id = run(service);
        end(id, Run.End.COMPLETED);
        assertThat(released).containsExactly(Status.COMPLETED);
        assertThat(hadCheckpoint).containsExactly(true);
        assertThat(disk.exists(service.files(id).checkpoint())).isFalse();
        service.close();
    }

    @Test
    void a_paused_job_is_released_and_keeps_its_checkpoint() throws Exception {
        TestService service = TestService.onCluster(disk, TestService.Options.of(TestService.DATA), engine.wrapped());
        JobId id = run(service);
        end(id, Run.End.PAUSED);
        assertThat(released).containsExactly(Status.PAUSED);
        assertThat(disk.exists(service.files(id).checkpoint())).isTrue();
        service.close();
    }

    @Test
    void what_could_not_be_released_is_at_the_next_start_even_without_a_cluster() throws Exception {
        TestService service = TestService.onCluster(disk, TestService.Options.of(TestService.DATA), engine.wrapped());
        JobId id = run(service);
        JobFiles files = service.files(id);
        Path ranges = files.directory().resolve("ranges");
        disk.write(ranges.resolve("manifest.json"), CONTENT);
        disk.write(ranges.resolve("order.json"), CONTENT);
        fails = true;
        end(id, Run.End.COMPLETED);
        assertThat(disk.exists(files.checkpoint())).isTrue();
        service.close();
        List<Boolean> rangesLeft = new ArrayList<>();
        TestService next = new TestService(
                new ForwardingDisk(disk) {
                    @Override
                    public void delete(Path path) throws IOException {
                        if (path.equals(files.checkpoint())) {
                            rangesLeft.add(disk.exists(ranges));
                        }
                        super.delete(path);
                    }
                },
                TestService.Options.of(TestService.DATA),
                new HeldEngine().wrapped());
        next.service().open();
        assertThat(rangesLeft).containsExactly(false);
        assertThat(disk.exists(files.checkpoint())).isFalse();
        next.close();
    }
}
