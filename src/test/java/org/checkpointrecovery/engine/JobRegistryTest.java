package org.checkpointrecovery.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.CrashingDisk;
import org.junit.jupiter.api.Test;

class JobRegistryTest {
    private static final TestService.Options OPTIONS = TestService.Options.of(TestService.DATA);

    @Test
    void jobs_are_counted_by_state_however_they_change() throws Exception {
        long seed = System.nanoTime();
        System.out.println("JobRegistryTest: seed " + seed);
        Random random = new Random(seed);
        CrashingDisk disk = CrashedJob.emptyDisk(seed);
        for (int round = 0; round < 3; round++) {
            try (TestService service = TestService.start(disk, OPTIONS)) {
                assertCounted(service);
                List<JobId> made = new ArrayList<>();
                for (int number = 0; number < 12; number++) {
                    TestSpec spec = random.nextBoolean()
                            ? TestSpec.spec()
                            : TestSpec.spec().notStarted();
                    made.add(service.submit(
                            random.nextBoolean() ? spec : spec.crashAfter(1, CrashPoint.PROCESSING), "a"));
                }
                for (JobId id : made) {
                    Await.until(
                            "it rests", () -> !service.status(id).isActive() && service.status(id) != Status.QUEUED);
                    if (service.status(id) != Status.COMPLETED && random.nextBoolean()) {
                        service.service().verbs().cancel(id);
                    }
                    if (random.nextInt(3) == 0) {
                        service.service().verbs().delete(id);
                    }
                }
                assertCounted(service);
            }
        }
    }

    private static void assertCounted(TestService service) throws Exception {
        JobRegistry jobs = service.service().jobs();
        for (Status status : Status.values()) { // a state is visible just before it is counted
            Await.until(
                    "the jobs that are " + status + " are counted",
                    () -> jobs.count(status)
                            == TestService.inState(jobs, status).size());
        }
    }
}
