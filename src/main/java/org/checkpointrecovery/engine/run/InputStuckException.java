package org.checkpointrecovery.engine.run;

import java.io.IOException;

/** The run must end but a read of its input does not return. The run stops waiting for it. */
public final class InputStuckException extends IOException {
    InputStuckException() {
        super("reading the input hangs");
    }
}
