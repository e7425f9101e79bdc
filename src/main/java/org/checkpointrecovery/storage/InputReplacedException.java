package org.checkpointrecovery.storage;

import java.io.IOException;

/** Something else than a regular file has come in the place of an input. It was not opened. */
public final class InputReplacedException extends IOException {
    /** @param why the rest of a sentence about the input */
    InputReplacedException(String why, Throwable cause) {
        super(why, cause);
    }
}
