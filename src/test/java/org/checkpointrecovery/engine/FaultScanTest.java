package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.IdempotencyKey;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.FaultyDisk;
import org.checkpointrecovery.storage.FaultyDisk.Fault;
import org.checkpointrecovery.storage.StoredJobs;
import org.checkpointrecovery.storage.UploadedFile;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Fails each call that the service makes of its disk once, reads included, in a life with all that a service does: start,
 * upload, submission, run, journal, completion, callback, retry of failed items, deletion. Whatever was answered with an
 * exception has not happened, in memory and on disk; whatever was answered otherwise has, and survives a power cut; and in the
 * end the results are those of a life without a fault.
 */
class FaultScanTest {
    private static final Path JOBS = TestService.DATA.resolve("jobs");
    private static final Path FILES = TestService.DATA.resolve("files");
    private static final String URL = "http://localhost/told";
    private static final String[] ITEMS = {"one", "two", "three", "four", "five", "six", "seven"};
    private static final IdempotencyKey KEY = new IdempotencyKey("key", "0".repeat(64));
    private static final int FIRST_RUNS = 5;

    @ParameterizedTest
    @EnumSource
    void answers_are_true_and_results_exact_whatever_call_of_the_disk_fails(Fault fault) throws Exception {
        List<String> clean = new Life(CrashedJob.emptyDisk(0)).live();
        assertThat(clean).hasSize(5).noneMatch(String::isEmpty);
        List<String> wrong = new ArrayList<>();
        int struck = 0;
        int call = 1;
        for (boolean reached = true; reached; call++) {
            Life life = new Life(CrashedJob.emptyDisk(call));
            life.disk.failAt(call, fault);
            try {
                assertThat(life.live()).isEqualTo(clean);
            } catch (AssertionError | Exception e) {
                wrong.add("call " + call + ", " + life.disk.mend() + ": " + e);
            }
            reached = life.disk.mend() != null;
            struck += life.refused;
        }
        assertThat(wrong).isEmpty();
        assertThat(call).isGreaterThan(fault == Fault.IO_ERROR ? 200 : 60);
        assertThat(struck).isGreaterThan(10);
    }

    /** What a client, and whoever reads the disk, may rely on. */
    private record Truth(Map<String, Status> jobs, Map<String, Status> jobsOnDisk, Set<String> files) {}

    private static final class Life {
        private final CrashingDisk medium;
        private final FaultyDisk disk;
        private final CountedCalls calls = new CountedCalls(1, Set.of(1L, 3L));
        private final Told told = new Told();
        private int refused;

        Life(CrashingDisk medium) {
            this.medium = medium;
            this.disk = new FaultyDisk(medium);
        }

        /** Results and errors, in the end. */
        List<String> live() throws Exception {
            List<String> left;
            JobId called;
            JobId inline;
            Truth end;
            try (TestService service = start(disk)) {
                byte[] bytes = String.join("\n", ITEMS).getBytes(StandardCharsets.UTF_8);
                String file = ask(
                                service,
                                () -> service.service()
                                        .uploads()
                                        .receive("words.txt", new ByteArrayInputStream(bytes), Long.MAX_VALUE))
                        .id();
                called = submit(
                        service,
                        TestSpec.spec()
                                .over(new InputSpec.Upload(file))
                                .processor(CountedCalls.spec(3))
                                .callbackUrl(URL)
                                .notStarted());
                ask(service, () -> service.service().verbs().start(called));
                complete(service, called);
                inline = submit(service, TestSpec.spec().commit(CommitMode.EACH).failItems(Set.of(2L, 5L)), ITEMS);
                complete(service, inline);
                JobId child = ask(service, () -> service.service().intake().retryFailed(inline, null, null))
                        .view()
                        .job()
                        .id();
                complete(service, child);
                String retried = read(() -> service.results(child));
                ask(service, () -> {
                    service.service().verbs().delete(child);
                    return true;
                });
                ask(service, () -> {
                    service.service().uploads().delete(file);
                    return true;
                });
                left = left(service, called, inline, retried);
                told.await(called, Status.COMPLETED);
                end = truth(service);
                assertThat(end.jobs).containsOnlyKeys(called.value(), inline.value());
                assertThat(end.files).isEmpty();
            }
            String failed = disk.mend();
            medium.restorePower();
            try (TestService service = start(medium)) {
                assertThat(service.service().jobs().newest(10)).hasSize(2);
                complete(service, called);
                complete(service, inline);
                assertThat(medium.list(JOBS))
                        .as("half-made jobs after %s", failed)
                        .hasSize(2);
                assertThat(medium.list(FILES))
                        .as("half-made files after %s", failed)
                        .isEmpty();
                assertThat(left(service, called, inline, left.get(4))).isEqualTo(left);
            }
            return left;
        }

        private TestService start(org.checkpointrecovery.storage.Disk on) throws Exception {
            while (true) {
                TestService service = new TestService(
                        on, TestService.Options.of(TestService.DATA).processors(calls), told);
                try {
                    service.service().open();
                    return service;
                } catch (IOException e) {
                    service.close();
                    refused++;
                }
            }
        }

        private JobId submit(TestService service, TestSpec spec, String... items) throws Exception {
            IdempotencyKey key = items.length == 0 ? null : KEY;
            Intake.Submitted submitted = ask(
                    service, () -> service.service().intake().submit(new NewJob(spec.build(), List.of(items), key)));
            assertThat(submitted.replayed()).as("a refused submission was made").isFalse();
            return submitted.view().job().id();
        }

        private List<String> left(TestService service, JobId called, JobId inline, String retried) throws Exception {
            return List.of(
                    read(() -> service.results(called)),
                    read(() -> service.errors(called)),
                    read(() -> service.results(inline)),
                    read(() -> service.errors(inline)),
                    retried);
        }

        /** Asks again after an exception, which must have changed nothing. */
        private <T> T ask(TestService service, Call<T> call) throws Exception {
            Truth before = truth(service);
            while (true) {
                try {
                    return call.get();
                } catch (IOException e) {
                    refused++;
                    assertThat(truth(service)).as("after %s", e).isEqualTo(before);
                }
            }
        }

        private String read(Call<String> call) throws Exception {
            try {
                return call.get();
            } catch (IOException e) {
                return call.get();
            }
        }

        private void complete(TestService service, JobId id) throws Exception {
            for (int runs = 0; true; runs++) {
                assertThat(runs).as("runs of %s", service.job(id)).isLessThan(FIRST_RUNS);
                Await.until(
                        "job rests",
                        () -> service.job(id).status() == Status.COMPLETED
                                || service.job(id).status() == Status.FAILED);
                if (service.job(id).status() == Status.COMPLETED) {
                    return;
                }
                assertThat(disk.mend()).as("%s", service.job(id).state()).isNotNull();
                ask(service, () -> service.service().verbs().resume(id));
            }
        }

        /** Reads the disk past the fault. */
        private Truth truth(TestService service) throws IOException {
            Map<String, Status> jobs = new TreeMap<>();
            for (JobView view : service.service().jobs().newest(100)) {
                jobs.put(view.job().id().value(), view.job().status());
            }
            Map<String, Status> onDisk = new TreeMap<>();
            for (Job job : StoredJobs.onDisk(medium, TestService.DATA).values()) {
                onDisk.put(job.id().value(), job.status());
            }
            Set<String> files = new java.util.TreeSet<>();
            for (UploadedFile file : service.service().uploads().list()) {
                files.add(file.id());
            }
            return new Truth(jobs, onDisk, files);
        }
    }

    private interface Call<T> {
        T get() throws Exception;
    }

    /** A receiver that takes each call, on a thread of its own. */
    private static final class Told implements Callbacks {
        private final Map<JobId, Set<Status>> ends = new ConcurrentHashMap<>();
        private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
            Thread daemon = new Thread(task, "told");
            daemon.setDaemon(true);
            return daemon;
        });

        @Override
        public Optional<String> problem(String url) {
            return Optional.empty();
        }

        @Override
        public void deliver(int end, JobView view, Settlement settled) {
            thread.execute(() -> {
                ends.computeIfAbsent(view.job().id(), id -> ConcurrentHashMap.newKeySet())
                        .add(view.job().status());
                settled.settled(true);
            });
        }

        void await(JobId id, Status status) throws Exception {
            Await.until("told", () -> ends.getOrDefault(id, Set.of()).contains(status));
        }

        @Override
        public void close() {}
    }
}
