package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.GoldenFile;
import org.checkpointrecovery.storage.JobFiles;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Results, errors and the own input of a retry are byte for byte as in {@code src/test/resources/golden}. */
class GoldenResultsTest {
    private static String input(Format.Kind kind) {
        return switch (kind) {
            case LINES, RAW_LINES ->
                " Stra\u00dfe \"1\" \r\n\n\ttwo\\ \ud83d\ude00\nthree\n" + "x".repeat(50) + "\nfour";
            case JSONL -> "{\"a\": [1.0, null]}\n\n\"Stra\u00dfe\\n\"\nnope\n[" + "1,".repeat(30) + "1]\n4";
            case CSV -> "a;\u00fc \"b\"\r\n1;\"x\r\ny;\"\"z\"\"\"\n2;two\nragged\n3;" + "x".repeat(50) + "\n4;four\n";
        };
    }

    @ParameterizedTest
    @EnumSource
    void a_job_and_its_retry_leave_the_golden_files(Format.Kind kind) throws Exception {
        CrashingDisk disk = CrashedJob.emptyDisk(1);
        try (TestService service =
                TestService.start(disk, TestService.Options.of(TestService.DATA).maxItemBytes(40))) {
            TestSpec spec = TestSpec.spec()
                    .format(kind == Format.Kind.CSV ? new Format(kind, ';') : Format.of(kind))
                    .over(new InputSpec.Upload(service.upload(input(kind))))
                    .failItems(Set.of(1L));
            JobId id = service.submit(spec);
            service.await(id, Status.COMPLETED);
            JobFiles files = service.files(id);
            GoldenFile.assertWritten("results-" + kind.text() + ".jsonl", disk.bytes(files.results()));
            GoldenFile.assertWritten("errors-" + kind.text() + ".jsonl", disk.bytes(files.errors()));

            JobId child = service.service()
                    .intake()
                    .retryFailed(id, null, null)
                    .view()
                    .job()
                    .id();
            service.await(child, Status.COMPLETED);
            JobFiles retry = service.files(child);
            GoldenFile.assertWritten("retry-" + kind.text() + ".input.txt", disk.bytes(retry.ownInput()));
            GoldenFile.assertWritten("retry-" + kind.text() + ".input.indexes", disk.bytes(retry.ownIndexes()));
            assertThat(disk.bytes(retry.results())).isNotEmpty();
        }
    }
}
