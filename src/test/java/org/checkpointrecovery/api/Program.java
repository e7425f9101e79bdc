package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Programs that a test needs and that a JDK and Maven do not bring. */
public final class Program {
    private Program() {}

    /** Skips the test if a command cannot be run or fails; in CI the test fails. */
    public static void needs(String... command) throws InterruptedException {
        String missing = "This test needs: " + String.join(" ", command);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor() == 0) {
                return;
            }
        } catch (IOException e) {
            missing += ": " + e.getMessage();
        }
        assertThat(System.getenv("CI")).as(missing).isNotEqualTo("true");
        abort(missing);
    }

    /** Runs a command, and gives back its output. Fails with it if the command fails. */
    public static String run(Path directory, String... command) throws IOException, InterruptedException {
        Path log = Files.createTempFile(directory, "output", "");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        assertThat(process.waitFor()).as(Files.readString(log)).isZero();
        return Files.readString(log);
    }
}
