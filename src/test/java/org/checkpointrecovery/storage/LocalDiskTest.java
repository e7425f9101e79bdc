package org.checkpointrecovery.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalDiskTest extends DiskContractTest {
    @TempDir
    private Path root;

    @Override
    Path root() {
        return root;
    }

    @Override
    LocalDisk disk() {
        return new LocalDisk();
    }

    @Test
    void a_full_disk_is_told_from_other_failures_and_names_the_file() throws IOException {
        Path full = Path.of("/dev/full"); // a device of Linux: every write to it finds the disk full
        assumeTrue(Files.isWritable(full));
        try (DiskFile file = disk().open(full)) {
            assertThatThrownBy(() -> file.append(new byte[] {1}, 0, 1))
                    .isInstanceOf(DiskFullException.class)
                    .hasMessageContaining("/dev/full");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"No space left on device", "Disk quota exceeded"})
    void no_space_and_no_quota_are_a_full_disk(String reason) {
        IOException failure = new FileSystemException("/data/jobs/1", null, reason);
        assertThat(LocalDisk.named(Path.of("/data/jobs/1"), failure))
                .isInstanceOf(DiskFullException.class)
                .hasMessageContaining("/data/jobs/1")
                .hasMessageContaining(reason)
                .hasCause(failure);
    }

    @Test
    void other_failures_stay_as_they_are() {
        IOException failure = new IOException("Input/output error");
        assertThat(LocalDisk.named(Path.of("a"), failure)).isSameAs(failure);
        IOException silent = new IOException();
        assertThat(LocalDisk.named(Path.of("a"), silent)).isSameAs(silent);
    }
}
