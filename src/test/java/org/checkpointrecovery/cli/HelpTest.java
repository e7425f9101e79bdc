package org.checkpointrecovery.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkpointrecovery.Await;
import org.checkpointrecovery.api.SpecFile;
import org.checkpointrecovery.job.CommitMode;
import org.checkpointrecovery.job.CrashPoint;
import org.checkpointrecovery.job.Format;
import org.checkpointrecovery.job.Named;
import org.checkpointrecovery.job.TextEncoding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

class HelpTest {
    /** Flags are off and files are absent unless set; the input and output of {@code run} are required. */
    private static final Set<String> WITHOUT_DEFAULT = Set.of(
            "--allow-process-crash",
            "--command",
            "--command-env",
            "--flink-allow-process-crash",
            "--flink-url",
            "--fresh",
            "--help",
            "--input",
            "--no-auto-resume",
            "--no-faults",
            "--output",
            "--plugins",
            "--public-url",
            "--trust-proxy",
            "--quiet",
            "--retry-failed",
            "--secrets-file",
            "--simulate-crash",
            "--spec",
            "--token-file",
            "--tls-cert",
            "--tls-key",
            "--version");

    /** Made from descriptions of several processors, each with its default. */
    private static final Set<String> OF_PROCESSORS = Set.of(
            "--body",
            "--concurrency",
            "--config",
            "--connect-timeout-millis",
            "--header",
            "--max-attempts",
            "--max-response-bytes",
            "--method",
            "--mode",
            "--pause-after-failed-items",
            "--plugin",
            "--requests-per-second",
            "--timeout-millis",
            "--url");

    private static CommandSpec command(String name) {
        CommandLine root = CommandLineTool.commandLine(new EnvironmentVariables(Map.of()), SpecFile::read, config -> 0);
        return requireNonNull(root.getSubcommands().get(name)).getCommandSpec();
    }

    private static String help(String command) {
        Printed printed = Printed.by(command, "--help");
        assertThat(printed.code()).isZero();
        assertThat(printed.errors()).isEmpty();
        return printed.output();
    }

    /** From a heading to the next. */
    private static String group(String help, String heading) {
        Matcher group = Pattern.compile("\n" + heading + ":\n(.*?)\n\n", Pattern.DOTALL)
                .matcher(help.replace(System.lineSeparator(), "\n"));
        assertThat(group.find()).as("%s in %s", heading, help).isTrue();
        return group.group(1);
    }

    @Test
    void the_options_of_serve_are_grouped() {
        String help = help("serve");
        assertThat(help.lines().filter(line -> line.matches("[A-Z][a-z ]+:")))
                .containsExactly(
                        "Service:", "Storage:", "Limits:", "Security:", "Proxies:", "Processors:", "Cluster:", "Help:");
        assertThat(group(help, "Service")).contains("-p, --port=PORT", "--host=ADDRESS", "--no-auto-resume");
        assertThat(group(help, "Storage")).contains("-d, --data=DIR", "--input-dir=DIR");
        assertThat(group(help, "Limits")).contains("--max-upload=SIZE", "--max-item-bytes=SIZE");
        assertThat(group(help, "Security")).contains("--token-file=FILE", "--no-faults", "--allow-process-crash");
        assertThat(group(help, "Proxies")).contains("--public-url=URL", "--trust-proxy=CIDR");
        assertThat(group(help, "Processors")).contains("--http-allow=HOST[:PORT]", "--command=", "--plugins=DIR");
        assertThat(group(help, "Cluster")).contains("--flink-url=URL", "--flink-parallelism=N");
    }

    @Test
    void the_options_of_run_are_grouped() {
        String help = help("run");
        assertThat(help.lines().filter(line -> line.matches("[A-Z][a-z ]+:")))
                .containsExactly(
                        "Files:", "Input format:", "Processor:", "Processing:", "Rehearsal:", "Help:", "Exit codes:");
        assertThat(group(help, "Files")).contains("-i, --input=FILE", "-o, --output=FILE", "--checkpoint=FILE");
        assertThat(group(help, "Input format")).contains("-f, --format=FORMAT", "--csv-header=first|none|NAME,...");
        assertThat(group(help, "Processor"))
                .contains("--url=URL", "--plugin=NAME", "--command=NAME=PROGRAM[,ARGUMENT...]", "--header=NAME: VALUE")
                .contains("command: maximum number of concurrent processes (1 to 64,");
        assertThat(group(help, "Processing")).contains("-b, --batch-size=N", "--parallelism=N");
        assertThat(group(help, "Rehearsal")).contains("--simulate-crash=N", "--crash-point=POINT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "run"})
    void every_option_is_in_the_help_once_with_its_default(String name) {
        CommandSpec command = command(name);
        String help = help(name);
        for (OptionSpec option : command.options()) {
            String named = option.longestName();
            assertThat(Pattern.compile("(?m)^ {2}(-., | {4})" + named + "[ =\n]")
                            .matcher(help)
                            .results())
                    .as(named)
                    .hasSize(1);
            String description = String.join(" ", option.description());
            if (WITHOUT_DEFAULT.contains(named) || OF_PROCESSORS.contains(named)) {
                assertThat(option.defaultValue()).as(named).isNull();
                assertThat(description).as(named).doesNotContain("(default:");
            } else {
                assertThat(description).as(named).containsOnlyOnce("(default: ").endsWith(")");
                if (option.defaultValue() != null) {
                    assertThat(description).as(named).endsWith("(default: " + option.defaultValue() + ")");
                }
            }
        }
        assertThat(help).doesNotContain("${");
    }

    @Test
    void the_defaults_are_those_that_apply() {
        assertThat(help("serve").replaceAll("\\s+", " "))
                .contains("picks a free one (default: 8080)", "longer items fail (default: 1M)");
        Printed printed = Printed.by(Map.of("CHECKPOINT_RECOVERY_PORT", "9090"), "serve", "--help");
        assertThat(printed.output()).contains("(default: 9090)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "run"})
    void the_rule_for_environment_variables_is_stated_once(String command) {
        assertThat(help(command)).containsOnlyOnce("CHECKPOINT_RECOVERY_");
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "run"})
    void lines_are_as_long_as_documented_where_there_is_no_terminal(String command) {
        assertThat(help(command).lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void every_value_that_an_option_accepts_is_in_its_text() {
        assertNames("run", "--format", Format.Kind.values());
        assertNames("run", "--encoding", TextEncoding.values());
        assertNames("run", "--crash-point", CrashPoint.values());
        assertNames("run", "--commit", CommitMode.values());
    }

    private static void assertNames(String command, String option, Named... values) {
        String text = String.join(" ", command(command).findOption(option).description());
        for (Named value : values) {
            assertThat(text).containsPattern("\\b" + Pattern.quote(value.text()) + "\\b");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "run, -i, --input",
        "run, -o, --output",
        "run, -f, --format",
        "run, -b, --batch-size",
        "serve, -p, --port",
        "serve, -d, --data",
        "serve, -h, --help",
        "run, -V, --version"
    })
    void common_options_are_short_too(String command, String letter, String name) {
        assertThat(command(command).findOption(letter).longestName()).isEqualTo(name);
    }

    @Test
    void without_a_command_the_usage_goes_to_standard_error() {
        Printed printed = Printed.by();
        assertThat(printed.code()).isEqualTo(CommandLineTool.BAD_OPTIONS);
        assertThat(printed.output()).isEmpty();
        assertThat(printed.errors())
                .startsWith("Usage: checkpoint-recovery COMMAND [OPTIONS]")
                .contains("  serve ", "  run ", "  help ", "  generate-completion ");
    }

    @Test
    void the_help_command_shows_what_the_option_shows() {
        Printed printed = Printed.by("help", "run");
        assertThat(printed.code()).isZero();
        assertThat(printed.output()).isEqualTo(help("run"));
        assertThat(Printed.by("help").output()).isEqualTo(Printed.by("--help").output());
    }

    @Test
    void the_completion_script_is_for_bash_and_knows_every_option(@TempDir Path directory) throws Exception {
        Printed printed = Printed.by("generate-completion");
        assertThat(printed.code()).isZero();
        assertThat(printed.output()).startsWith("#!/usr/bin/env bash").contains("-F _complete_checkpoint-recovery");
        Set<String> missing = new TreeSet<>();
        for (String command : List.of("serve", "run")) {
            for (OptionSpec option : command(command).options()) {
                if (!printed.output().contains("'" + option.longestName() + "'")) {
                    missing.add(option.longestName());
                }
            }
        }
        assertThat(missing).isEmpty();
        Path script = Files.writeString(directory.resolve("completion"), printed.output());
        Process bash =
                new ProcessBuilder("bash", "-n", script.toString()).inheritIO().start();
        assertThat(Await.end(bash)).isZero();
    }
}
