package org.checkpointrecovery.storage;

import java.nio.file.Path;
import java.util.Locale;

/**
 * The files of a part: what became of the items of one range. The directory gets its final name once its content is
 * forced. After that the two files of lines never change, and their record only loses batches at its end.
 *
 * @param directory the final name, or that of one attempt at the range
 */
public record PartFiles(Path directory) {
    /** Returns the name of the directory of a range; names sort as their ranges do. */
    static String name(long firstItem) {
        return String.format(Locale.ROOT, "%019d", firstItem);
    }

    /** One line per succeeded item, in item order. */
    public Path results() {
        return directory.resolve("results.jsonl");
    }

    /** One line per failed item, in item order. */
    public Path errors() {
        return directory.resolve("errors.jsonl");
    }

    /** Describes the content of the two files. Written when they are complete. */
    public Path record() {
        return directory.resolve("range.json");
    }
}
