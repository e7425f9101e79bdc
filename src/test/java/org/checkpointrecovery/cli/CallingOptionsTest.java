package org.checkpointrecovery.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.checkpointrecovery.api.SpecFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The options that say what jobs may call, and with which secrets. */
class CallingOptionsTest {
    @TempDir
    private Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("secrets"), text);
    }

    private static ServiceConfig config(Map<String, String> environment, String... options) {
        List<ServiceConfig> configs = new ArrayList<>();
        List<String> arguments = new ArrayList<>(List.of("serve"));
        arguments.addAll(List.of(options));
        int code = CommandLineTool.run(arguments.toArray(new String[0]), environment, SpecFile::read, config -> {
            configs.add(config);
            return CommandLineTool.DONE;
        });
        assertThat(code).isEqualTo(CommandLineTool.DONE);
        return configs.get(0);
    }

    private Path token() throws IOException {
        return Files.writeString(directory.resolve("token"), "0123456789abcdef");
    }

    private static boolean allows(ServiceConfig config, String url) {
        return config.processors().addressRules().problem(URI.create(url)).isEmpty();
    }

    @Test
    void the_effective_values_are_logged_with_the_names_of_secrets_only() throws IOException {
        ServiceConfig config =
                config(Map.of(), "--secrets-file", file("A=v4lue\n").toString());
        assertThat(config.toString()).contains("secrets=[A]", "http-allow=any").doesNotContain("v4lue");
    }

    @Test
    void the_secret_of_callbacks_is_no_secret_that_a_job_can_name() throws IOException {
        String secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        ServiceConfig config = config(
                Map.of(),
                "--secrets-file",
                file("A=v4lue\nCALLBACK_KEY=" + secret + "\n").toString());
        assertThat(config.processors().secrets().names()).containsExactly("A");
        assertThat(config.processors().callbackSecret()).isNotNull();
        assertThat(config.toString()).contains("callback-key=(set)").doesNotContain("MfKQ9");
        assertThat(config(Map.of()).toString()).contains("callback-key=file");
    }

    @Test
    void a_secret_of_callbacks_that_no_receiver_could_use_stops_the_start_and_is_not_shown() throws IOException {
        String file = file("CALLBACK_KEY=whsec_hidden\n").toString();
        Printed printed = Printed.by("serve", "--secrets-file", file, "--port", "x");
        assertThat(printed.code()).isEqualTo(CommandLineTool.BAD_OPTIONS);
        assertThat(printed.errorLines())
                .hasSize(2)
                .anySatisfy(line -> assertThat(line)
                        .isEqualTo("--secrets-file " + file + ": CALLBACK_KEY must be whsec_ and the base64 of 24 to 64"
                                + " bytes, as this prints: echo \"whsec_$(head -c 32 /dev/urandom | base64)\""));
    }

    @Test
    void all_may_be_called_while_only_this_machine_reaches_the_service_and_public_addresses_beyond()
            throws IOException {
        assertThat(allows(config(Map.of()), "http://127.0.0.1/")).isTrue();
        ServiceConfig open = config(Map.of(), "--host", "0.0.0.0", "--token-file", token().toString());
        assertThat(allows(open, "http://127.0.0.1/")).isFalse();
        assertThat(allows(open, "http://8.8.8.8/")).isTrue();
    }

    @Test
    void http_allow_can_be_repeated_and_come_from_the_environment() {
        ServiceConfig config = config(Map.of(), "--http-allow", "a.test:81", "--http-allow", "[::1]");
        assertThat(allows(config, "http://a.test:81/")).isTrue();
        assertThat(allows(config, "http://[::1]:5/")).isTrue();
        assertThat(allows(config, "http://a.test/")).isFalse();
        ServiceConfig same = config(Map.of("CHECKPOINT_RECOVERY_HTTP_ALLOW", "a.test:81, [::1]"));
        assertThat(same.processors().addressRules()).hasToString("a.test:81,[0:0:0:0:0:0:0:1]");
        assertThat(allows(same, "http://a.test:81/")).isTrue();
    }

    @Test
    void a_target_of_another_form_stops_the_start() {
        int code = CommandLineTool.run(
                new String[] {"serve", "--http-allow", "http://a/", "--port", "0"},
                Map.of(),
                SpecFile::read,
                config -> 0);
        assertThat(code).isEqualTo(CommandLineTool.BAD_OPTIONS);
    }
}
