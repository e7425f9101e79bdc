package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.checkpointrecovery.api.Program;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What systemd's own tool says of the unit. {@code .ci/run} installs it. The unit itself is not started here. */
class SystemdUnitIT {
    private static final String NAME = "checkpoint-recovery.service";
    private static final String JAVA = "/usr/bin/java ";
    /** Of 100. Without its sandbox, a service has 96. */
    private static final String MOST_EXPOSED = "20";

    @TempDir
    private Path directory;

    @BeforeEach
    void needsSystemd() throws Exception {
        Program.needs("systemd-analyze", "--version");
    }

    private static String unit() throws Exception {
        return Files.readString(Path.of("docker", "systemd", NAME));
    }

    /** Writes a unit with the Java of this machine, and returns what systemd finds in it. */
    private String problems(String unit) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java") + " ";
        Path file = Files.writeString(directory.resolve(NAME), unit.replace(JAVA, java));
        String found = Program.run(directory, "systemd-analyze", "verify", file.toString());
        return String.join(
                "\n", found.lines().filter(line -> line.contains(NAME)).toList());
    }

    @Test
    void systemd_finds_nothing_in_the_unit() throws Exception {
        assertThat(unit()).contains("ExecStart=" + JAVA);
        assertThat(problems(unit())).isEmpty();
        assertThat(problems(unit().replace("KillMode=mixed", "KillMode=gentle")))
                .contains("kill mode");
    }

    @Test
    void the_sandbox_is_tight() throws Exception {
        String shown = Program.run(
                directory,
                "systemd-analyze",
                "security",
                "--offline=true",
                "--threshold=" + MOST_EXPOSED,
                Path.of("docker", "systemd", NAME).toAbsolutePath().toString());
        assertThat(shown).contains("Overall exposure level for " + NAME);
    }

    /** What its comments give reasons for. */
    @Test
    void the_unit_stops_the_service_in_order_and_leaves_java_its_memory() throws Exception {
        List<String> settings =
                unit().lines().filter(line -> !line.startsWith("#")).toList();
        assertThat(settings)
                .contains(
                        "Type=exec", "KillMode=mixed", "TimeoutStopSec=20", "SuccessExitStatus=143", "DynamicUser=yes")
                .noneMatch(line -> line.startsWith("MemoryDenyWriteExecute"));
    }
}
