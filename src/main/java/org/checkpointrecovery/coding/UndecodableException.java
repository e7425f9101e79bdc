package org.checkpointrecovery.coding;

import java.io.IOException;

/** A body is not what its coding says, or not all of it. The message is the rest of a sentence for the client. */
public class UndecodableException extends IOException {
    public UndecodableException(String why) {
        super(why);
    }
}
