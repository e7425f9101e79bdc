package org.checkpointrecovery.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The file of {@code --token-file}. */
class TokensTest {
    private static final String SECRET = "correct-horse-battery";

    private Path file;

    @BeforeEach
    void name(@TempDir Path directory) {
        file = directory.resolve("tokens");
    }

    private Reloaded<Tokens> read(String text) throws IOException, InvalidFilesException {
        Files.writeString(file, text);
        return Tokens.read(new OptionFile("--token-file", file.toString()));
    }

    private String problem(String text) throws IOException {
        try {
            return "none: " + read(text);
        } catch (InvalidFilesException e) {
            return String.join("\n", e.problems());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "correct-horse-battery",
                "\n correct-horse-battery \r\n",
                "#correct-horse-battery",
                "correct:horse-battery",
                "::correct-horse-battery",
                "Correct:Horse:battery-staple",
                "0123456789abcdef"
            })
    void a_file_with_one_token_is_that_of_an_admin(String text) throws Exception {
        Tokens tokens = read(text).get();
        assertThat(tokens.client(text.strip())).contains(new Client("admin", Role.ADMIN));
        assertThat(tokens.client(text.strip() + "x")).isEmpty();
        assertThat(tokens.client("")).isEmpty();
        assertThat(tokens).hasToString("[admin (admin)]");
    }

    @Test
    void lines_name_clients_between_comments_and_empty_lines() throws Exception {
        Tokens tokens = read("# of the tests: é\n\n  ci-1:submit:" + SECRET + ":1  \r\nops:admin:" + SECRET + "2\n"
                        + "_.:read:#" + SECRET + "\n")
                .get();
        assertThat(tokens.client(SECRET + ":1")).contains(new Client("ci-1", Role.SUBMIT));
        assertThat(tokens.client(SECRET + "2")).contains(new Client("ops", Role.ADMIN));
        assertThat(tokens.client("#" + SECRET)).contains(new Client("_.", Role.READ));
        assertThat(tokens.client(SECRET)).isEmpty();
        assertThat(tokens.client("ops:admin:" + SECRET + "2")).isEmpty();
        assertThat(tokens).hasToString("[ci-1 (submit), ops (admin), _. (read)]");
    }

    @Test
    void a_file_may_have_one_client() throws Exception {
        assertThat(read("ci:read:" + SECRET).get().client(SECRET)).contains(new Client("ci", Role.READ));
    }

    @ParameterizedTest
    @CsvSource({
        "'', 'must contain a token, or lines of the form name:role:token; a token must have at least 16 visible'",
        "correct-horse, must contain a token",
        "correct horse battery staple, must contain a token",
        "correct-horse-bättery-staple, must contain a token",
        "'# none\n# at all', contains no token",
        "ci:reader:correct-horse-battery, 'line 1: the role of ci must be one of read, submit, admin'",
        "ci:submit:correct, 'line 1: a token must have at least 16 visible ASCII characters, unlike the one of ci'",
        "'a:read:correct-horse-battery\ncorrect-horse-staples', 'line 2: must be name:role:token'",
        "'a:read:correct-horse-battery\nb b:read:correct-horse-staples', 'line 2: its name must'",
        "'a:read:correct-horse-battery\na:read:correct-horse-staples', 'line 2: the name a is used twice'",
        "'a:read:correct-horse-battery\n#\nb:admin:correct-horse-battery', 'line 3: b has the same token as a'",
        "'a:read:correct-horse-battery\nb:READ:correct-horse-staples', 'line 2: the role of b must be'"
    })
    void other_files_are_refused_without_showing_a_token(String text, String problem) throws IOException {
        assertThat(problem(text))
                .contains("--token-file " + file)
                .contains(problem)
                .doesNotContain("correct")
                .doesNotContain("none: ");
    }

    @Test
    void all_problems_are_told() throws IOException {
        assertThat(problem("a:b:c\nd\n:read:" + SECRET).lines()).hasSize(3);
    }

    @Test
    void a_missing_file_cannot_be_read() {
        assertThatThrownBy(() -> Tokens.read(new OptionFile("--token-file", file.toString())))
                .hasMessage("--token-file " + file + " cannot be read");
    }

    @Test
    void a_broken_new_file_changes_nothing_until_it_is_repaired() throws Exception {
        Reloaded<Tokens> tokens = read(SECRET);
        assertThat(tokens.check()).isFalse();
        Files.writeString(file, "ci:boss:" + SECRET);
        assertThat(tokens.check()).isFalse();
        Files.delete(file);
        assertThat(tokens.check()).isFalse();
        assertThat(tokens.get().client(SECRET)).isPresent();
        Files.writeString(file, "ci:read:" + SECRET + "2");
        assertThat(tokens.check()).isTrue();
        assertThat(tokens.get().client(SECRET)).isEmpty();
        assertThat(tokens.get().client(SECRET + "2")).contains(new Client("ci", Role.READ));
    }
}
