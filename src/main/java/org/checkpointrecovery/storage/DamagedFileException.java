package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.file.Path;

/** A file does not hold what was written to it. Nothing was guessed and nothing was changed. */
public class DamagedFileException extends IOException {
    public DamagedFileException(String message) {
        super(message);
    }

    /**
     * Of a file of the ranges of a job.
     *
     * @param removed what is to be removed so that the job can go on
     */
    static DamagedFileException ofRanges(Path file, Path removed, DamagedFileException e) {
        return new DamagedFileException("File " + file + " is damaged: " + e.getMessage()
                + ". Nothing was changed. Delete " + removed
                + " and resume; uncommitted items lost with it are reprocessed.");
    }
}
