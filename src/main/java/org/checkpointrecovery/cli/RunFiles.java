package org.checkpointrecovery.cli;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import org.checkpointrecovery.storage.FileCheckpointStore;
import org.checkpointrecovery.storage.JournalFiles;

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

    /** The journal of the items that are finished beyond the checkpoint. */
    JournalFiles journal() {
        return new JournalFiles(requireNonNull(checkpoint.getParent()), checkpoint.getFileName() + ".journal.");
    }

    /** Every file that a run may write, rename or delete, in addition to those that options name and to the journal. */
    List<Path> auxiliary() {
        return List.of(
                growing(),
                decoded(),
                decoding(),
                FileCheckpointStore.temporaryOf(checkpoint),
                FileCheckpointStore.previousOf(checkpoint));
    }
}
