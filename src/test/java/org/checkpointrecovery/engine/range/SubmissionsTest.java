package org.checkpointrecovery.engine.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.checkpointrecovery.engine.range.Submissions.Submission;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.DamagedFileException;
import org.junit.jupiter.api.Test;

class SubmissionsTest {
    private static final Path FILE = Path.of("/submissions.json");

    private final CrashingDisk disk = new CrashingDisk(0);

    @Test
    void they_are_read_as_they_were_written_and_survive_a_power_cut() throws Exception {
        Submissions written =
                new Submissions(List.of(new Submissions.Submission("a", "file:/s", null))).and("b", "b.jar");
        written.write(disk, FILE);
        disk.restorePower();
        assertThat(Submissions.read(disk, FILE)).isEqualTo(written);
        assertThat(written.list())
                .containsExactly(new Submission("a", "file:/s", null), new Submission("b", null, "b.jar"));
    }

    @Test
    void there_are_none_without_a_file() throws Exception {
        assertThat(Submissions.read(disk, FILE).list()).isEmpty();
    }

    @Test
    void a_damaged_file_is_named_and_what_is_to_be_done() {
        disk.write(FILE, "{\"version\":1}".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> Submissions.read(disk, FILE))
                .isInstanceOf(DamagedFileException.class)
                .hasMessageContainingAll("/submissions.json is damaged", "Nothing was changed", "resume");
    }
}
