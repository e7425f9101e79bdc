package org.checkpointrecovery.engine.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.junit.jupiter.api.Test;

class SharedJarTest {
    private static final Path OWN = Path.of("/own.jar");
    private static final Path SHARED = Path.of("/shared");

    private final CrashingDisk disk = new CrashingDisk(0);

    @Test
    void two_jobs_that_are_the_first_share_one_whole_jar() throws Exception {
        disk.write(OWN, "jar".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        Path[] ofOther = {null};
        Path shared = JobJar.share(
                new ForwardingDisk(disk) {
                    @Override
                    public void move(Path from, Path to) throws IOException {
                        ofOther[0] = JobJar.share(disk, OWN, SHARED); // just before
                        super.move(from, to);
                    }
                },
                OWN,
                SHARED);
        assertThat(shared).isEqualTo(ofOther[0]);
        disk.restorePower();
        assertThat(disk.text(shared)).isEqualTo("jar");
        assertThat(disk.list(SHARED)).containsExactly(shared);
    }

    @Test
    void a_jar_that_is_there_is_not_written_again() throws Exception {
        disk.write(OWN, new byte[100]);
        Path shared = JobJar.share(disk, OWN, SHARED);
        int operations = disk.operations();
        assertThat(JobJar.share(disk, OWN, SHARED)).isEqualTo(shared);
        assertThat(disk.operations()).isEqualTo(operations);
    }

    @Test
    void a_new_jar_takes_the_place_of_those_of_other_releases_and_of_nothing_else() throws Exception {
        disk.write(OWN, "old".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        Path old = JobJar.share(disk, OWN, SHARED);
        Path other = SHARED.resolve("other.jar");
        Path notes = SHARED.resolve("checkpoint-recovery-notes.txt");
        disk.write(other, new byte[1]);
        disk.write(notes, new byte[1]);
        disk.write(OWN, "new".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        Path shared = JobJar.share(disk, OWN, SHARED);
        assertThat(shared).isNotEqualTo(old);
        assertThat(disk.list(SHARED)).containsExactlyInAnyOrder(shared, notes, other);
    }

    @Test
    void the_job_that_is_uploaded_has_one_name() throws Exception {
        assertThat(JobJar.load().name()).isEqualTo(JobJar.load().name()).endsWith(".jar");
        assertThat(JobJar.load().bytes()).startsWith('P', 'K');
    }
}
