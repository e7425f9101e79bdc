package org.checkpointrecovery.cli;

import java.nio.file.Path;
import java.util.List;
import org.checkpointrecovery.storage.FileCheckpointStore;

/**
 * The files of the {@code run} command.
 *
 * @param errors one line per failed item
 */
record RunFiles(Path input, Path output, Path checkpoint, Path errors) {
    static RunFiles of(Path input, Path output, Path checkpoint) {
        return new RunFiles(input, output, checkpoint, errorsOf(output));
    }

    static Path errorsOf(Path output) {
        return output.resolveSibling(output.getFileName() + ".errors.jsonl");
    }

    /** The output while it grows. */
    Path growing() {
        return output.resolveSibling(output.getFileName() + ".partial");
    }

    /** The input as text in UTF-8, if it had to be decoded. */
    Path decoded() {
        return checkpoint.resolveSibling(checkpoint.getFileName() + ".input");
    }

    /** The same while it grows. */
    Path decoding() {
        return decoded().resolveSibling(decoded().getFileName() + ".partial");
    }

    /** All that a run may write, rename or delete, beside the files that options name. */
    List<Path> besides() {
        return List.of(
                growing(),
                decoded(),
                decoding(),
                FileCheckpointStore.temporaryOf(checkpoint),
                FileCheckpointStore.previousOf(checkpoint));
    }
}
