package org.checkpointrecovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The names of options are the command line's: it hands them in, or words what the parts below only report. */
class OptionNamesTest {
    private static final Path ROOT = Path.of("src/main/java/org/checkpointrecovery");
    private static final List<String> PACKAGES = List.of(
            "callback", "coding", "engine", "item", "job", "outbound", "processor", "rehearsal", "sink", "storage");

    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|(?m)^\\s*//[^\n]*", Pattern.DOTALL);
    private static final Pattern LITERAL = Pattern.compile(
            "\"{3}.*?\"{3}|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'", Pattern.DOTALL);
    private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");

    /** Options of other programs. */
    private static final Map<String, Set<String>> FOREIGN = Map.of(
            "ZstdFrames",
            Set.of("--long"),
            "Commands",
            Set.of("--pdeathsig"),
            "Decoders",
            Set.of("--sun-misc-unsafe-memory-access"));

    /**
     * Texts that are stored, with the results of a job or in its record, so that nobody can word them later. They are in
     * places that know no settings.
     */
    private static final Map<String, Set<String>> STORED = Map.of(
            "TooLong", Set.of("--max-item-bytes"),
            "CsvHeader", Set.of("--max-item-bytes", "--delimiter", "--csv-header", "--csv-skip"),
            "OpenQuoteException", Set.of("--csv-quote"),
            "Decoders", Set.of("--encoding"),
            "DescriptorShortage", Set.of("--workers"));

    @Test
    void no_part_below_the_command_line_names_an_option() throws IOException {
        Map<String, Set<String>> found = new TreeMap<>();
        for (String name : PACKAGES) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(name))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Set<String> options = options(Files.readString(file));
                    if (!options.isEmpty()) {
                        found.put(file.getFileName().toString().replace(".java", ""), options);
                    }
                }
            }
        }
        Map<String, Set<String>> known = new TreeMap<>();
        Stream.of(FOREIGN, STORED)
                .forEach(some -> some.forEach((file, options) ->
                        known.computeIfAbsent(file, unused -> new TreeSet<>()).addAll(options)));
        assertThat(found).isEqualTo(known);
    }

    private static Set<String> options(String source) {
        Set<String> options = new TreeSet<>();
        Matcher literals = LITERAL.matcher(COMMENT.matcher(source).replaceAll(""));
        while (literals.find()) {
            OPTION.matcher(literals.group()).results().forEach(option -> options.add(option.group()));
        }
        return options;
    }
}
