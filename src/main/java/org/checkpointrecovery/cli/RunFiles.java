package org.checkpointrecovery.cli;

import java.nio.file.Path;

/** The files of the {@code run} command. */
record RunFiles(Path input, Path output, Path checkpoint) {
    /** The output while it grows. */
    Path growing() {
        return output.resolveSibling(output.getFileName() + ".partial");
    }

    /** One line per failed item. */
    Path errors() {
        return output.resolveSibling(output.getFileName() + ".errors.jsonl");
    }
}
