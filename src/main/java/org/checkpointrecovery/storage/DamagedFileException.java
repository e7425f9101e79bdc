package org.checkpointrecovery.storage;

import java.io.IOException;

/** A file does not hold what was written to it. Nothing was guessed and nothing was changed. */
public final class DamagedFileException extends IOException {
    public DamagedFileException(String message) {
        super(message);
    }
}
