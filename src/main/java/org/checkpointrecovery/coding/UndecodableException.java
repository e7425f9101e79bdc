package org.checkpointrecovery.coding;

import java.io.IOException;

/** A body does not match its coding or is incomplete. The message is the rest of a sentence for the client. */
public class UndecodableException extends IOException {
    public UndecodableException(String why) {
        super(why);
    }
}
