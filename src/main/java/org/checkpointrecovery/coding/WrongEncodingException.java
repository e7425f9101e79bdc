package org.checkpointrecovery.coding;

/** Text is not in the encoding that it is said to be in. */
public final class WrongEncodingException extends UndecodableException {
    WrongEncodingException(String why) {
        super(why);
    }
}
