package org.checkpointrecovery.api;

import java.io.IOException;

/** A body is not what its coding says, or not all of it. The message is the rest of a sentence for the client. */
final class UndecodableException extends IOException {
    UndecodableException(String why) {
        super(why);
    }
}
