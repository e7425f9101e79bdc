package org.checkpointrecovery.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file as the service stores it, in {@code src/test/resources/golden}. A test that writes other bytes has changed the format.
 * If that is intended, run it with {@code -Dgolden.update=true}, which replaces the files, and give the format a new version.
 */
public final class GoldenFile {
    private static final Path DIRECTORY = Path.of("src/test/resources/golden");

    private GoldenFile() {}

    /** The content of the file. */
    public static byte[] read(String name) throws IOException {
        return Files.readAllBytes(DIRECTORY.resolve(name));
    }

    /** Compares what was written with the file. */
    public static void assertWritten(String name, byte[] written) throws IOException {
        if (Boolean.getBoolean("golden.update")) {
            Files.write(DIRECTORY.resolve(name), written);
            return;
        }
        byte[] golden = read(name);
        assertThat(new String(written, StandardCharsets.ISO_8859_1))
                .as(name)
                .isEqualTo(new String(golden, StandardCharsets.ISO_8859_1));
    }
}
