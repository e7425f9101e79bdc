package org.checkpointrecovery.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.LocalDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs over files in the input directory, which others may write to, on the machine's own disk. */
class PathInputTest {
    private static final String INPUT = "a\nb\nc\nd\ne\nf\ng\nh\n";

    @TempDir
    private Path directory;

    private Path inputs = Path.of("");
    private Path data = Path.of("");

    @BeforeEach
    void makeDirectories() throws IOException {
        inputs = Files.createDirectory(directory.resolve("inputs"));
        data = Files.createDirectory(inputs.resolve("service"));
        Files.writeString(inputs.resolve("input.txt"), INPUT);
        Files.createDirectory(inputs.resolve("sub"));
        Files.writeString(inputs.resolve("sub/other.txt"), INPUT);
        Files.writeString(directory.resolve("secret.txt"), "secret");
        Files.writeString(data.resolve("own.txt"), "own");
    }

    private TestService start() throws IOException {
        return TestService.start(new LocalDisk(), TestService.Options.of(data).inputs(inputs));
    }

    private static TestSpec spec(String path) {
        return TestSpec.spec().commit(CommitMode.EACH).over(new InputSpec.InputPath(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"input.txt", "sub/other.txt", "sub/../input.txt", "./input.txt"})
    void a_file_in_the_input_directory_is_read(String path) throws Exception {
        try (TestService service = start()) {
            assertThat(service.await(service.submit(spec(path)), Status.COMPLETED)
                            .totalItems())
                    .isEqualTo(8);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret.txt",
                "sub/../../secret.txt",
                "../inputs/input.txt",
                "sub/../../inputs/input.txt",
                "link-out.txt",
                "dir-out/secret.txt",
                "missing.txt",
                "sub",
                ".",
                "",
                "service/own.txt",
                "/etc/passwd",
                "a\0b"
            })
    void no_other_file_is_read(String path) throws Exception {
        Files.createSymbolicLink(inputs.resolve("link-out.txt"), directory.resolve("secret.txt"));
        Files.createSymbolicLink(inputs.resolve("dir-out"), directory);
        try (TestService service = start()) {
            assertThat(Refused.as(Refusal.BadInput.class, () -> service.submit(spec(path)))
                            .part())
                    .isEqualTo(Refusal.InputPart.PATH);
            assertThat(service.service().jobs().newest(10)).isEmpty();
        }
    }

    /** What others may do to an input between crash and resume. */
    enum Change {
        GONE,
        LONGER,
        SHORTER,
        OTHER_BYTES;

        void on(Path file) throws IOException {
            switch (this) {
                case GONE -> Files.delete(file);
                case LONGER -> Files.writeString(file, "i\n", StandardOpenOption.APPEND);
                case SHORTER -> Files.writeString(file, INPUT.substring(0, 10));
                case OTHER_BYTES -> Files.writeString(file, INPUT.replace('h', 'H'));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_input_that_has_changed_fails_the_job_and_its_results_stay_readable(Change change) throws Exception {
        Path input = inputs.resolve("input.txt");
        FileTime modified = Files.getLastModifiedTime(input);
        try (TestService service = start()) {
            JobId id = service.submit(spec("input.txt").crashAfter(4, CrashPoint.PROCESSING));
            service.await(id, Status.CRASHED);
            String committed = service.results(id);
            assertThat(committed.lines()).hasSize(3);
            change.on(input);
            service.service().verbs().resume(id);
            Job failed = service.await(id, Status.FAILED);
            Reason reason = requireNonNull(failed.state().reason());
            assertThat(reason.code())
                    .isEqualTo(change == Change.GONE ? ErrorCode.INPUT_MISSING : ErrorCode.INPUT_CHANGED);
            assertThat(service.results(id)).isEqualTo(committed);

            Files.writeString(input, INPUT);
            Files.setLastModifiedTime(input, modified);
            service.service().verbs().resume(id);
            service.await(id, Status.COMPLETED);
            assertThat(service.results(id).lines()).hasSize(8);
        }
    }

    @Test
    void an_input_that_changes_while_it_is_read_fails_the_job() throws Exception {
        for (Change change : List.of(Change.LONGER, Change.OTHER_BYTES, Change.SHORTER, Change.GONE)) {
            Path input = inputs.resolve("input.txt");
            Files.writeString(input, INPUT);
            GatedDisk gated = new GatedDisk(new LocalDisk(), "results.jsonl");
            try (TestService service =
                    TestService.start(gated, TestService.Options.of(data).inputs(inputs))) {
                JobId id = service.submit(spec("input.txt"));
                Await.until("the first commit waits", gated::isReached);
                change.on(input);
                gated.openGate();
                Job failed = service.await(id, Status.FAILED);
                assertThat(requireNonNull(failed.state().reason()).code())
                        .as("%s", change)
                        .isEqualTo(change == Change.GONE ? ErrorCode.INPUT_MISSING : ErrorCode.INPUT_CHANGED);
            }
        }
    }

    @Test
    void the_time_of_an_upload_does_not_matter() throws Exception {
        try (TestService service = start()) {
            String file = service.upload(INPUT);
            JobId id = service.submit(
                    TestSpec.spec().over(new InputSpec.Upload(file)).crashAfter(4, CrashPoint.PROCESSING));
            service.await(id, Status.CRASHED);
            Files.setLastModifiedTime(data.resolve("files").resolve(file).resolve("content"), FileTime.fromMillis(1));
            service.service().verbs().resume(id);
            service.await(id, Status.COMPLETED);
        }
    }
}
