package org.checkpointrecovery.cli;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.checkpointrecovery.storage.FileCheckpointStore;
import org.checkpointrecovery.storage.JournalFiles;

/**
 * The files of the {@code run} command.
 *
 * @param errors one line per failed item
 */
record RunFiles(Path input, Path output, OutputFormat format, Path checkpoint, Path errors, Streams streams) {
    /**
     * What goes through a file because it is not one.
     *
     * @param in whether the input is a copy: of standard input, or of the inline items of a spec
     * @param out whether the output is copied to standard output when it is complete
     * @param kept whether the files of a run that did not complete are kept for the next one
     */
    record Streams(boolean in, boolean out, boolean kept) {
        static final Streams NONE = new Streams(false, false, true);
    }

    static RunFiles of(Path input, Path output, Path checkpoint) {
        return new RunFiles(
                input, output, OutputFormat.of(output.toString()), checkpoint, errorsOf(output), Streams.NONE);
    }

    static Path errorsOf(Path output) {
        return suffixed(output, ".errors.jsonl");
    }

    private static Path suffixed(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    /** The name of the copy of standard input. */
    static Path inputOf(Path checkpoint) {
        return suffixed(checkpoint, ".stdin");
    }

    /** The name of the file of inline items. */
    static Path itemsOf(Path checkpoint) {
        return suffixed(checkpoint, ".items");
    }

    /** The name of what goes to standard output. */
    static Path outputOf(Path checkpoint) {
        return suffixed(checkpoint, ".stdout");
    }

    /** The output before it is complete. */
    Path growing() {
        return suffixed(output, ".partial");
    }

    /** The output in CSV before it is complete. */
    Path converting() {
        return suffixed(output, ".partial.csv");
    }

    /** The copy of the input before it is complete. */
    Path reading() {
        return suffixed(input, ".partial");
    }

    /** The input as text in UTF-8, if it must be decoded. */
    Path decoded() {
        return suffixed(checkpoint, ".input");
    }

    /** The decoded input before it is complete. */
    Path decoding() {
        return suffixed(decoded(), ".partial");
    }

    /** The journal of the items that are finished beyond the checkpoint. */
    JournalFiles journal() {
        return new JournalFiles(requireNonNull(checkpoint.getParent()), checkpoint.getFileName() + ".journal.");
    }

    /** The files of a retry of failed items: beside the checkpoint, or beside the file that they replace. */
    RetryFiles retry() {
        return new RetryFiles(
                suffixed(checkpoint, ".retry.items"),
                suffixed(checkpoint, ".retry.indexes"),
                suffixed(checkpoint, ".retry.results"),
                suffixed(errors, ".retry"),
                suffixed(output, ".retry"));
    }

    /** Every file that a run may write, rename or delete, in addition to those that options name and to the journal. */
    List<Path> auxiliary() {
        List<Path> files = new ArrayList<>(List.of(
                growing(),
                converting(),
                decoded(),
                decoding(),
                FileCheckpointStore.temporaryOf(checkpoint),
                FileCheckpointStore.previousOf(checkpoint)));
        files.addAll(retry().all());
        if (streams.in()) {
            files.add(reading());
        }
        return files;
    }
}
