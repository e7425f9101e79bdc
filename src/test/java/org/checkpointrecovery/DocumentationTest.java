package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.checkpointrecovery.DocumentationPage.Block;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** What holds of the README and the pages of {@code src/docs} without running them; {@link DocumentationIT} runs them. */
class DocumentationTest {
    private static final JsonMapper JSON = new JsonMapper();

    /** Blocks that are neither commands nor output. */
    private static final Set<String> OTHERS = Set.of("mermaid", "nginx", "python");

    /** Commands that a test cannot run: they need other machines, install something, or measure. */
    private static final Pattern NOT_RUNNABLE =
            Pattern.compile("docker|kubectl|systemctl|npm |redocly|spectral|openapi-generator|benchmark");

    /** Constructs that have to be read twice, or that have a shorter word in this project. */
    private static final String ODD =
            "at the most|so many|(is|are) not known|any more|asked for|goes on|its end|time-outs?"
                    + "|stands in|anew|thereby|in force|by itself|for good|has to be|knows of|such a one|as it should be|mend|dear";

    @Test
    void readme_fits_a_screen() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("README.md"));
        assertThat(lines).hasSizeLessThanOrEqualTo(200);
        assertThat(lines.stream().filter(line -> line.length() > 110)).isEmpty();
    }

    @Test
    void pages_are_short() throws IOException {
        for (DocumentationPage page : DocumentationPage.all()) {
            assertThat(page.lines()).as("%s", page).hasSizeLessThan(250);
            assertThat(page.lines().stream().filter(line -> line.length() > 120 && !line.startsWith("|")))
                    .as("%s: lines of more than 120 characters", page)
                    .isEmpty();
        }
    }

    /** Commands are run or marked, output belongs to commands that are run, and every other block is of a known kind. */
    @Test
    void no_block_escapes() throws IOException {
        for (DocumentationPage page : DocumentationPage.all()) {
            for (int i = 0; i < page.blocks().size(); i++) {
                Block block = page.blocks().get(i);
                if (block.isOutput()) {
                    Block before = page.blocks().get(Math.max(0, i - 1));
                    assertThat(before.isCommands() && !before.notRun())
                            .as("%s is the output of commands that are run", block.place())
                            .isTrue();
                } else if (!OTHERS.contains(block.kind())) {
                    assertThat(block.kind()).as(block.place()).isEqualTo("sh");
                }
                if (block.notRun()) {
                    assertThat(block.text())
                            .as("%s cannot be run", block.place())
                            .containsPattern(NOT_RUNNABLE);
                }
            }
            assertThat(page.prose())
                    .as("%s: a marked block is below its mark", page)
                    .doesNotContainPattern(DocumentationPage.NOT_RUN + "\n(?!\n)")
                    .doesNotContainPattern("(?m)^(~~~|    | +```)");
        }
    }

    @Test
    void words_are_plain() throws IOException {
        List<Path> files = new ArrayList<>(List.of(Path.of("notes.md")));
        DocumentationPage.all().forEach(page -> files.add(page.file()));
        for (Path file : files) {
            String prose = DocumentationPage.read(file).prose();
            assertThat(matches("(?i)\\b(" + ODD + ")\\b", prose)).as("%s", file).isEmpty();
        }
    }

    @Test
    void json_is_valid() throws IOException {
        for (DocumentationPage page : DocumentationPage.all()) {
            for (Block block : page.blocks()) {
                if (block.kind().startsWith("json")) {
                    checkJson(block);
                }
            }
        }
    }

    private static void checkJson(Block block) {
        List<String> documents =
                block.kind().equals("jsonl") ? block.text().lines().toList() : List.of(block.text());
        for (String document : documents) {
            try (MappingIterator<JsonNode> values =
                    JSON.readerFor(JsonNode.class).readValues(document)) {
                assertThat(values.readAll()).as(block.place()).isNotEmpty();
            }
        }
    }

    /** Values and fields that a page lists are those of the API. */
    @Test
    void lists_are_complete() throws IOException {
        assertThat(firstCells("crash-recovery", "crash point")).isEqualTo(values("CrashPoint"));
        assertThat(firstCells("formats", "format")).isEqualTo(values("Format"));
        assertThat(code("formats", "Supported encodings: ([^\n]*(?:\n[^\n]+)*?)\\.(?: |\n)"))
                .isEqualTo(values("TextEncoding"));
        Block states = DocumentationPage.named("crash-recovery").blocks().stream()
                .filter(block -> block.kind().equals("mermaid"))
                .findFirst()
                .orElseThrow();
        assertThat(matches("\\b([A-Z]{2,})\\b", states.text())).isEqualTo(values("JobState"));
        assertThat(code("api", "sends one POST for each outcome[^`]*((?:`\\w+`(?:,| and|)\\s?)+)"))
                .isEqualTo(new TreeSet<>(schema("Callback").get("properties").propertyNames()));
    }

    /** Every call in the table of the API page exists. */
    @Test
    void calls_exist() throws IOException {
        Set<String> calls = matches(
                "`((?:GET|POST|DELETE) /[^?`]*)", DocumentationPage.named("api").prose());
        Set<String> known = new TreeSet<>();
        openApi()
                .get("paths")
                .forEachEntry((path, item) -> item.propertyNames()
                        .forEach(method -> known.add(method.toUpperCase(Locale.ROOT) + " " + path)));
        assertThat(calls).hasSizeGreaterThan(15).isSubsetOf(known);
    }

    /** Classes that the pages and the notes name with their package exist. */
    @Test
    void classes_exist() throws IOException {
        for (Path file : List.of(Path.of("src/docs/internals.md"), Path.of("notes.md"))) {
            Set<String> classes = matches("`((?:[a-z]+\\.)+[A-Z][a-zA-Z]+)`", Files.readString(file));
            assertThat(classes)
                    .as("%s", file)
                    .hasSizeGreaterThan(15)
                    .allSatisfy(name -> assertThat(
                                    Path.of("src/main/java/org/checkpointrecovery", name.replace('.', '/') + ".java"))
                            .exists());
        }
    }

    /** The cells of the first column of a table, as code, without what is behind it. */
    private static Set<String> firstCells(String page, String head) throws IOException {
        String text = DocumentationPage.named(page).prose();
        int table = text.indexOf("| " + head + " |");
        assertThat(table).as("%s has a table of: %s", page, head).isPositive();
        int end = text.indexOf("\n\n", table);
        return matches("(?m)^\\| `([^`]+)`", text.substring(table, end));
    }

    /** What is code in the part of a page that a pattern's group finds. */
    private static Set<String> code(String page, String pattern) throws IOException {
        Matcher matcher =
                Pattern.compile(pattern).matcher(DocumentationPage.named(page).prose());
        assertThat(matcher.find()).as("%s has: %s", page, pattern).isTrue();
        return matches("`([^`]+)`", matcher.group(1));
    }

    private static Set<String> matches(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> values(String schema) throws IOException {
        return StreamSupport.stream(schema(schema).get("enum").spliterator(), false)
                .map(JsonNode::stringValue)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static JsonNode schema(String name) throws IOException {
        return openApi().at("/components/schemas/" + name);
    }

    private static JsonNode openApi() throws IOException {
        return new YAMLMapper().readTree(Files.readString(Path.of("openapi.yaml")));
    }

    /** The links of the README, the notes and the pages lead somewhere. */
    @Test
    void links_lead_somewhere() throws IOException {
        List<Path> files = new ArrayList<>(List.of(Path.of("notes.md")));
        DocumentationPage.all().forEach(page -> files.add(page.file()));
        assertThat(files).hasSizeGreaterThan(9);
        Pattern link = Pattern.compile("\\]\\(([^)#\\s]*)(#[^)\\s]*)?\\)");
        for (Path file : files) {
            Matcher matcher = link.matcher(Files.readString(file));
            while (matcher.find()) {
                if (matcher.group(1).startsWith("http")) {
                    continue;
                }
                Path target = matcher.group(1).isEmpty() ? file : file.resolveSibling(matcher.group(1));
                assertThat(target).as("%s: %s", file, matcher.group()).exists();
                if (matcher.group(2) != null) {
                    assertThat(anchors(target))
                            .as("%s: %s", file, matcher.group())
                            .contains(matcher.group(2));
                }
            }
        }
    }

    private static List<String> anchors(Path page) throws IOException {
        return Files.readAllLines(page).stream()
                .filter(line -> line.startsWith("#"))
                .map(line -> "#"
                        + line.replaceFirst("#+ ", "")
                                .toLowerCase(Locale.ROOT)
                                .replaceAll("[^a-z0-9 -]", "")
                                .replace(' ', '-'))
                .toList();
    }
}
