package org.checkpointrecovery.engine.range;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.checkpointrecovery.job.CrashMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.rehearsal.CrashOrder;
import org.checkpointrecovery.storage.CrashingDisk;
import org.checkpointrecovery.storage.ForwardingDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CrashRequestTest {
    private static final Path FILE = Path.of("/crash");

    private final CrashingDisk disk = new CrashingDisk(0);

    @ParameterizedTest
    @EnumSource
    void it_is_taken_once_and_strikes_at_once(CrashPoint point) throws Exception {
        for (CrashMode mode : CrashMode.values()) {
            CrashRequest.write(disk, FILE, new CrashOrder(mode, point, 7));
            assertThat(CrashRequest.take(disk, FILE)).contains(new CrashOrder(mode, point, 0));
            assertThat(CrashRequest.take(disk, FILE)).isEmpty();
        }
        assertThat(disk.list(Path.of("/"))).isEmpty();
    }

    @Test
    void of_two_tasks_one_takes_it() throws Exception {
        CrashRequest.write(disk, FILE, new CrashOrder(CrashMode.JOB, CrashPoint.PROCESSING, 0));
        List<Optional<CrashOrder>> taken = new java.util.ArrayList<>();
        taken.add(CrashRequest.take(
                new ForwardingDisk(disk) {
                    @Override
                    public void move(Path from, Path to) throws IOException {
                        taken.add(CrashRequest.take(disk, FILE)); // just before
                        super.move(from, to);
                    }
                },
                FILE));
        assertThat(taken).hasSize(2);
        assertThat(taken.get(0)).isPresent();
        assertThat(taken.get(1)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "JOB", "JOB NOWHERE", "NOBODY PROCESSING", "JOB PROCESSING 1"})
    void another_text_is_no_request(String text) throws Exception {
        disk.write(FILE, text.getBytes(UTF_8));
        assertThat(CrashRequest.take(disk, FILE)).isEmpty();
    }
}
