package org.checkpointrecovery.storage;

import java.io.IOException;

/** A file could not be opened because the process or the machine has no free file descriptor. No file was changed. */
public final class DescriptorsExhaustedException extends IOException {
    public DescriptorsExhaustedException(String message, IOException cause) {
        super(message, cause);
    }
}
