package org.checkpointrecovery.engine.range;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.checkpointrecovery.job.ErrorCode;
import org.checkpointrecovery.job.Reason;
import org.checkpointrecovery.job.Run;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.junit.jupiter.api.Test;

class TaskEndTest {
    private static final Path FILE = Path.of("/ended-1.json");

    private final CrashingDisk disk = new CrashingDisk(0);

    private static TaskEnd end(Run.End how, String message) {
        return new TaskEnd(how, new Reason(ErrorCode.NOT_AUTHORIZED, message));
    }

    @Test
    void it_is_read_as_it_was_written_and_survives_a_power_cut() throws Exception {
        assertThat(TaskEnd.read(disk, FILE)).isEmpty();
        for (Run.End how : Run.End.values()) {
            end(how, "Item 7 \"ü\".").write(disk, FILE);
            disk.restorePower();
            assertThat(TaskEnd.read(disk, FILE)).contains(end(how, "Item 7 \"ü\"."));
        }
        assertThat(disk.list(Path.of("/"))).containsExactly(FILE);
    }

    @Test
    void of_two_tasks_that_write_it_at_once_one_is_read_whole() throws Exception {
        TaskEnd first = end(Run.End.PAUSED, "Item 1 is refused, and this is a long message.");
        TaskEnd second = end(Run.End.FAILED, "Item 2.");
        Disk slow = new ForwardingDisk(disk) {
            @Override
            public void move(Path from, Path to) throws IOException {
                second.write(disk, to); // all of it, just before
                super.move(from, to);
            }
        };
        first.write(slow, FILE);
        assertThat(TaskEnd.read(disk, FILE)).contains(first);
        assertThat(disk.list(Path.of("/"))).containsExactly(FILE);
    }
}
