package org.checkpointrecovery.engine;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.OnItemError;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.DataLayout;

/**
 * The data of a service that has stopped.
 *
 * @param completed has results, errors and an input of its own
 * @param failed has two checkpoints, and reads the upload
 */
record StoredJobsOfAllKinds(CrashingDisk disk, JobId completed, JobId failed, String upload) {
    static final DataLayout DATA = new DataLayout(TestService.DATA);

    static StoredJobsOfAllKinds make(long seed) throws Exception {
        CrashingDisk disk = CrashedJob.emptyDisk(seed);
        try (TestService service = TestService.start(disk, TestService.Options.of(TestService.DATA))) {
            JobId completed = service.submit(TestSpec.spec().failItems(Set.of(1L)), "one", "two", "three");
            String upload = service.upload("a\nb\nc\nd\n");
            JobId failed = service.submit(TestSpec.spec()
                    .over(new InputSpec.Upload(upload))
                    .batchSize(1)
                    .commit(CommitMode.EACH)
                    .failItems(Set.of(3L))
                    .onItemError(OnItemError.FAIL));
            service.await(completed, Status.COMPLETED);
            service.await(failed, Status.FAILED);
            for (JobId id : Set.of(completed, failed)) {
                Await.until(
                        "job is at rest",
                        () -> service.service().jobs().entry(id).isAtRest());
            }
            String key = "whsec_" + "A".repeat(43) + "=\n";
            disk.write(DATA.callbackKey(), key.getBytes(StandardCharsets.US_ASCII));
            return new StoredJobsOfAllKinds(disk, completed, failed, upload);
        }
    }

    Path of(JobId job, String file) {
        return DATA.jobs().resolve(job.value()).resolve(file);
    }

    Path ofUpload(String file) {
        return DATA.files().resolve(upload).resolve(file);
    }
}
