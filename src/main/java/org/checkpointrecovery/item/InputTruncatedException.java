package org.checkpointrecovery.item;

import java.io.IOException;

/** The input has less than when the job was submitted. */
public final class InputTruncatedException extends IOException {
    public InputTruncatedException(long bytes, long expected) {
        this("the input ends after " + bytes + " bytes, expected " + expected);
    }

    private InputTruncatedException(String message) {
        super(message);
    }

    /** Items are missing, though perhaps no bytes are. */
    public static InputTruncatedException ofItems(long firstItem, long items, long expected) {
        return new InputTruncatedException(
                "the input has " + items + " items from item " + firstItem + " on, expected " + expected);
    }
}
