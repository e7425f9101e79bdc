package org.checkpointrecovery.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Linters of OpenAPI find nothing in {@code openapi.yaml}, not even a warning. {@code .ci/run} installs them. */
class ApiLintTest {
    private static final String DOCUMENT =
            Path.of("openapi.yaml").toAbsolutePath().toString();

    @TempDir
    private Path directory;

    @Test
    void redocly_finds_nothing_by_its_recommended_rules() throws Exception {
        Program.needs("redocly", "--version");
        String found =
                Program.run(directory, "redocly", "lint", "--extends", "recommended", "--format", "json", DOCUMENT);
        assertThat(found).contains("\"errors\": 0,", "\"warnings\": 0,");
    }

    @Test
    void spectral_finds_nothing_by_its_rules_for_openapi() throws Exception {
        Program.needs("spectral", "--version");
        String rules = Path.of("src", "test", "resources", "spectral.yaml")
                .toAbsolutePath()
                .toString();
        Program.run(directory, "spectral", "lint", "--fail-severity", "hint", "--ruleset", rules, DOCUMENT);
    }

    @Test
    void the_docs_name_the_versions_that_ci_installs() throws Exception {
        Matcher install = Pattern.compile("npm install --global .*").matcher(Files.readString(Path.of(".ci", "run")));
        assertThat(install.find()).isTrue();
        String packages = install.group().replaceFirst("npm install --global (--\\S+ )*", "");
        assertThat(Files.readString(Path.of("src", "docs", "internals.md")))
                .contains("npm install --global " + packages);
    }
}
