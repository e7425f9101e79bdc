package org.checkpointrecovery.storage;

import java.io.IOException;
import java.nio.file.Path;

/** A file does not hold the bytes that were written to it. Nothing was guessed and nothing was changed. */
public class DamagedFileException extends IOException {
    public DamagedFileException(String message) {
        super(message);
    }

    /**
     * Reports a damaged file of a job's ranges.
     *
     * @param removed the path to delete so that the job can continue
     */
    static DamagedFileException ofRanges(Path file, Path removed, DamagedFileException e) {
        return new DamagedFileException("File " + file + " is damaged: " + e.getMessage()
                + ". Nothing was changed. Delete " + removed
                + " and resume; uncommitted items lost with it are reprocessed.");
    }
}
