package org.checkpointrecovery.storage;

import java.io.IOException;

/** A file could not be opened because the process or machine is out of file descriptors. No file was changed. */
public final class DescriptorsExhaustedException extends IOException {
    public DescriptorsExhaustedException(String message, IOException cause) {
        super(message, cause);
    }
}
