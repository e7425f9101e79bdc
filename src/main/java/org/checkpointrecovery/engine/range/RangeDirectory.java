package org.checkpointrecovery.engine.range;

import java.nio.file.Path;

/**
 * The directory of one range. It gets its final name once its content is forced, and never changes after that.
 *
 * @param path the final name, or that of one attempt at the range
 */
public record RangeDirectory(Path path) {
    /** One line per succeeded item, in item order. */
    public Path results() {
        return path.resolve("results.jsonl");
    }

    /** One line per failed item, in item order. */
    public Path errors() {
        return path.resolve("errors.jsonl");
    }

    /** Describes the content of the two files. Written when they are complete. */
    public Path record() {
        return path.resolve("range.json");
    }
}
