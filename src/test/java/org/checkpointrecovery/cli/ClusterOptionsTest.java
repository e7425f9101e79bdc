package org.checkpointrecovery.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.api.SpecFile;
import org.checkpointrecovery.processor.Processors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The options that say which cluster there is, and what its machines are told by their environment. */
class ClusterOptionsTest {
    private static final String URL = "CHECKPOINT_RECOVERY_FLINK_URL";
    private static final String SECRETS = "CHECKPOINT_RECOVERY_SECRETS_FILE";
    private static final String COMMAND = "CHECKPOINT_RECOVERY_COMMAND";

    @TempDir
    private Path directory;

    private static ServiceConfig.@Nullable ClusterConfig cluster(Map<String, String> environment, String... options) {
        List<ServiceConfig> configs = new ArrayList<>();
        assertThat(run(environment, configs, options)).isEqualTo(CommandLineTool.DONE);
        return configs.get(0).cluster();
    }

    private static int run(Map<String, String> environment, List<ServiceConfig> configs, String... options) {
        List<String> arguments = new ArrayList<>(List.of("serve"));
        arguments.addAll(List.of(options));
        return CommandLineTool.run(arguments.toArray(new String[0]), environment, SpecFile::read, config -> {
            configs.add(config);
            return CommandLineTool.DONE;
        });
    }

    /** What is said when the options cannot be used. */
    private static String refused(String... options) {
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertThat(run(Map.of(), new ArrayList<>(), options)).isEqualTo(CommandLineTool.BAD_OPTIONS);
        } finally {
            System.setErr(before);
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    @Test
    void there_is_no_cluster_unless_one_is_named() {
        assertThat(cluster(Map.of())).isNull();
        assertThat(cluster(Map.of(URL, ""))).isNull();
    }

    @Test
    void a_cluster_is_named_by_an_option_or_the_environment() {
        ServiceConfig.ClusterConfig expected =
                new ServiceConfig.ClusterConfig(URI.create("http://jobmanager:8081"), 256, false);
        assertThat(cluster(Map.of(), "--flink-url", "http://jobmanager:8081")).isEqualTo(expected);
        assertThat(cluster(Map.of(URL, "http://jobmanager:8081/"))).isEqualTo(expected);
        assertThat(cluster(
                        Map.of(),
                        "--flink-url",
                        "https://[::1]:8081/flink/",
                        "--flink-parallelism",
                        "7",
                        "--flink-allow-process-crash"))
                .isEqualTo(new ServiceConfig.ClusterConfig(URI.create("https://[::1]:8081/flink"), 7, true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jobmanager:8081",
                "jobmanager",
                "ftp://jobmanager",
                "http://",
                "http://j/?a=b",
                "http://j/#a",
                "h t"
            })
    void a_url_of_another_form_is_refused(String url) {
        assertThat(refused("--flink-url", url)).contains("--flink-url", url, "http://jobmanager:8081");
    }

    @Test
    void a_password_in_the_url_is_refused_and_not_shown() {
        assertThat(refused("--flink-url", "http://me:pa55word@jobmanager:8081"))
                .contains("--flink-url")
                .doesNotContain("pa55word");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "32769", "two", "1.5"})
    void a_parallelism_out_of_range_is_refused(String parallelism) {
        assertThat(refused("--flink-url", "http://j:1", "--flink-parallelism", parallelism))
                .contains(
                        "--flink-parallelism must be a whole number between 1 and 32768 (got \"" + parallelism + "\")");
    }

    @Test
    void options_of_a_cluster_need_a_cluster() {
        assertThat(refused("--flink-parallelism", "2")).contains("--flink-url");
        assertThat(refused("--flink-allow-process-crash")).contains("--flink-url");
    }

    @Test
    void a_machine_of_a_cluster_has_nothing_unless_its_environment_says_so() throws Exception {
        for (Map<String, String> environment : List.of(Map.<String, String>of(), Map.of(SECRETS, "", COMMAND, ""))) {
            TaskOptions options = TaskOptions.of(environment);
            assertThat(options.commands().programs()).isEmpty();
            assertThat(options.secrets().value("A")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\n\n", "\r\n"})
    void commands_stand_on_lines_of_which_the_last_may_end(String end) throws Exception {
        TaskOptions options = TaskOptions.of(Map.of(COMMAND, "cat=/bin/cat\necho=/bin/echo,a,b" + end));
        assertThat(options.commands().programs())
                .isEqualTo(Map.of("cat", List.of("/bin/cat"), "echo", List.of("/bin/echo", "a", "b")));
    }

    @Test
    void a_machine_of_a_cluster_reads_its_own_secrets() throws Exception {
        TaskOptions options =
                TaskOptions.of(Map.of(SECRETS, secrets("A=v4lue\n").toString()));
        assertThat(options.secrets().value("A")).contains("v4lue");
    }

    private Path secrets(String text) throws IOException {
        return Files.writeString(directory.resolve("secrets"), text);
    }

    @Test
    void what_is_wrong_on_a_machine_of_a_cluster_is_told_without_a_secret() throws Exception {
        Map<String, String> environment =
                Map.of(SECRETS, secrets("no name v4lue\n").toString(), COMMAND, "x=relative");
        assertThatThrownBy(() -> TaskOptions.of(environment))
                .isInstanceOf(Processors.UnavailableException.class)
                .hasMessageContaining("line 1")
                .hasMessageContaining("--command x")
                .hasMessageNotContaining("v4lue");
    }
}
