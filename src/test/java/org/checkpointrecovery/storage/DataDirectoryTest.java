package org.checkpointrecovery.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir
    private Path directory;

    @Test
    void a_data_directory_is_held_by_one_service_at_a_time() throws IOException {
        Path root = directory.resolve("data");
        try (DataDirectory held = DataDirectory.take(root)) {
            assertThat(held.layout().jobs()).isEqualTo(root.toAbsolutePath().resolve("jobs"));
            assertThat(held.layout().files()).isEqualTo(root.toAbsolutePath().resolve("files"));
            assertThatThrownBy(() -> DataDirectory.take(root))
                    .isInstanceOf(DataDirectory.HeldException.class)
                    .hasMessageContaining("in use by another service");
        }
        DataDirectory.take(root).close();
    }

    @Test
    void a_file_in_the_place_of_the_directory_is_an_error() throws IOException {
        Path file = directory.resolve("data");
        new LocalDisk().open(file).close();
        assertThatThrownBy(() -> DataDirectory.take(file)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> DataDirectory.take(file.resolve("below"))).isInstanceOf(IOException.class);
    }

    @Test
    void new_directories_are_forced_into_those_above() throws IOException {
        List<Path> forced = new ArrayList<>();
        Disk disk = new ForwardingDisk(new LocalDisk()) {
            @Override
            public void forceDirectory(Path path) throws IOException {
                super.forceDirectory(path);
                forced.add(path);
            }
        };
        Path root = directory.resolve("a/b/c");
        DataDirectory.take(root, disk, disk).close();
        assertThat(forced).containsExactly(directory, directory.resolve("a"), directory.resolve("a/b"));
        forced.clear();
        DataDirectory.take(root, disk, disk).close();
        assertThat(forced).isEmpty();
    }
}
