package org.checkpointrecovery.storage;

import java.io.IOException;

/** A file does not hold the bytes that were written to it. Nothing was guessed and nothing was changed. */
public class DamagedFileException extends IOException {
    public DamagedFileException(String message) {
        super(message);
    }
}
