package org.checkpointrecovery.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.checkpointrecovery.api.SpecFile;
import org.checkpointrecovery.processor.http.Secrets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsFileTest {
    private final OptionValues values = new OptionValues();
    private Path file;

    @BeforeEach
    void name(@TempDir Path directory) {
        file = directory.resolve("secrets");
    }

    private Secrets read(String text) throws IOException {
        Files.writeString(file, text);
        return SecretsFile.read(file.toString(), values);
    }

    private String problems() {
        try {
            values.throwIfInvalid();
            return "";
        } catch (BadOptionsException e) {
            return String.join("\n", e.problems());
        }
    }

    @Test
    void lines_name_secrets_between_comments_and_empty_lines() throws IOException {
        Secrets secrets = read("# of the tests\n\n A = Bearer a=b c \r\n_b2=x");
        assertThat(problems()).isEmpty();
        assertThat(secrets.names()).containsExactly("A", "_b2");
        assertThat(secrets.value("A")).contains("Bearer a=b c");
        assertThat(secrets.value("_b2")).contains("x");
        assertThat(secrets.value("a")).isEmpty();
        assertThat(secrets).hasToString("Secrets[A, _b2]");
    }

    @Test
    void all_that_is_wrong_is_told_by_its_line_without_a_value() throws IOException {
        read("A=good\nhidden1\n2A=hidden2\nB=\nC=hidden\u00e43\nA=hidden4\n");
        assertThat(problems())
                .contains("line 2", "line 3", "line 4", "line 5", "line 6", "A is set twice")
                .doesNotContain("line 1", "hidden", "good");
    }

    @Test
    void a_file_that_is_not_there_or_is_not_text_cannot_be_read() throws IOException {
        SecretsFile.read(file.toString(), values);
        assertThat(problems()).contains("--secrets-file " + file + " cannot be read");
        Files.write(file, new byte[] {'A', '=', (byte) 0xff});
        OptionValues others = new OptionValues();
        SecretsFile.read(file.toString(), others);
        assertThatThrownBy(others::throwIfInvalid).isInstanceOf(BadOptionsException.class);
    }

    @Test
    void http_allow_names_hosts_or_tells_what_is_wrong() throws Exception {
        assertThat(config("--http-allow", "API.example.org:443,[::1]")
                        .processors()
                        .addressRules())
                .hasToString("api.example.org:443,[0:0:0:0:0:0:0:1]");
        assertThat(config().processors().addressRules()).hasToString("any");
        Path token = Files.writeString(file, "0123456789abcdef");
        assertThat(config("--host", "0.0.0.0", "--token-file", token.toString())
                        .processors()
                        .addressRules())
                .hasToString("public");
        assertThat(exit("--http-allow", "http://a/")).isEqualTo(CommandLineTool.BAD_OPTIONS);
    }

    private static ServiceConfig config(String... arguments) {
        ServiceConfig[] started = new ServiceConfig[1];
        run(
                config -> {
                    started[0] = config;
                    return CommandLineTool.DONE;
                },
                arguments);
        return java.util.Objects.requireNonNull(started[0]);
    }

    private static int exit(String... arguments) {
        return run(config -> CommandLineTool.DONE, arguments);
    }

    private static int run(ServiceStarter starter, String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "serve";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return CommandLineTool.run(all, java.util.Map.of(), SpecFile::read, starter);
    }
}
