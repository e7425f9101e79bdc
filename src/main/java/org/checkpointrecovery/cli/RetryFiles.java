package org.checkpointrecovery.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.Input;

/**
 * The files of {@code run --retry-failed}, in addition to those of the run. They are needed for as long as its checkpoint exists.
 *
 * @param items copies of the failed items
 * @param indexes their indexes
 * @param results of the retry, one per line
 * @param errors the items that failed again, until they replace the errors file of the run
 * @param merged the merged output, until it replaces the output of the run
 */
record RetryFiles(Path items, Path indexes, Path results, Path errors, Path merged) {
    /** Returns the items of the retry. */
    Input input() {
        return new Input(items, indexes, false, true);
    }

    List<Path> all() {
        return List.of(items, indexes, results, errors, merged);
    }

    /** Returns the directories that have the files. */
    Set<Path> directories() {
        return all().stream().map(file -> requireNonNull(file.getParent())).collect(Collectors.toSet());
    }

    /** Deletes the files that exist. */
    void delete(Disk disk) throws IOException {
        for (Path file : all()) {
            disk.delete(file);
        }
    }
}
