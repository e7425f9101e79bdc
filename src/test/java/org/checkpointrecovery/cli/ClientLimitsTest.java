package org.checkpointrecovery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.api.SpecFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The options that say what clients may cost. */
class ClientLimitsTest {
    private static int run(Map<String, String> environment, List<ServiceConfig> configs, String... options) {
        List<String> arguments = new ArrayList<>(List.of("serve"));
        arguments.addAll(List.of(options));
        return CommandLineTool.run(arguments.toArray(new String[0]), environment, SpecFile::read, config -> {
            configs.add(config);
            return CommandLineTool.DONE;
        });
    }

    private static ServiceConfig config(Map<String, String> environment, String... options) {
        List<ServiceConfig> configs = new ArrayList<>();
        assertThat(run(environment, configs, options)).isEqualTo(CommandLineTool.DONE);
        return configs.get(0);
    }

    @Test
    void there_are_defaults() {
        ServiceConfig config = config(Map.of());
        assertThat(config.listener().clients())
                .isEqualTo(new ServiceConfig.ClientLimits(240, Duration.ofSeconds(30), 0));
        assertThat(config.toString()).contains("min-data-rate=240 idle-timeout=30 max-connections-per-source=0");
    }

    @Test
    void they_come_from_options_or_from_the_environment() {
        assertThat(config(Map.of("CHECKPOINT_RECOVERY_IDLE_TIMEOUT", "5"), "--min-data-rate", "2K")
                        .listener()
                        .clients())
                .isEqualTo(new ServiceConfig.ClientLimits(2048, Duration.ofSeconds(5), 0));
        assertThat(config(Map.of("CHECKPOINT_RECOVERY_MAX_CONNECTIONS_PER_SOURCE", "7"), "--min-data-rate", "0")
                        .listener()
                        .clients())
                .isEqualTo(new ServiceConfig.ClientLimits(0, Duration.ofSeconds(30), 7));
    }

    @ParameterizedTest
    @CsvSource({
        "--min-data-rate, -1",
        "--min-data-rate, 2G",
        "--idle-timeout, 0",
        "--idle-timeout, 3601",
        "--max-connections-per-source, -1",
        "--max-connections-per-source, x"
    })
    void others_are_refused(String option, String value) {
        assertThat(run(Map.of(), new ArrayList<>(), option + "=" + value)).isEqualTo(CommandLineTool.BAD_OPTIONS);
    }
}
