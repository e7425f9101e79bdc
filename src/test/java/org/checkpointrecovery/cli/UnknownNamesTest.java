package org.checkpointrecovery.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.api.SpecFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options, commands and environment variables that do not exist. */
class UnknownNamesTest {
    private static final String PREFIX = "CHECKPOINT_RECOVERY_";

    private static List<String> rejected(String... arguments) {
        Printed printed = Printed.by(arguments);
        assertThat(printed.code()).isEqualTo(CommandLineTool.BAD_OPTIONS);
        assertThat(printed.output()).isEmpty();
        return printed.errorLines();
    }

    @Test
    void an_unknown_option_is_rejected_with_the_nearest_one() {
        assertThat(rejected("serve", "--prot", "1"))
                .containsExactly(
                        "Unknown option: --prot. Did you mean: --port?", "See checkpoint-recovery serve --help.");
        assertThat(rejected("run", "-i", "a", "-o", "b", "--bach-size=3", "--frsh"))
                .containsExactly(
                        "Unknown option: --bach-size. Did you mean: --batch-size?",
                        "Unknown option: --frsh. Did you mean: --fresh?",
                        "See checkpoint-recovery run --help.");
    }

    @Test
    void an_option_that_resembles_none_has_no_suggestion() {
        assertThat(rejected("serve", "--verbose-logging").get(0)).isEqualTo("Unknown option: --verbose-logging");
    }

    @Test
    void an_unknown_command_is_rejected_with_the_nearest_one() {
        assertThat(rejected("srve", "-p", "1"))
                .containsExactly("Unknown command: srve. Did you mean: serve?", "See checkpoint-recovery --help.");
        assertThat(rejected("xyz").get(0)).isEqualTo("Unknown command: xyz");
    }

    @Test
    void an_argument_that_belongs_to_no_option_is_rejected() {
        assertThat(rejected("serve", "8080"))
                .containsExactly("Unexpected argument: 8080", "See checkpoint-recovery serve --help.");
    }

    @Test
    void an_option_that_is_repeated_by_mistake_is_rejected() {
        assertThat(rejected("serve", "--port", "1", "--data", "x", "-p", "2").get(0))
                .contains("--port", "only once");
    }

    @ParameterizedTest
    @CsvSource({
        "prot, port, 1",
        "port, port, 0",
        "pot, port, 1",
        "ports, port, 1",
        "part, port, 1",
        "'', port, 4",
        "ca, abc, 3"
    })
    void the_distance_of_two_names_counts_the_typos_between_them(String a, String b, int distance) {
        assertThat(Similar.distance(a, b)).isEqualTo(distance);
        assertThat(Similar.distance(b, a)).isEqualTo(distance);
    }

    private static List<String> warnings(String... names) {
        Map<String, String> environment = new HashMap<>();
        for (String name : names) {
            environment.put(name, "s3cret");
        }
        Printed printed = Printed.by(environment, "serve");
        assertThat(printed.code()).isEqualTo(CommandLineTool.DONE);
        assertThat(printed.errors()).doesNotContain("s3cret");
        return printed.errorLines().stream()
                .filter(line -> line.contains(" WARN "))
                .map(line -> line.substring(line.indexOf("The environment")))
                .toList();
    }

    @Test
    void a_variable_that_names_no_option_is_reported_with_the_nearest_one() {
        assertThat(warnings(PREFIX + "PROT", PREFIX + "TOKEN", PREFIX + "XYZ", "OTHER_PORT"))
                .containsExactly(
                        "The environment variable CHECKPOINT_RECOVERY_PROT names no option and is ignored."
                                + " Did you mean CHECKPOINT_RECOVERY_PORT?",
                        "The environment variable CHECKPOINT_RECOVERY_TOKEN names no option and is ignored."
                                + " Did you mean CHECKPOINT_RECOVERY_TOKEN_FILE?",
                        "The environment variable CHECKPOINT_RECOVERY_XYZ names no option and is ignored."
                                + " Unset it, or see --help for the options.");
    }

    @Test
    void a_variable_for_the_other_command_is_not_reported() {
        assertThat(warnings(PREFIX + "BATCH_SIZE", PREFIX + "INPUT")).isEmpty();
        Printed run =
                Printed.by(Map.of(PREFIX + "HOST", "0.0.0.0", PREFIX + "PROT", "1"), "run", "-i", "/no", "-o", "/o");
        assertThat(run.errorLines()).hasSize(2);
        assertThat(run.errorLines().get(0)).contains(" WARN ", "CHECKPOINT_RECOVERY_PROT");
        assertThat(run.errorLines().get(1)).isEqualTo("--input /no does not exist");
    }

    @Test
    void the_commands_of_a_service_are_none_of_a_run_in_the_same_environment() {
        Map<String, String> environment = Map.of(PREFIX + "COMMAND", "no command", PREFIX + "URL", "x");
        Printed run = Printed.by(environment, "run", "-i", "/no", "-o", "/o");
        assertThat(run.errors()).contains(PREFIX + "URL names no option").doesNotContain("--command", "different");
        assertThat(run.errorLines()).contains("--input /no does not exist");
    }

    @Test
    void neither_help_nor_version_can_be_set_by_a_variable() {
        Printed printed = Printed.by(Map.of(PREFIX + "VERSION", "1.2", PREFIX + "HELP", "true"), "serve");
        assertThat(printed.code()).isEqualTo(CommandLineTool.DONE);
        assertThat(printed.output()).isEmpty();
        assertThat(printed.errors()).contains(PREFIX + "VERSION names no option", PREFIX + "HELP names no option");
    }

    @Test
    void help_warns_of_no_variable() {
        assertThat(Printed.by(Map.of(PREFIX + "PROT", "1"), "serve", "--help").errors())
                .isEmpty();
        assertThat(Printed.by(Map.of(PREFIX + "PROT", "1"), "help", "serve").errors())
                .isEmpty();
    }

    /** As a container does whose image has turned it on. */
    @Test
    void a_variable_can_leave_a_flag_unset() {
        ServiceConfig[] started = new ServiceConfig[1];
        CommandLineTool.run(new String[] {"serve"}, Map.of(PREFIX + "NO_FAULTS", "false"), SpecFile::read, config -> {
            started[0] = config;
            return CommandLineTool.DONE;
        });
        assertThat(requireNonNull(started[0]).rehearsals().faultsAllowed()).isTrue();
    }

    @Test
    void a_level_of_the_log_that_does_not_exist_stops_the_start() {
        Printed printed = Printed.by("serve", "--log-level", "verbose");
        assertThat(printed.code()).isEqualTo(CommandLineTool.BAD_OPTIONS);
        assertThat(printed.errorLines())
                .containsExactly("--log-level must be one of error, warn, info, debug (got \"verbose\")");
    }

    @Test
    void a_flag_that_is_set_by_a_variable_and_the_command_line_is_set() {
        ServiceConfig[] started = new ServiceConfig[1];
        CommandLineTool.run(
                new String[] {"serve", "--no-faults"}, Map.of(PREFIX + "NO_FAULTS", "true"), SpecFile::read, config -> {
                    started[0] = config;
                    return CommandLineTool.DONE;
                });
        assertThat(requireNonNull(started[0]).rehearsals().faultsAllowed()).isFalse();
    }
}
