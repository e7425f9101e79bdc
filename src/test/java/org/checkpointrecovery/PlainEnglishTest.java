package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the program says to people has none of the constructs that need a second reading. */
class PlainEnglishTest {
    private static final Pattern FORBIDDEN = Pattern.compile(
            String.join(
                    "|",
                    "\\b(is|are|were) not known\\b", // unknown
                    "\\bknown (is|are)\\b", // expected one of
                    "\\bat the most\\b", // at most
                    "\\bso (many|much)\\b(?! (as|that) )",
                    "\\bas (many|much|long) as may be\\b",
                    "\\bmay pass\\b", // transient
                    "\\bany more\\b", // no longer
                    "\\bas (it|they) should be\\b", // valid
                    "\\basked (for|again)\\b", // requested, retried
                    "\\bdear\\b", // expensive
                    "\\bmend(s|ed)?\\b", // fix
                    "\\b(strikes?|struck)\\b",
                    "\\b(come|comes|came|brings?) to (an|its|their|the) end\\b", // end
                    "\\b(goes|go|went|going) on (from|at|with|by)\\b|\\bto go on\\b", // continue
                    "\\b(try|tried|tries) again\\b", // retry
                    "\\btakes? too long\\b", // exceeds its timeout
                    "\\bmust be from\\b|, but is ", // must be between A and B (got X)
                    "\\bof those that\\b|\\bsuch a one\\b|\\bwhoever\\b|\\bthat it is\\b",
                    "\\bwhat (is|was) (committed|finished|there)\\b",
                    "\\bnothing of (it|them)\\b",
                    "\\bbroke off\\b|\\bby themselves\\b|\\bfor good\\b",
                    "\\ba defect of\\b|\\bthe log has more\\b"), // internal error; see the log
            Pattern.CASE_INSENSITIVE);

    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL);
    private static final Pattern LITERAL =
            Pattern.compile("\"\"\"(?<block>.*?)\"\"\"|\"(?<line>(?:[^\"\\\\\n]|\\\\.)*)\"", Pattern.DOTALL);

    @Test
    void the_messages_have_none() throws IOException {
        List<String> found = new ArrayList<>();
        int literals = 0;
        for (Path file : files("src/main/java")) {
            String code = COMMENT.matcher(Files.readString(file)).replaceAll("");
            for (MatchResult literal : LITERAL.matcher(code).results().toList()) {
                literals++;
                search(file, literal.group(), found);
            }
        }
        assertThat(literals).isGreaterThan(1000);
        assertThat(found).isEmpty();
    }

    @Test
    void the_reference_the_pages_and_the_documentation_have_none() throws IOException {
        List<Path> texts = new ArrayList<>(List.of(Path.of("openapi.yaml"), Path.of("README.md"), Path.of("notes.md")));
        texts.addAll(files("src/docs"));
        texts.addAll(files("src/main/resources"));
        List<String> found = new ArrayList<>();
        for (Path text : texts) {
            if (!text.toString().endsWith(".png")) {
                search(text, Files.readString(text), found);
            }
        }
        assertThat(found).isEmpty();
    }

    private static List<Path> files(String directory) throws IOException {
        try (Stream<Path> all = Files.walk(Path.of(directory))) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void search(Path file, String text, List<String> found) {
        String line = text.replaceAll("\\s+", " ");
        FORBIDDEN.matcher(line).results().forEach(match -> {
            int from = Math.max(0, match.start() - 50);
            int to = Math.min(line.length(), match.end() + 50);
            found.add(file + ": \"" + match.group() + "\" in: " + line.substring(from, to));
        });
    }
}
