package org.checkpointrecovery.engine.run;

import java.io.IOException;

/** The run was asked to end while a read of its input did not return. It does not wait for that any longer. */
public final class InputStuckException extends IOException {
    InputStuckException() {
        super("reading the input hangs");
    }
}
