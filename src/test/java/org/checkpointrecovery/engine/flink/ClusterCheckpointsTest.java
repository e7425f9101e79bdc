package org.checkpointrecovery.engine.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.checkpointrecovery.engine.range.Submissions;
import org.checkpointrecovery.storage.CrashingDisk;
import org.junit.jupiter.api.Test;

class ClusterCheckpointsTest {
    private static final Path DIRECTORY = Path.of("/checkpoints");

    private final CrashingDisk disk = new CrashingDisk(0);
    private Submissions submissions = new Submissions(List.of());

    private void has(String... files) {
        for (String file : files) {
            disk.write(DIRECTORY.resolve(file), new byte[1]);
        }
    }

    private String newest() throws IOException {
        return ClusterCheckpoints.newest(disk, DIRECTORY, submissions).orElse("none");
    }

    @Test
    void there_is_none_before_the_cluster_has_written_one() throws IOException {
        assertThat(newest()).isEqualTo("none");
        submissions = submissions.and("a");
        assertThat(newest()).isEqualTo("none");
        has("a/shared/x", "a/taskowned/x");
        assertThat(newest()).isEqualTo("none");
    }

    @Test
    void the_highest_number_counts_of_those_that_are_whole() throws IOException {
        submissions = submissions.and("a");
        has("a/chk-9/_metadata", "a/chk-10/_metadata", "a/chk-11/part", "a/chk-x/_metadata", "a/chk-/_metadata");
        has("a/chk-99999999999999999999/_metadata", "b/chk-70/_metadata");
        assertThat(newest()).isEqualTo("file:///checkpoints/a/chk-10");
    }

    @Test
    void the_last_submission_that_has_something_counts() throws IOException {
        submissions = submissions.and("a").and("b").and("c");
        has("a/chk-9/_metadata", "b/chk-1/_metadata");
        assertThat(newest()).isEqualTo("file:///checkpoints/b/chk-1");
        submissions = submissions.stopped("file:///elsewhere/savepoint-1");
        assertThat(newest()).isEqualTo("file:///elsewhere/savepoint-1");
        submissions = submissions.and("d");
        assertThat(newest()).isEqualTo("file:///elsewhere/savepoint-1");
        has("d/chk-1/_metadata");
        assertThat(newest()).isEqualTo("file:///checkpoints/d/chk-1");
    }
}
