package org.checkpointrecovery.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.junit.jupiter.api.Test;

/** What a job costs the disk. A force waits for the disk, whatever its size, so small jobs are made of forces. */
class ForcedWritesTest {
    /** Lists what is forced, by its name; directories end with a slash. */
    private static final class ListedForces extends ForwardingDisk {
        private final List<String> forced = Collections.synchronizedList(new ArrayList<>());

        ListedForces(Disk disk) {
            super(disk);
        }

        @Override
        public DiskFile open(Path file) throws IOException {
            return new ForwardingFile(super.open(file)) {
                @Override
                public void force() throws IOException {
                    forced.add(file.getFileName().toString());
                    super.force();
                }
            };
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            forced.add(directory.getFileName() + "/");
            super.forceDirectory(directory);
        }
    }

    private final ListedForces disk;

    ForcedWritesTest() throws Exception {
        disk = new ListedForces(CrashedJob.emptyDisk(1));
    }

    /** Returns what a job forces from its submission until it is COMPLETED. */
    private List<String> forcesOf(TestSpec spec, String... items) throws Exception {
        try (TestService service = TestService.start(disk, TestService.Options.of(TestService.DATA))) {
            disk.forced.clear();
            JobId id = service.submit(spec, items);
            service.await(id, Status.COMPLETED);
            return disk.forced.stream()
                    .map(name -> name.replace(id.value(), "job"))
                    .toList();
        }
    }

    @Test
    void each_force_of_a_job_of_one_batch_is_known() throws Exception {
        assertThat(forcesOf(TestSpec.spec(), "a"))
                .containsExactly(
                        "1.log", // submitted
                        "jobs/", // the name of the job's directory
                        "1.log", // RUNNING
                        "job/", // the names of the results and errors
                        "results.jsonl",
                        "1.log"); // COMPLETED, which is the commit, too
    }

    @Test
    void another_batch_costs_its_results_and_its_checkpoint() throws Exception {
        TestSpec spec = TestSpec.spec().commit(CommitMode.EACH);
        List<String> forced = new ArrayList<>(forcesOf(spec, "a", "b", "c", "d", "e", "f"));
        assertThat(forced.subList(forced.indexOf("results.jsonl"), forced.size()))
                .containsSubsequence(
                        "results.jsonl",
                        "checkpoint.json.tmp",
                        "job/",
                        "results.jsonl",
                        "checkpoint.json.tmp",
                        "job/",
                        "1.log") // COMPLETED
                .doesNotContain("errors.jsonl");
    }
}
