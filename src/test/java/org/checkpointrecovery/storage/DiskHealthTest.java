package org.checkpointrecovery.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with a disk. */
class DiskHealthTest {
    @TempDir
    private Path directory;

    @Test
    void a_directory_with_room_is_well_and_nothing_is_left_in_it() throws Exception {
        assertThat(DiskHealth.problem(new LocalDisk(), directory)).isEmpty();
        try (var left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "67108863, 1000000000000, true",
        "67108864, 1000000000000, false",
        "4999999, 100000000, true",
        "5000000, 100000000, false",
        "0, 1000, true"
    })
    void less_than_64_MiB_and_of_a_small_disk_less_than_a_20th_is_nearly_full(long free, long total, boolean full) {
        assertThat(DiskHealth.isNearlyFull(free, total)).isEqualTo(full);
    }

    @Test
    void a_directory_that_is_not_there_cannot_be_written_to() {
        assertThat(DiskHealth.problem(new LocalDisk(), directory.resolve("none"))
                        .orElse(""))
                .contains("is not writable");
    }
}
