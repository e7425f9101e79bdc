package org.checkpointrecovery.item;

import java.io.IOException;

/** The input is shorter than when the job was submitted. */
public final class InputTruncatedException extends IOException {
    public InputTruncatedException(long bytes, long expected) {
        this("the input ends after " + bytes + " bytes, expected " + expected);
    }

    private InputTruncatedException(String message) {
        super(message);
    }

    /** Reports missing items, possibly in an input of the same size. */
    public static InputTruncatedException ofItems(long firstItem, long items, long expected) {
        return new InputTruncatedException(
                "the input has " + items + " items from item " + firstItem + " on, expected " + expected);
    }
}
