package org.checkpointrecovery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.api.SpecFile;
import org.checkpointrecovery.job.Retention;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionOptionsTest {
    private static int run(Map<String, String> environment, List<ServiceConfig> started, String... options) {
        List<String> arguments = new ArrayList<>(List.of("serve"));
        arguments.addAll(List.of(options));
        return CommandLineTool.run(arguments.toArray(new String[0]), environment, SpecFile::read, config -> {
            started.add(config);
            return 0;
        });
    }

    private static ServiceConfig config(Map<String, String> environment, String... options) {
        List<ServiceConfig> started = new ArrayList<>();
        assertThat(run(environment, started, options)).isZero();
        return started.get(0);
    }

    @Test
    void everything_is_kept_by_default() {
        ServiceConfig config = config(Map.of());
        assertThat(config.storage().retention()).isEqualTo(Retention.UNLIMITED);
        assertThat(config.toString()).contains("retain-jobs=forever retain-files=forever");
    }

    @Test
    void periods_come_from_options_or_from_the_environment() {
        ServiceConfig config = config(Map.of("CHECKPOINT_RECOVERY_RETAIN_FILES", "90s"), "--retain-jobs", "30d");
        assertThat(config.storage().retention()).isEqualTo(new Retention(Duration.ofDays(30), Duration.ofSeconds(90)));
        assertThat(config.toString()).contains("retain-jobs=30d retain-files=90s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0s", "30", "-1d", "36501d", "forever"})
    void others_are_refused(String period) {
        for (String option : List.of("--retain-jobs=", "--retain-files=")) {
            assertThat(run(Map.of(), new ArrayList<>(), option + period)).isEqualTo(CommandLineTool.BAD_OPTIONS);
        }
    }
}
