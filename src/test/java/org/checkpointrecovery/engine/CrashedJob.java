package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.IdempotencyKey;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobSpec;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.job.Recovery;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.processor.Processors;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.JobFiles;
import org.checkpointrecovery.storage.PowerCutException;
import org.jspecify.annotations.Nullable;

/**
 * A client with one job, and the service that it is in, which crashes and starts again: one {@link #live} after the other on
 * the same disk. In each life the client sends what was not acknowledged before, and checks what was. Whatever is not as
 * promised is an {@link AssertionError}.
 */
final class CrashedJob {
    private static final IdempotencyKey KEY = new IdempotencyKey("once", "0".repeat(64));
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-23T10:15:30.123Z"), ZoneOffset.UTC);

    private final CrashingDisk medium;
    private final Disk disk;
    private final Processors processors;
    private final TestSpec spec;
    private final Source source;

    private @Nullable String file; // acknowledged, as all below
    private @Nullable JobId job;
    private Position shown = Position.START;
    private boolean completed;

    /**
     * Where the items come from.
     *
     * @param upload bytes to upload first, or null for inline items
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Source(List<String> inline, byte @Nullable [] upload) {}

    /** What is left in the end. */
    record Left(String results, String errors) {}

    /** @param disk what the service sees of the medium */
    CrashedJob(CrashingDisk medium, Disk disk, Processors processors, TestSpec spec, Source source) {
        this.processors = processors;
        this.medium = medium;
        this.disk = disk;
        this.spec = spec;
        this.source = source;
    }

    /** A disk with an empty data directory. */
    static CrashingDisk emptyDisk(long seed) throws IOException {
        CrashingDisk disk = new CrashingDisk(seed);
        disk.createDirectory(TestService.DATA);
        disk.forceDirectory(Path.of("/"));
        return disk;
    }

    /**
     * One life of the service: from its start until the job is COMPLETED or the service dies. On return no thread of it works
     * any more.
     *
     * @return what is left, or null if the service died
     */
    @Nullable
    Left live() throws Exception {
        TestService service = new TestService(
                disk, TestService.Options.of(TestService.DATA).clock(CLOCK).processors(processors));
        boolean open = false;
        try {
            service.service().open();
            open = true;
            checkAcknowledged(service);
            submit(service);
            awaitEnd(service);
        } catch (PowerCutException e) {
            // the service is dead
        } catch (UncheckedIOException e) {
            if (!(e.getCause() instanceof PowerCutException)) {
                throw e;
            }
        } catch (IOException | RefusedException e) {
            throw new AssertionError("the service refuses or fails with the power on", e);
        } finally {
            service.close();
            if (open && job != null) {
                note(service, job);
            }
        }
        return medium.isPowerCut() ? null : left(service);
    }

    /** What a client saw last is what it may rely on. */
    private void note(TestService service, JobId id) throws RefusedException, IOException {
        JobView view;
        try {
            view = service.service().jobs().view(id);
        } catch (PowerCutException e) {
            return; // it had ended before this life, and nobody has asked for it in this one
        }
        shown = view.committed();
        completed |= view.job().status() == Status.COMPLETED;
    }

    private void checkAcknowledged(TestService service) throws Exception {
        assertThat(service.service().jobs().newest(10)).hasSizeLessThanOrEqualTo(1);
        assertThat(disk.list(TestService.DATA.resolve("jobs"))).hasSizeLessThanOrEqualTo(1);
        if (file != null) {
            assertThat(service.service().uploads().file(file).bytes()).isEqualTo(requireNonNull(source.upload).length);
        }
        if (job == null) {
            return;
        }
        JobView view = service.service().jobs().view(job);
        assertThat(view.job().spec()).isEqualTo(specOf(file));
        assertThat(view.committed().nextItem()).isGreaterThanOrEqualTo(shown.nextItem());
        assertThat(view.committed().resultsBytes()).isGreaterThanOrEqualTo(shown.resultsBytes());
        if (completed) {
            assertThat(view.job().status()).isEqualTo(Status.COMPLETED);
        }
    }

    private void submit(TestService service) throws Exception {
        if (source.upload != null && file == null && job == null) {
            file = service.service()
                    .uploads()
                    .receive(null, new ByteArrayInputStream(source.upload), Long.MAX_VALUE)
                    .id();
        }
        if (job == null) {
            List<JobView> unacknowledged = service.service().jobs().newest(10);
            Intake.Submitted submitted =
                    service.service().intake().submit(new NewJob(specOf(file), source.inline, KEY));
            job = submitted.view().job().id();
            assertThat(submitted.replayed()).isEqualTo(!unacknowledged.isEmpty());
        }
    }

    private JobSpec specOf(@Nullable String fileId) {
        return fileId == null
                ? spec.build()
                : spec.over(new InputSpec.Upload(fileId)).build();
    }

    private void awaitEnd(TestService service) throws Exception {
        JobId id = requireNonNull(job);
        Await.until("the job ends or the service dies", () -> {
            Job now = service.job(id);
            if (now.status() == Status.COMPLETED || medium.isPowerCut()) {
                return true;
            }
            if (now.status() == Status.FAILED && !medium.isPowerCut()) {
                fail("the job FAILED with the power on: " + now.state());
            }
            return false;
        });
    }

    private Left left(TestService service) throws Exception {
        JobId id = requireNonNull(job);
        Job end = service.job(id);
        assertThat(end.status()).isEqualTo(Status.COMPLETED);
        assertThat(end.totalItems()).isEqualTo(service.nextItem(id));
        checkRuns(end);
        JobFiles files = service.files(id);
        Path writing = files.job().resolveSibling("job.json.tmp");
        Await.until("the service does not write the record at this moment", () -> !disk.exists(writing));
        assertThat(disk.list(files.directory()))
                .as("no checkpoint and no temporary file is left")
                .containsExactlyInAnyOrderElementsOf(
                        source.upload == null
                                ? List.of(files.errors(), files.ownInput(), files.job(), files.results())
                                : List.of(files.errors(), files.job(), files.results()));
        Left left = new Left(medium.text(files.results()), medium.text(files.errors()));
        assertThat(service.service().jobs().view(id).committed().resultsBytes())
                .isEqualTo(left.results.getBytes(StandardCharsets.UTF_8).length);
        assertThat(service.service().jobs().view(id).committed().errorsBytes())
                .isEqualTo(left.errors.getBytes(StandardCharsets.UTF_8).length);
        return left;
    }

    /** Each run goes on where the one before ended, and a power cut never damages a checkpoint. */
    private void checkRuns(Job end) {
        long expected = 0;
        for (Run run : end.runs()) {
            assertThat(run.firstItem()).as("first item of run %d", run.number()).isEqualTo(expected);
            assertThat(run.ending()).as("end of run %d", run.number()).isNotNull();
            expected = run.nextItem();
        }
        assertThat(end.totalItems()).isEqualTo(expected);
        Recovery recovery = end.recovery();
        assertThat(recovery == null).isEqualTo(end.runs().size() == 1);
        if (recovery != null) {
            assertThat(recovery.item())
                    .isEqualTo(end.runs().get(end.runs().size() - 1).firstItem());
            assertThat(recovery.reason() == null || recovery.reason().code() == ErrorCode.CHECKPOINT_MISSING)
                    .as("recovery is %s", recovery)
                    .isTrue();
        }
    }
}
