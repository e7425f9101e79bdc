package org.checkpointrecovery.rehearsal;

import java.io.IOException;
import java.nio.file.Path;
import org.checkpointrecovery.job.Position;
import org.checkpointrecovery.storage.Disk;
import org.checkpointrecovery.storage.DiskFile;

/** Truncates results and errors to what a crash leaves of them. */
final class TornFiles {
    /** About half of the shortest line that a processor writes. */
    private static final int TORN_BYTES = 30;

    private final Disk disk;
    private final Path results;
    private final Path errors;

    TornFiles(Disk disk, Path results, Path errors) {
        this.disk = disk;
        this.results = results;
        this.errors = errors;
    }

    /** Truncates both files to a position. */
    void cutBack(Position to) throws IOException {
        truncate(results, to.resultsBytes());
        truncate(errors, to.errorsBytes());
    }

    /** Truncates within the last line, if there is one after {@code committed}. */
    void tear(Position committed) throws IOException {
        if (disk.size(results) > committed.resultsBytes()) {
            tear(results, committed.resultsBytes());
        } else if (disk.size(errors) > committed.errorsBytes()) {
            tear(errors, committed.errorsBytes());
        }
    }

    private void tear(Path file, long committed) throws IOException {
        truncate(file, Math.max(committed + 1, disk.size(file) - TORN_BYTES));
    }

    private void truncate(Path file, long bytes) throws IOException {
        try (DiskFile open = disk.open(file)) {
            open.cutBack(bytes);
        }
    }
}
