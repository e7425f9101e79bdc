package org.checkpointrecovery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A page of the documentation: its lines and its fenced blocks.
 *
 * @param lines the lines outside of blocks and comments; lines inside are empty
 */
record DocumentationPage(Path file, List<String> lines, List<Block> blocks) {
    static final String NOT_RUN = "<!-- not run -->";

    private static final String FENCE = "```";

    /**
     * A fenced block.
     *
     * @param line the number of the line with its fence
     * @param kind the word behind the fence
     * @param notRun whether the line above says so
     */
    record Block(Path file, int line, String kind, String text, boolean notRun) {
        private static final Set<String> OUTPUTS = Set.of("text", "json", "jsonl", "csv");

        boolean isCommands() {
            return kind.equals("sh");
        }

        boolean isOutput() {
            return OUTPUTS.contains(kind);
        }

        String place() {
            return file + ":" + line;
        }
    }

    static DocumentationPage read(Path file) throws IOException {
        List<String> all = Files.readAllLines(file);
        List<String> lines = new ArrayList<>();
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            String line = all.get(i);
            if (!line.startsWith(FENCE)) {
                lines.add(line);
                continue;
            }
            int end = i + 1;
            while (!all.get(end).equals(FENCE)) {
                end++;
            }
            String text = String.join("\n", all.subList(i + 1, end)) + "\n";
            boolean notRun = i > 0 && all.get(i - 1).equals(NOT_RUN);
            blocks.add(new Block(file, i + 1, line.substring(FENCE.length()), text, notRun));
            for (int inside = i; inside <= end; inside++) {
                lines.add("");
            }
            i = end;
        }
        return new DocumentationPage(file, List.copyOf(lines), List.copyOf(blocks));
    }

    /** The README and the pages of {@code src/docs}. */
    static List<DocumentationPage> all() throws IOException {
        List<DocumentationPage> pages = new ArrayList<>(List.of(read(Path.of("README.md"))));
        try (Stream<Path> files = Files.list(Path.of("src/docs"))) {
            for (Path file : files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList()) {
                pages.add(read(file));
            }
        }
        return pages;
    }

    static DocumentationPage named(String name) throws IOException {
        return read(Path.of("src/docs", name + ".md"));
    }

    /** What the block at {@code index}, one of commands, prints according to the page; null if the page does not say. */
    @Nullable
    String outputOf(int index) {
        boolean shown = index + 1 < blocks.size() && blocks.get(index + 1).isOutput();
        return shown ? blocks.get(index + 1).text() : null;
    }

    /** The text outside of blocks. */
    String prose() {
        return String.join("\n", lines);
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
