package org.checkpointrecovery.engine.flink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The job's jar, as a file. */
public final class JobJars {
    private JobJars() {}

    public static Path write(Path directory) throws IOException {
        return Files.write(directory.resolve("job.jar"), JobJar.load().bytes());
    }
}
