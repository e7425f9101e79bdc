package org.checkpointrecovery.storage;

import java.io.IOException;

/** The disk, or a quota on it, has no room for a write. */
public final class DiskFullException extends IOException {
    public DiskFullException(String message, IOException cause) {
        super(message, cause);
    }
}
