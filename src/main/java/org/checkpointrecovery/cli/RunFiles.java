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

    /** The output before it is complete. */
    Path growing() {
        return output.resolveSibling(output.getFileName() + ".partial");
    }

    /** The input as text in UTF-8, if it must be decoded. */
    Path decoded() {
        return checkpoint.resolveSibling(checkpoint.getFileName() + ".input");
    }

    /** The decoded input before it is complete. */
    Path decoding() {
        return decoded().resolveSibling(decoded().getFileName() + ".partial");
    }

    /** Every file that a run may write, rename or delete, in addition to those that options name. */
    List<Path> auxiliary() {
        return List.of(
                growing(),
                decoded(),
                decoding(),
                FileCheckpointStore.temporaryOf(checkpoint),
                FileCheckpointStore.previousOf(checkpoint));
    }
}
