package org.checkpointrecovery.storage;

import java.io.IOException;

/** An input is no longer a regular file. It was not opened. */
public final class InputReplacedException extends IOException {
    /** @param why the rest of a sentence about the input */
    InputReplacedException(String why, Throwable cause) {
        super(why, cause);
    }
}
