package org.checkpointrecovery.coding;

/** Text is not in its declared encoding. */
public final class WrongEncodingException extends UndecodableException {
    WrongEncodingException(String why) {
        super(why);
    }
}
