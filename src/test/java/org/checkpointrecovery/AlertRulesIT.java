package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.checkpointrecovery.api.Program;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Prometheus' own tool accepts the alerts, and says when they fire. {@code .ci/run} installs it. */
class AlertRulesIT {
    private static final Path ALERTS = Path.of("docker/monitoring/alerts.yaml").toAbsolutePath();
    private static final Path SERIES =
            Path.of("src/test/resources/alerts-test.yaml").toAbsolutePath();

    @TempDir
    private Path directory;

    @BeforeEach
    void needsPromtool() throws Exception {
        Program.needs("promtool", "--version");
    }

    @Test
    void the_rules_and_the_file_that_loads_them_are_valid() throws Exception {
        JsonNode rules = rules();
        assertThat(Program.run(directory, "promtool", "check", "rules", ALERTS.toString()))
                .contains("SUCCESS: " + rules.size() + " rules found");
        // Not the token, which is where the container has it.
        Program.run(
                directory,
                "promtool",
                "check",
                "config",
                "--syntax-only",
                ALERTS.resolveSibling("prometheus.yaml").toString());
    }

    @Test
    void each_alert_fires_when_it_should_and_only_then() throws Exception {
        assertThat(Program.run(directory, "promtool", "test", "rules", SERIES.toString()))
                .contains("SUCCESS");
        String series = Files.readString(SERIES);
        for (JsonNode rule : rules()) {
            assertThat(series).contains("alertname: " + rule.get("alert").asString() + "\n");
        }
    }

    private static JsonNode rules() {
        return YAMLMapper.builder().build().readTree(ALERTS.toFile()).at("/groups/0/rules");
    }
}
