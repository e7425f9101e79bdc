package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.OnItemError;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.CrashingDisk;
import org.junit.jupiter.api.Test;

/**
 * A job that FAILED for items that a journal remembers, and is resumed when what they call is mended: wherever the power is
 * cut then, they are tried again, and those that succeeded are not.
 */
class FailedJobPowerCutTest {
    private static final int ITEMS = 12;
    private static final int AT_ONCE = 3;
    private static final Set<Long> FAILING = Set.of(1L, 4L, 7L);

    private final Set<Long> failing = ConcurrentHashMap.newKeySet();

    private TestService service(CrashingDisk disk, CountedCalls calls) {
        return new TestService(disk, TestService.Options.of(TestService.DATA).processors(calls));
    }

    @Test
    void its_failures_do_not_come_up_again_when_the_power_is_cut_at_any_operation_after_it_was_resumed()
            throws Exception {
        for (long seed = 0; seed < 3; seed++) {
            boolean cut = true;
            for (int operation = 1; cut; operation++) {
                try {
                    cut = crash(operation, seed);
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError("seed " + seed + ", operation " + operation + ": " + e.getMessage(), e);
                }
                assertThat(operation).isLessThan(500);
            }
        }
    }

    private boolean crash(int operation, long seed) throws Exception {
        CrashingDisk disk = CrashedJob.emptyDisk(seed);
        failing.addAll(FAILING);
        CountedCalls calls = new CountedCalls(new Random(seed * 1000 + operation).nextLong(), failing);
        TestService service = service(disk, calls);
        service.service().open();
        JobId id = service.submit(
                TestSpec.spec()
                        .processor(CountedCalls.spec(AT_ONCE))
                        .batchSize(ITEMS)
                        .onItemError(OnItemError.FAIL),
                IntStream.range(0, ITEMS).mapToObj(i -> "item " + i).toArray(String[]::new));
        service.await(id, Status.FAILED);
        int failedCalls = calls.total();
        failing.clear();
        disk.cutPowerAt(disk.operations() + operation);
        boolean resumed = true;
        try {
            service.service().verbs().resume(id);
            Await.until("the job ends", () -> disk.isPowerCut() || isAtRest(disk, service, id));
        } catch (IOException e) {
            resumed = false;
        }
        service.close();
        boolean cut = disk.isPowerCut();
        if (!cut) {
            assertThat(resumed).isTrue();
            checkEnd(service, id);
        } else {
            disk.restorePower();
            TestService second = service(disk, calls);
            try {
                second.service().open();
                if (second.status(id) == Status.FAILED) {
                    assertThat(resumed).as("it was resumed for good").isFalse();
                    second.service().verbs().resume(id);
                }
                second.await(id, Status.COMPLETED);
                checkEnd(second, id);
            } finally {
                second.close();
            }
        }
        assertThat(calls.total() - failedCalls)
                .as("calls after the job was resumed")
                .isLessThanOrEqualTo(ITEMS - (failedCalls - FAILING.size()) + (cut ? AT_ONCE : 0));
        return cut;
    }

    private static void checkEnd(TestService service, JobId id) throws Exception {
        assertThat(service.results(id).lines()).hasSize(ITEMS);
        assertThat(service.errors(id)).isEmpty();
    }

    private static boolean isAtRest(CrashingDisk disk, TestService service, JobId id) throws Exception {
        Status status = service.status(id);
        if (status == Status.FAILED && !disk.isPowerCut()) {
            throw new AssertionError("the job failed again: " + service.job(id).state());
        }
        return status == Status.COMPLETED;
    }
}
