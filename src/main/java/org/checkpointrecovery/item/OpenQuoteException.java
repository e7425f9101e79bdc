package org.checkpointrecovery.item;

import java.io.IOException;

/** A quoted field is still open at the end of the input, so the rest of the input is not a record. */
public final class OpenQuoteException extends IOException {
    /** The remedy, as the end of a sentence. */
    static final String REMEDY =
            "\"quote\": \"none\" (run: --csv-quote none) if quotation marks are ordinary characters in this input";

    /**
     * @param line of the quotation mark in the input, from 1
     * @param offset of the quotation mark in the input, from 0
     */
    OpenQuoteException(long line, long offset) {
        super("the quotation mark in line " + line + " of the input, at byte offset " + offset + ", is never closed");
    }

    /** Returns the message for the client, with what was done and what to do next. */
    public String explanation() {
        return "Cannot read the input to its end: " + getMessage()
                + ". The text after it was not processed. Submit the job again with " + REMEDY
                + ", or close the quotation mark in the file and submit it again.";
    }
}
