package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TestNamesTest {
    private static final Path TESTS = Path.of("src/test/java");

    /** Else a report that names a class, or a choice of tests by name, means two of them. */
    @Test
    void no_two_files_have_the_same_name() throws IOException {
        Map<String, List<Path>> byName;
        try (Stream<Path> files = Files.walk(TESTS)) {
            byName = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.endsWith("package-info.java"))
                    .collect(Collectors.groupingBy(file -> file.getFileName().toString()));
        }
        assertThat(byName).isNotEmpty();
        byName.values().removeIf(files -> files.size() == 1);
        assertThat(byName).isEmpty();
    }
}
