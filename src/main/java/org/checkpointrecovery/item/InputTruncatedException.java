package org.checkpointrecovery.item;

import java.io.IOException;

/** The input has fewer bytes than when the job was submitted. */
public final class InputTruncatedException extends IOException {
    public InputTruncatedException(long bytes, long expected) {
        super("the input ends after " + bytes + " bytes; it had " + expected);
    }
}
