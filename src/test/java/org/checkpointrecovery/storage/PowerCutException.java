package org.checkpointrecovery.storage;

import java.io.IOException;

/** What every call of a {@link CrashingDisk} gets from the moment its power is cut until it is restored. */
public final class PowerCutException extends IOException {
    PowerCutException(String message) {
        super(message);
    }
}
