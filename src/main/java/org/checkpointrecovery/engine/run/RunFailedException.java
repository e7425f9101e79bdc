package org.checkpointrecovery.engine.run;

import java.io.IOException;
import org.checkpointrecovery.job.Reason;

/** The run cannot continue. The reason is shown to the client. */
public final class RunFailedException extends IOException {
    private final transient Reason reason;

    public RunFailedException(Reason reason) {
        super(reason.message());
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }
}
