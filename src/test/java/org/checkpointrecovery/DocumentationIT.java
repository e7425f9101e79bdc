package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.checkpointrecovery.DocumentationPage.Block;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;

/** Runs the commands of the README and the pages of {@code src/docs}, and compares what they print with what is shown there. */
class DocumentationIT {
    private static final JsonMapper JSON = new JsonMapper();

    /** What differs from run to run, and what stands for it in a comparison. */
    private static final List<Mask> MASKS = List.of(
            new Mask("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z", "TIME"),
            new Mask("\\b[0-9a-z]{9}-[0-9a-z]{8}\\b", "ID"),
            new Mask("(localhost|127\\.0\\.0\\.1):\\d+", "HOST:PORT"),
            new Mask("\"(itemsPerSecond|elapsedSeconds|etaSeconds)\":[0-9.]+", "\"$1\":0"),
            new Mask("(?m)^id: \\d+$", "id: 0"));

    private record Mask(Pattern pattern, String replacement) {
        Mask(String pattern, String replacement) {
            this(Pattern.compile(pattern), replacement);
        }
    }

    @TempDir
    private Path directory;

    static List<DocumentationPage> pages() throws IOException {
        return DocumentationPage.all();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void commands_print_what_is_shown(DocumentationPage page) throws Exception {
        try (DocumentationReader reader = new DocumentationReader(directory)) {
            for (int i = 0; i < page.blocks().size(); i++) {
                Block block = page.blocks().get(i);
                if (!block.isCommands() || block.notRun()) {
                    continue;
                }
                String shown = page.outputOf(i);
                String printed = reader.run(block.text(), shown != null);
                if (shown != null) {
                    String kind = page.blocks().get(i + 1).kind();
                    assertThat(comparable(printed, kind))
                            .as("%s prints\n%s", block.place(), printed)
                            .isEqualTo(comparable(shown, kind));
                }
            }
        }
    }

    /** JSON is compared by its values, everything else as text. */
    private static String comparable(String output, String kind) {
        String text = kind.equals("json") ? values(output) : output.replace("\r\n", "\n");
        for (Mask mask : MASKS) {
            text = mask.pattern().matcher(text).replaceAll(mask.replacement());
        }
        return text.strip();
    }

    private static String values(String json) {
        try (MappingIterator<JsonNode> values = JSON.readerFor(JsonNode.class).readValues(json)) {
            return values.readAll().stream().map(JsonNode::toString).collect(Collectors.joining("\n"));
        }
    }

    /** The Python function of the API page tells genuine callbacks from others. */
    @Test
    void callbacks_are_verified_as_shown() throws Exception {
        List<Block> blocks = DocumentationPage.named("api").blocks();
        try (DocumentationReader reader = new DocumentationReader(directory)) {
            reader.run(only(blocks, "\"callbackUrl\":\"").text(), false);
            DocumentationReader.Callback callback = reader.callback();
            Files.writeString(directory.resolve("body"), callback.body());
            Files.writeString(
                    directory.resolve("check.py"),
                    only(blocks, "def is_genuine").text() + """
                    import sys
                    secret = open("data/service/callback-key").read().strip()
                    headers = dict(zip(["webhook-id", "webhook-timestamp", "webhook-signature"], sys.argv[1:]))
                    body = open("body", "rb").read()
                    print(is_genuine(secret, headers, body), is_genuine(secret, headers, body + b" "))
                    """);
            StringBuilder command = new StringBuilder("python3 check.py");
            for (String header : List.of("webhook-id", "webhook-timestamp", "webhook-signature")) {
                command.append(" '").append(callback.headers().getFirst(header)).append('\'');
            }
            assertThat(reader.run(command.append('\n').toString(), false)).isEqualTo("True False\n");
        }
    }

    private static Block only(List<Block> blocks, String text) {
        List<Block> found =
                blocks.stream().filter(block -> block.text().contains(text)).toList();
        assertThat(found).as(text).hasSize(1);
        return found.get(0);
    }

    @Test
    void every_option_of_run_is_described() throws Exception {
        checkOptions("run", "getting-started");
    }

    @Test
    void every_option_of_serve_is_described() throws Exception {
        checkOptions("serve", "operations");
    }

    @Test
    void every_option_of_backup_is_described() throws Exception {
        checkOptions("backup", "backup");
    }

    /** The table of options on a page has those of {@code --help}. */
    private void checkOptions(String command, String page) throws Exception {
        try (DocumentationReader reader = new DocumentationReader(directory)) {
            String help = reader.run("java -jar target/checkpoint-recovery.jar help " + command + "\n", false);
            String firstCells = String.join(
                    "\n",
                    matches("(?m)^\\| (`--[^|]*)", DocumentationPage.named(page).prose()));
            Set<String> options = matches("(?m)^ *(?:-\\w, *)?(--[a-z-]+)", help);
            options.removeAll(Set.of("--help", "--version"));
            assertThat(matches("(--[a-z-]+)", firstCells)).isEqualTo(options);
        }
    }

    private static Set<String> matches(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
