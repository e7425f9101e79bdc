package org.checkpointrecovery.benchmark;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Writes lines of about 80 bytes, one in three with characters beyond ASCII. */
final class SampleLines {
    private static final String[] WORDS =
            ("the quick brown fox jumps over lazy dog checkpoint recovery batch commit durable"
                            + " item processor service results engine pipeline resume progress")
                    .split(" ", -1);
    private static final String[] ACCENTED = {"crème", "naïve", "straße", "café", "wörter"};
    private static final int LENGTH = 74;

    private SampleLines() {}

    static void write(Path file, int lines) throws IOException {
        Random random = new Random(7);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int i = 0; i < lines; i++) {
                out.write(line(random));
            }
        }
    }

    private static String line(Random random) {
        StringBuilder line = new StringBuilder(LENGTH + 20);
        while (line.length() < LENGTH) {
            String[] words = random.nextInt(50) == 0 ? ACCENTED : WORDS;
            line.append(words[random.nextInt(words.length)]).append(' ');
        }
        line.setCharAt(line.length() - 1, '\n');
        return line.toString();
    }
}
